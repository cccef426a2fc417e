//! `hotswap state pull`

use clap::Args;

use super::read;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{StateOptions, ViewOptions};
use crate::view::View;

/// Write the state to standard output, as its file has it
#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    #[command(flatten)]
    pub(super) view: ViewOptions,
    #[command(flatten)]
    state: StateOptions,
}

pub(super) fn run(args: PullArgs, view: &View) -> Result<Exit, Failure> {
    let bytes = read(&args.state)?.to_bytes().map_err(|error| Failure::from_error("State cannot be written", &error, None))?;
    view.line(&String::from_utf8_lossy(&bytes));
    Ok(Exit::Success)
}
