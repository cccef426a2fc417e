//! `hotswap destroy`

use clap::Args;
use hotswap_plan::Mode;

use super::apply::{self, ApplyOptions};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation;
use crate::view::View;

/// Destroy everything the state has
///
/// The same as `apply -destroy`: shows what will be destroyed, and asks. `plan -destroy` only shows it.
#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    pub(super) applying: ApplyOptions,
}

pub(crate) fn run(args: DestroyArgs, view: &View) -> Result<Exit, Failure> {
    operation::block_on(apply::apply(args.applying, Mode::Destroy, view))
}
