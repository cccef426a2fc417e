//! `hotswap plugin promote`

use clap::Args;
use clap::builder::PossibleValuesParser;
use hotswap_lang::Diagnostic;
use hotswap_model::{Channel, VersionName};

use super::{Output, change};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::View;

/// Trust a version more: alpha becomes beta, and beta becomes stable
///
/// A deprecated version is put back with `--to stable`; an archived one is deprecated first. What was said against it is said no
/// more.
#[derive(Debug, Args)]
pub(crate) struct PromoteArgs {
    /// The version, such as `greeter@1.0.0`
    #[arg(value_name = "PLUGIN@VERSION")]
    version: VersionName,
    /// The channel it goes to [default: the next one]
    #[arg(long, value_name = "CHANNEL", value_parser = PossibleValuesParser::new(["alpha", "beta", "stable"]))]
    to: Option<String>,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: PromoteArgs, view: &View) -> Result<Exit, Failure> {
    let named = args.to.as_deref().and_then(|to| Channel::ALL.into_iter().find(|channel| channel.as_str() == to));
    let to = |before: Channel| match (named, before) {
        (Some(channel), _) => Ok(channel),
        (None, Channel::Alpha) => Ok(Channel::Beta),
        (None, Channel::Beta | Channel::Stable) => Ok(Channel::Stable),
        (None, Channel::Deprecated | Channel::Archived) => {
            let back = if before == Channel::Archived { "deprecate it first, then say" } else { "say" };
            let detail = format!("{} is {}. To have it back, {back} where: `--to stable`.", args.version, before.as_str());
            Err(Diagnostic::error("Not promoted", detail).into())
        }
    };
    change::change(&args.version, to, None, &args.output, view)
}
