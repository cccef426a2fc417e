//! Keeping the state on the disk while an apply goes on: after so many changes, after so long, at once where it matters, and never
//! two writes at a time.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hotswap_state::{Local, State, StateError};

use crate::journal::{Journal, JournalError};

/// After so many changes the state is written.
const MOST_CHANGES: usize = 100;
/// After so long it is written, if anything changed.
const LONGEST: Duration = Duration::from_secs(10);

/// Why a state was not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The state's file.
    #[error(transparent)]
    State(#[from] StateError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The state as it becomes, and where it is kept.
pub(crate) struct Keeper {
    now: Mutex<Now>,
    local: Arc<Mutex<Local>>,
    journal: Arc<Journal>,
}

struct Now {
    state: State,
    /// The journal's numbers of what the state has.
    taken: HashSet<u64>,
    /// Changes since the last write began.
    changes: usize,
    urgent: bool,
    last: Instant,
}

impl Keeper {
    pub(crate) fn new(state: State, local: Arc<Mutex<Local>>, journal: Arc<Journal>) -> Self {
        let now = Now { state, taken: HashSet::new(), changes: 0, urgent: false, last: Instant::now() };
        Self { now: Mutex::new(now), local, journal }
    }

    /// Changes the state, as the journal's record of that number says; `urgent`: it is to be written at once.
    pub(crate) fn change<T>(&self, number: Option<u64>, urgent: bool, change: impl FnOnce(&mut State) -> T) -> T {
        let mut now = self.lock();
        now.taken.extend(number);
        now.changes += 1;
        now.urgent |= urgent;
        change(&mut now.state)
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock().state)
    }

    /// Whether it is time to write.
    pub(crate) fn is_due(&self) -> bool {
        let now = self.lock();
        now.changes > 0 && (now.urgent || now.changes >= MOST_CHANGES || now.last.elapsed() >= LONGEST)
    }

    /// When it will be time to write, if nothing happens until then.
    pub(crate) fn due_in(&self) -> Option<Duration> {
        let now = self.lock();
        (now.changes > 0).then(|| LONGEST.saturating_sub(now.last.elapsed()))
    }

    /// Writes the state as it is now, and begins the journal anew. Blocks.
    pub(crate) fn write(&self) -> Result<(), KeepError> {
        let (mut state, taken) = {
            let mut now = self.lock();
            (now.changes, now.urgent, now.last) = (0, false, Instant::now());
            (now.state.clone(), now.taken.clone())
        };
        self.local.lock().unwrap_or_else(PoisonError::into_inner).write(&mut state)?;
        self.lock().state.serial = state.serial;
        self.journal.folded(state.serial, |number| taken.contains(&number))?;
        Ok(())
    }

    pub(crate) fn journal(&self) -> &Arc<Journal> {
        &self.journal
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
