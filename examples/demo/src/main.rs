//! The program behind `make demo`: the quickstart under real Terraform, with traffic through the gateway the whole time.
//!
//! It ends with an error if a request was dropped or a step of the story did not happen. What happens is in `story`; here are
//! the arguments, and the end.

mod screen;
mod server;
mod story;
mod tally;
mod terraform;
mod traffic;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Serve a plugin, replace it by canary, and see a bad version roll itself back
#[derive(Debug, Parser)]
#[command(name = "demo")]
struct Args {
    /// Where `hotswap` and `terraform-provider-hotswap` are
    #[arg(long, value_name = "FOLDER")]
    bin_dir: PathBuf,
    /// Where `quickstart` and `plugins` are
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/.."))]
    examples: PathBuf,
    /// Requests a second through the gateway
    #[arg(long, value_name = "N", default_value_t = 160, value_parser = clap::value_parser!(u32).range(20..=2_000))]
    rate: u32,
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
