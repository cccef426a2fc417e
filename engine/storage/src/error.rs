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
    /// The bytes were there already when they began to come, so that they were not written again, and were gone at the end.
    #[error("the bytes with the SHA-256 {digest} were removed while they were uploaded again")]
    Vanished {
        /// Which.
        digest: Digest,
    },
    /// There are no such bytes.
    #[error("no bytes with the SHA-256 {digest} are kept")]
    NotFound {
        /// Which.
        digest: Digest,
    },
    /// What was kept under this digest has another one now.
    #[error("the bytes kept as {digest} are damaged (their SHA-256 is {actual}) and were set aside as {quarantined}; upload them again")]
    Corrupt {
        /// What was asked for.
        digest: Digest,
        /// What was found.
        actual: Digest,
        /// Where it is now.
        quarantined: String,
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
    /// The S3 server failed, refused, or did not answer.
    #[error("cannot {doing} {place}: {reason}")]
    Remote {
        /// What was being done: `write`, `read`.
        doing: &'static str,
        /// To what: `s3://bucket/key`.
        place: String,
        /// What the server said, or what happened to the connection.
        reason: String,
        /// Whether the server said that asking again is of no use: a bucket that is not there, credentials it doesn't know.
        is_final: bool,
    },
    /// The storage was not configured so that it can be used.
    #[error("{reason}")]
    Setup {
        /// What is wrong, and what to do.
        reason: String,
    },
}

impl StorageError {
    /// Tells what was being done, to what.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full { path },
            _ => Self::Io { doing, path, source },
        }
    }

    /// Whether nothing is wrong with what was asked: the disk or the server failed.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Io { .. } | Self::Remote { .. } | Self::Vanished { .. })
    }
}
