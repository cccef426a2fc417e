//! `hotswap plugin archive`

use clap::Args;
use hotswap_model::{Channel, VersionName};

use super::{Output, change};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::View;

/// Close a version to new use: it is never chosen anew; what runs goes on
#[derive(Debug, Args)]
pub(crate) struct ArchiveArgs {
    /// The version, such as `greeter@1.0.0`
    #[arg(value_name = "PLUGIN@VERSION")]
    version: VersionName,
    #[command(flatten)]
    advice: change::Advice,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: ArchiveArgs, view: &View) -> Result<Exit, Failure> {
    change::change(&args.version, |_| Ok(Channel::Archived), Some(args.advice), &args.output, view)
}
