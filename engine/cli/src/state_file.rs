//! The state's file: opened, locked and read, and what is told if that can't be.

use hotswap_state::{Local, LockInfo, Paths, State, StateError};

use crate::failure::Failure;
use crate::options::{LockOptions, StateOptions};
use crate::view::View;

/// The state where the options say, not locked: for those who only look.
pub(crate) fn unlocked(state: &StateOptions) -> Local {
    Local::new(Paths::new(state.state.as_deref(), state.state_out.as_deref(), state.backup.as_deref()))
}

/// The state where the options say, locked as they say. `operation` tells others what for.
pub(crate) fn locked(state: &StateOptions, lock: &LockOptions, operation: &str, view: &View) -> Result<Local, Failure> {
    let mut local = unlocked(state);
    if lock.lock {
        let info = LockInfo::new(operation, &who(), concat!("hotswap ", env!("CARGO_PKG_VERSION")));
        let mut told = false;
        let wait = |held: &StateError| {
            if !std::mem::replace(&mut told, true) {
                view.message(&format!("{held}; waiting up to {}", humantime::format_duration(lock.lock_timeout)));
            }
            true
        };
        local.lock_within(&info, lock.lock_timeout, wait).map_err(|error| failure(&error))?;
    }
    Ok(local)
}

/// The state; absent if there is none yet.
pub(crate) fn read(local: &mut Local) -> Result<Option<State>, Failure> {
    local.read().map_err(|error| failure(&error))
}

/// Writes the state.
pub(crate) fn write(local: &mut Local, state: &mut State) -> Result<(), Failure> {
    local.write(state).map(drop).map_err(|error| failure(&error))
}

/// What is told of an error.
pub(crate) fn failure(error: &StateError) -> Failure {
    let summary = match error {
        StateError::Held { .. } => "State is locked",
        StateError::LockLost { .. } => "Lock of the state was lost",
        StateError::Changed { .. } => "State was changed meanwhile",
        StateError::Lineage { .. } => "State is of another configuration",
        StateError::Format { .. } => "State cannot be used",
        StateError::NotWritten { .. } | StateError::WrittenInPart { .. } => "State cannot be written",
        _ => "State failed",
    };
    Failure::from_error(summary, error, error.hint().as_deref())
}

/// `user@host`
fn who() -> String {
    let user = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_else(|| "unknown".to_owned());
    format!("{user}@{}", rustix::system::uname().nodename().to_string_lossy())
}
