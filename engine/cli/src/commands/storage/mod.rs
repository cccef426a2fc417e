//! `hotswap storage`, and below it a command a file.

mod gc;
mod verify;

use clap::{Args, Subcommand};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::ViewOptions;
use crate::view::{Content, View};

/// Look after the bytes of components that a server keeps
///
/// The server does it: found as `plan` finds it without a provider block, by HOTSWAP_ENDPOINT and HOTSWAP_TOKEN, else the server
/// on this machine. It takes a token of the role `admin` that is for no tenant.
#[derive(Debug, Subcommand)]
pub(crate) enum StorageCommand {
    Gc(gc::GcArgs),
    Verify(verify::VerifyArgs),
}

/// How a command talks, and whether to programs.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    /// The API's own JSON, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    view: ViewOptions,
}

impl StorageCommand {
    fn output(&self) -> &Output {
        match self {
            Self::Gc(args) => &args.output,
            Self::Verify(args) => &args.output,
        }
    }

    pub(crate) fn view(&self) -> &ViewOptions {
        &self.output().view
    }

    pub(crate) fn content(&self) -> Content {
        if self.output().json { Content::Data } else { Content::Text }
    }

    pub(crate) fn run(self, view: &View) -> Result<Exit, Failure> {
        match self {
            Self::Gc(args) => gc::run(args, view),
            Self::Verify(args) => verify::run(args, view),
        }
    }
}

/// How many there are, in words.
fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
