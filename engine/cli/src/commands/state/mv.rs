//! `hotswap state mv`

use clap::Args;
use hotswap_value::address::Target;

use super::{none, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{LockOptions, StateOptions, ViewOptions};
use crate::state_file;
use crate::view::View;

/// Give an object, a resource or a module another address in the state
///
/// A `moved` block in the configuration does the same with the next apply, and can be reviewed.
#[derive(Debug, Args)]
pub(crate) struct MvArgs {
    /// What it is called
    source: Target,
    /// What it will be called
    destination: Target,
    /// Only tell what would be moved
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    pub(super) view: ViewOptions,
    #[command(flatten)]
    state: StateOptions,
    #[command(flatten)]
    lock: LockOptions,
}

pub(super) fn run(args: MvArgs, view: &View) -> Result<Exit, Failure> {
    let mut local = state_file::locked(&args.state, &args.lock, "state mv", view)?;
    let mut state = state_file::read(&mut local)?.ok_or_else(|| none(&local))?;
    let moved = state.move_to(&args.source, &args.destination).map_err(|error| refused("Nothing was moved", &error))?;
    if !args.dry_run {
        state_file::write(&mut local, &mut state)?;
    }
    let word = if args.dry_run { "Would move" } else { "Move" };
    moved.iter().for_each(|moved| view.line(&format!("{word} \"{}\" to \"{}\"", moved.from, moved.to)));
    if !args.dry_run {
        view.line(&format!("Successfully moved {} object(s).", moved.len()));
    }
    Ok(Exit::Success)
}
