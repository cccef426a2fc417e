//! `hotswap version`

use clap::Args;
use hotswap_state::TERRAFORM_VERSION;
use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::providers::SOURCE;
use crate::view::View;

/// Show the version of hotswap and of the provider in it
#[derive(Debug, Args)]
pub(crate) struct VersionArgs {
    /// As JSON, with what Terraform's `version -json` has
    #[arg(long)]
    json: bool,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) fn run(args: VersionArgs, view: &View) -> Result<Exit, Failure> {
    let platform = platform();
    if args.json {
        let json = json!({
            "hotswap_version": VERSION,
            "terraform_version": TERRAFORM_VERSION,
            "platform": platform,
            "provider_selections": { SOURCE: VERSION },
            "terraform_outdated": false,
        });
        view.line(&format!("{json:#}"));
    } else {
        view.line(&format!("hotswap v{VERSION}\non {platform}\n+ provider {SOURCE} v{VERSION}"));
    }
    Ok(Exit::Success)
}

/// System and architecture in Terraform's names.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{system}_{architecture}")
}
