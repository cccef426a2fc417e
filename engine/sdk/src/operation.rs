//! One create, update or delete as the front end sees it: the key that makes a repetition harmless, and who watches it go on.

use std::{fmt, sync::Arc};

/// What a resource tells of an operation while it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// What was asked for is accepted; from now on it is only waited for. A front end may begin other work meanwhile.
    Waiting,
    /// How far it is.
    Step {
        /// In a few words: `stage 1 of 3 (10 %)`.
        message: String,
        /// From 0 to 100, if there is a measure.
        percent: Option<u8>,
    },
}

/// Who is told of progress.
pub type Watcher = dyn Fn(Progress) + Send + Sync;

/// One operation. By default nobody watches, and a repetition is another operation.
#[derive(Clone, Default)]
pub struct Operation {
    /// The same for every repetition of this operation, also by another process after a crash, and never used for another one.
    pub key: Option<String>,
    watcher: Option<Arc<Watcher>>,
}

impl Operation {
    /// An operation known by `key`, with a watcher.
    pub fn new(key: impl Into<String>, watcher: Arc<Watcher>) -> Self {
        Self { key: Some(key.into()), watcher: Some(watcher) }
    }

    /// Tells whoever watches.
    pub fn tell(&self, progress: Progress) {
        if let Some(watcher) = &self.watcher {
            watcher(progress);
        }
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("key", &self.key).finish_non_exhaustive()
    }
}
