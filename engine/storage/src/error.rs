//! What can go wrong with the storage.

use std::io;
use std::path::PathBuf;

use hotswap_model::Digest;

/// Why the storage didn't do as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The bytes aren't those that were announced: cut short, changed, or another file.
    #[error("the {size} bytes received have the SHA-256 {actual}, not {expected}")]
    Mismatch {
        /// The digest that was announced.
        expected: Digest,
        /// The digest of what came.
        actual: Digest,
        /// How many bytes came.
        size: u64,
    },
    /// More bytes than one object may have; the rest was not read.
    #[error("the upload has more than {} MiB, which is the most that is kept", limit >> 20)]
    TooLarge {
        /// The most bytes of one object.
        limit: u64,
    },
    /// The bytes stopped coming.
    #[error("the upload broke off after {size} bytes")]
    Interrupted {
        /// How many had come.
        size: u64,
        /// What the stream said.
        source: io::Error,
    },
    /// There are no such bytes.
    #[error("no bytes with the SHA-256 {digest} are kept")]
    NotFound {
        /// Which.
        digest: Digest,
    },
    /// What was kept under this digest has another one now.
    #[error("the bytes kept as {digest} are damaged (their SHA-256 is {actual}) and were set aside as {}; upload them again", quarantined.display())]
    Corrupt {
        /// What was asked for.
        digest: Digest,
        /// What was found.
        actual: Digest,
        /// Where it is now.
        quarantined: PathBuf,
    },
    /// The disk is full.
    #[error("no space is left for plugin bytes in {}", path.display())]
    Full {
        /// What was being written.
        path: PathBuf,
    },
    /// The disk, or whatever keeps the bytes, failed.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done: `write`, `read`.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl StorageError {
    /// Tells what was being done, to what.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Io { doing, path, source },
        }
    }
}
