//! What a storage is. Where it keeps the bytes is in a file of its own for each kind.

use std::io;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use hotswap_model::Digest;

use crate::Result;

/// Bytes that come in pieces; an error means that the rest won't come.
pub type ByteStream<'a> = BoxStream<'a, io::Result<Bytes>>;

/// Bytes of one object at most, where nothing else is said: 256 MiB.
pub const DEFAULT_MAX_SIZE: u64 = 256 << 20;

/// What was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The digest of the bytes.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
    /// Whether they were not there before.
    pub new: bool,
}

/// Keeps bytes under their digest.
///
/// An object is there as a whole or not at all, whatever happens while it is put: an error, a dropped future, a crash. Once
/// [`Storage::put`] has returned it survives a power cut. Calls may run at the same time, on the same object too.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Keeps these bytes if they are those of `expected`. Bytes that are there already are read and compared all the same.
    ///
    /// # Errors
    /// `Mismatch`, `TooLarge`, `Interrupted` (the stream failed), `Full`, `Io`; then nothing is kept.
    async fn put(&self, expected: &Digest, bytes: ByteStream<'_>) -> Result<Stored>;

    /// The bytes with this digest, verified.
    ///
    /// # Errors
    /// `NotFound`, `Io`, or `Corrupt` if what is kept has another digest; it is then set aside, so that the next call says
    /// `NotFound` and the bytes can be put again.
    async fn get(&self, digest: &Digest) -> Result<Bytes>;

    /// Whether there are bytes under this digest; they aren't verified.
    ///
    /// # Errors
    /// `Io`.
    async fn exists(&self, digest: &Digest) -> Result<bool>;

    /// Removes the bytes with this digest; none there is fine.
    ///
    /// # Errors
    /// `Io`.
    async fn delete(&self, digest: &Digest) -> Result<()>;
}

/// A stream of one piece, for bytes that are all there.
pub fn once(bytes: impl Into<Bytes>) -> ByteStream<'static> {
    futures::stream::iter([Ok(bytes.into())]).boxed()
}
