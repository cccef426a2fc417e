//! `hotswap state`, and below it a command a file.

mod list;
mod mv;
mod pull;
mod rm;
mod show;

use clap::Subcommand;
use hotswap_lang::Diagnostic;
use hotswap_state::{State, SurgeryError};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{StateOptions, ViewOptions};
use crate::state_file;
use crate::view::View;

/// Look at what the state remembers, and change that without touching anything real
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Mv(mv::MvArgs),
    Rm(rm::RmArgs),
    Pull(pull::PullArgs),
}

impl StateCommand {
    pub(crate) fn view(&self) -> &ViewOptions {
        match self {
            Self::List(args) => &args.view,
            Self::Show(args) => &args.view,
            Self::Mv(args) => &args.view,
            Self::Rm(args) => &args.view,
            Self::Pull(args) => &args.view,
        }
    }

    pub(crate) fn run(self, view: &View) -> Result<Exit, Failure> {
        match self {
            Self::List(args) => list::run(args, view),
            Self::Show(args) => show::run(args, view),
            Self::Mv(args) => mv::run(args, view),
            Self::Rm(args) => rm::run(args, view),
            Self::Pull(args) => pull::run(args, view),
        }
    }
}

/// The state, which must be there.
fn read(state: &StateOptions) -> Result<State, Failure> {
    let mut local = state_file::unlocked(state);
    state_file::read(&mut local)?.ok_or_else(|| none(&local))
}

/// There is no state.
fn none(local: &hotswap_state::Local) -> Failure {
    let detail = format!(
        "There is no state at {}. It is made by the first apply; one that is elsewhere is named by -state.",
        local.paths().read.display()
    );
    Diagnostic::error("No state", detail).into()
}

/// What is told of an operation that was refused.
fn refused(summary: &str, error: &SurgeryError) -> Failure {
    Failure::from_error(summary, error, error.hint().as_deref())
}
