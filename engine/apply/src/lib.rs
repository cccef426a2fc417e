//! Applying plans: the walk over a plan's graph that makes the changes.
//!
//! Concurrent, evaluating again with what has become known, with a journal so that nothing made is ever lost. Not here: deciding
//! what changes (`plan`), rollouts (`rollout` and `platform`: an apply asks for one and waits).
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod apply;
mod consistent;
mod end;
mod journal;
mod keeper;
mod make;
mod object;
mod order;
mod recover;
mod schedule;
mod walk;
mod work;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use apply::{Applied, Counts, Request, apply};
pub use journal::{Act, Intent, Journal, JournalError, KeptObject, KeptStep, LeftOver, Outcome};
pub use keeper::KeepError;
pub use recover::{Recovery, recover};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
