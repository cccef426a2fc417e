//! Generates the wire types and the server skeleton from `proto/`, without protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["proto/tfplugin6.proto", "proto/goplugin.proto"], ["proto"])?;
    // RPCs the server has no method for answer UNIMPLEMENTED, which Terraform understands.
    tonic_prost_build::configure().build_client(false).generate_default_stubs(true).compile_fds(files)?;
    Ok(())
}
