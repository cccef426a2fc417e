//! The program behind `make demo`: the quickstart with traffic through the gateway the whole time, by `hotswap apply` alone or
//! under real Terraform.
//!
//! It ends with an error if a request was dropped or a step of the story did not happen. What happens is in `story`; here are
//! the arguments, and the end.

mod front_end;
mod screen;
mod server;
mod story;
mod tally;
mod traffic;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

/// Serve a plugin, replace it by canary, and see a bad version roll itself back
#[derive(Debug, Parser)]
#[command(name = "demo")]
struct Args {
    /// Where `hotswap` is, and for Terraform `terraform-provider-hotswap`
    #[arg(long, value_name = "FOLDER")]
    bin_dir: PathBuf,
    /// Where `quickstart` and `plugins` are
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/.."))]
    examples: PathBuf,
    /// Which program applies
    #[arg(long, value_enum, default_value_t = With::Hotswap)]
    with: With,
    /// Requests a second through the gateway
    #[arg(long, value_name = "N", default_value_t = 160, value_parser = clap::value_parser!(u32).range(20..=2_000))]
    rate: u32,
}

/// Which program applies.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum With {
    /// The binary itself.
    Hotswap,
    /// Terraform, with the provider that was built.
    Terraform,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = tokio::select! {
        outcome = story::tell(&args) => outcome,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{} {error:#}", screen::bad("error:"));
            ExitCode::FAILURE
        }
    }
}
