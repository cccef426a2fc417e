//! What can go wrong with a state's file and its lock.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{FormatError, LockInfo, UnwritableOutput};

/// Why a state could not be locked, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// A live process holds the lock.
    #[error("the state {} is locked{}", path.display(), told(holder.as_deref(), *pid))]
    Held {
        /// The state.
        path: PathBuf,
        /// What the holder says; absent if it says nothing that can be read.
        holder: Option<Box<LockInfo>>,
        /// The process that holds it, if it is on this machine and to be seen.
        pid: Option<i32>,
    },
    /// The lock was held and is not any more: another process has it. Nothing was written.
    #[error("the lock of the state {} was lost to another process", path.display())]
    LockLost {
        /// The state.
        path: PathBuf,
    },
    /// Somebody changed the file after it was read. Nothing was written.
    #[error("the state {} was changed by another process since it was read", path.display())]
    Changed {
        /// The state.
        path: PathBuf,
    },
    /// What was to be written doesn't continue what is there.
    #[error("the state {} has the lineage {found}, the one to be written has {given}: they are of different configurations", path.display())]
    Lineage {
        /// The state.
        path: PathBuf,
        /// The lineage in the file.
        found: String,
        /// The lineage of the state to be written.
        given: String,
    },
    /// The file isn't a state this program can use.
    #[error("the state {} can't be used", path.display())]
    Format {
        /// The state.
        path: PathBuf,
        /// The copy from before the last change, if there is one.
        backup: Option<PathBuf>,
        /// Why.
        source: FormatError,
    },
    /// The new state could not be written, as when the disk is full. The old one is there, whole.
    #[error("the new state could not be written to {}; the old one is there unchanged", path.display())]
    NotWritten {
        /// The state.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could be written only in part. The new state is whole in another file, and comes from there with the next command.
    #[error("the new state could be written only in part to {}; it is whole in {}", path.display(), copy.display())]
    WrittenInPart {
        /// The state.
        path: PathBuf,
        /// Where the new state is whole.
        copy: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A value can't be stored.
    #[error(transparent)]
    Output(#[from] UnwritableOutput),
    /// The system failed.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done: `open`, `read`.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl StateError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Held { .. } => {
                "wait for that run to end, or let -lock-timeout=1m wait for it; the lock goes with its process, so a run that was killed holds none"
            }
            Self::LockLost { .. } | Self::Changed { .. } => "run the command again, and let nothing run beside it with -lock=false",
            Self::Lineage { .. } => "check the paths given by -state and -state-out",
            Self::Format { source, .. } if source.hint().is_some() => return source.hint().map(str::to_owned),
            Self::Format { backup: Some(backup), .. } => {
                return Some(format!("the state from before the last change is in {}; compare the two before using it", backup.display()));
            }
            Self::NotWritten { source, .. } | Self::WrittenInPart { source, .. } if is_full(source) => {
                "free some space and run the command again"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// Tells what was being done, to what.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// What is known of a lock's holder.
fn told(holder: Option<&LockInfo>, pid: Option<i32>) -> String {
    let process = pid.map(|pid| format!("process {pid}"));
    let Some(LockInfo { id, operation, who, created, .. }) = holder else {
        return process.map(|process| format!(" by {process}, which left no message")).unwrap_or_default();
    };
    let process = process.map(|process| format!(", {process}")).unwrap_or_default();
    format!(" by {who} since {created:.0} for {operation} (id {id}{process})")
}
