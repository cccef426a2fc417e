//! The binary `hotswap`: one file a command in `commands`, and here what they have in common.

mod commands;
mod exit;
mod logging;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Roll plugin versions out to many tenants, without dropping a request
#[derive(Debug, Parser)]
#[command(name = "hotswap", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(commands::serve::ServeArgs),
}

fn main() -> ExitCode {
    let ended = match Cli::parse().command {
        Command::Serve(args) => commands::serve::run(args),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
