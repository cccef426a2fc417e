//! How a command talks.

use clap::Args;

/// How a command talks.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct ViewOptions {
    /// No colours; as with NO_COLOR set, or where the output is no terminal
    #[arg(long)]
    pub(crate) no_color: bool,
    /// Warnings as one line each, unless there are errors too
    #[arg(long)]
    pub(crate) compact_warnings: bool,
}
