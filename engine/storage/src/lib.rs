//! Plugin bytes, named by their SHA-256: verified on the way in and on the way out.
//!
//! What the bytes are is none of its business, nor who may put them there or when they may go: that is the platform's.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod folder;
mod location;
mod s3;
mod storage;
mod verify;

pub use error::StorageError;
pub use folder::FolderStorage;
pub use location::Location;
pub use s3::{S3Config, S3Credentials, S3Patience, S3Storage};
pub use storage::{ByteStream, DEFAULT_MAX_SIZE, Leftover, Object, Quarantined, Reading, Storage, Stored, once};

/// What a call to the storage gives.
pub type Result<T> = std::result::Result<T, StorageError>;
