//! `terraform-provider-hotswap`: the hotswap_* types, served to Terraform.

use std::process::ExitCode;

use hotswap_provider::Program;
use hotswap_resources::{ProviderEnvironment, provider};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn main() -> ExitCode {
    let program = Program { name: "terraform-provider-hotswap", version: VERSION, address: "registry.terraform.io/hotswap/hotswap" };
    hotswap_provider::run(program, || {
        provider(ProviderEnvironment {
            variable: Box::new(|name| std::env::var(name).ok()),
            user_agent: format!("terraform-provider-hotswap/{VERSION}"),
        })
    })
}
