//! Generates the wire types and the server skeleton from `proto/`, without protoc; and a client, which only the tests compile.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["proto/tfplugin6.proto", "proto/goplugin.proto"], ["proto"])?;
    // No stubs: every RPC of the files is served. Those of later versions answer UNIMPLEMENTED, which Terraform understands.
    tonic_prost_build::configure().build_client(false).compile_fds(files.clone())?;
    let client = PathBuf::from(env::var("OUT_DIR")?).join("client");
    fs::create_dir_all(&client)?;
    tonic_prost_build::configure().build_server(false).out_dir(client).compile_fds(files)?;
    Ok(())
}
