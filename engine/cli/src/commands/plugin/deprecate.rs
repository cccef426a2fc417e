//! `hotswap plugin deprecate`

use clap::Args;
use hotswap_model::{Channel, VersionName};

use super::{Output, change};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::View;

/// Advise against a version: it is chosen last and with a warning; what runs goes on
#[derive(Debug, Args)]
pub(crate) struct DeprecateArgs {
    /// The version, such as `greeter@1.0.0`
    #[arg(value_name = "PLUGIN@VERSION")]
    version: VersionName,
    #[command(flatten)]
    advice: change::Advice,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: DeprecateArgs, view: &View) -> Result<Exit, Failure> {
    change::change(&args.version, |_| Ok(Channel::Deprecated), Some(args.advice), &args.output, view)
}
