//! `--debug`: the provider is started by hand, under a debugger say, and Terraform is told to use that process.

use serde_json::json;

use crate::handshake::PROTOCOL;

/// What to set `TF_REATTACH_PROVIDERS` to.
pub(crate) fn variable(address: &str, socket: &str, process: u32) -> String {
    let provider = json!({
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": process,
        "Test": true,
        "Addr": { "Network": "unix", "String": socket },
    });
    json!({ address: provider }).to_string()
}

/// What to tell the person who started it.
pub(crate) fn instructions(variable: &str) -> String {
    format!(
        "Provider started. To make Terraform use this process, run it with\n\n\t\
         export TF_REATTACH_PROVIDERS='{variable}'\n\n\
         End it with Ctrl-C. Start it again after interrupting Terraform itself: a stopped provider stays stopped."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_names_the_process_and_its_socket() {
        let variable: serde_json::Value = serde_json::from_str(&variable("registry.terraform.io/a/b", "/s", 7)).unwrap();
        let provider = &variable["registry.terraform.io/a/b"];
        assert_eq!(provider["Addr"]["String"], "/s");
        assert_eq!(provider["Pid"], 7);
        assert_eq!(provider["ProtocolVersion"], 6);
    }
}
