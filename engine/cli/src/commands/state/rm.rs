//! `hotswap state rm`

use clap::Args;
use hotswap_value::address::Target;

use super::{none, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{LockOptions, StateOptions, ViewOptions};
use crate::state_file;
use crate::view::View;

/// Forget objects: they stay as they are, and are no longer managed
///
/// To destroy them too, remove their blocks from the configuration and apply.
#[derive(Debug, Args)]
pub(crate) struct RmArgs {
    /// The modules, resources or objects to forget
    #[arg(value_name = "ADDRESS", required = true)]
    addresses: Vec<Target>,
    /// Only tell what would be forgotten
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    pub(super) view: ViewOptions,
    #[command(flatten)]
    state: StateOptions,
    #[command(flatten)]
    lock: LockOptions,
}

pub(super) fn run(args: RmArgs, view: &View) -> Result<Exit, Failure> {
    let mut local = state_file::locked(&args.state, &args.lock, "state rm", view)?;
    let mut state = state_file::read(&mut local)?.ok_or_else(|| none(&local))?;
    let removed = state.remove_all(&args.addresses).map_err(|error| refused("Nothing was removed", &error))?;
    let word = if args.dry_run { "Would remove" } else { "Removed" };
    if !args.dry_run {
        state_file::write(&mut local, &mut state)?;
    }
    removed.iter().for_each(|address| view.line(&format!("{word} {address}")));
    if !args.dry_run {
        view.line(&format!("Successfully removed {} resource instance(s).", removed.len()));
    }
    Ok(Exit::Success)
}
