//! The binary itself, which needs nothing else.

use std::path::PathBuf;

use tokio::process::Command;

use super::Program;

/// `hotswap`.
#[derive(Debug)]
pub(crate) struct Hotswap {
    /// Where it is.
    pub(crate) binary: PathBuf,
}

impl Program for Hotswap {
    fn name(&self) -> &'static str {
        "hotswap"
    }

    fn command(&self) -> Command {
        Command::new(&self.binary)
    }
}
