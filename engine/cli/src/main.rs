//! The binary `hotswap`: one file a command in `commands`, and here what comes before and after every one of them.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod commands;
mod connection;
mod exit;
mod failure;
mod json_text;
mod logging;
mod operation;
mod options;
mod providers;
mod state_file;
mod table;
mod view;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use commands::Cli;
use exit::Exit;

fn main() -> ExitCode {
    run().into()
}

fn run() -> Exit {
    let mut command = Cli::command();
    let variable = |name: &str| std::env::var(name).ok();
    let arguments = match arguments::normalise(&command, std::env::args_os().collect(), variable) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("error: {}", failure::told(&error, None));
            return Exit::Failure;
        }
    };
    let parsed = command.try_get_matches_from_mut(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => cli.run(),
        Err(told) => {
            // Help and version are told this way too; those are no failures. A closed stream is not worth a word.
            let _ = told.print();
            if told.use_stderr() { Exit::Failure } else { Exit::Success }
        }
    }
}
