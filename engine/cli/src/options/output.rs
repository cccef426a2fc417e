//! How a command that asks a server talks: to people, or to programs.

use clap::Args;

use super::ViewOptions;
use crate::view::Content;

/// How a command talks, and whether to programs.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    /// The API's own JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) view: ViewOptions,
}

impl Output {
    /// What standard output is for.
    pub(crate) fn content(&self) -> Content {
        if self.json { Content::Data } else { Content::Text }
    }
}
