//! What a storage is. Where it keeps the bytes is in a file of its own for each kind.

use std::io;
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use hotswap_model::Digest;

use crate::Result;

/// Bytes that come in pieces; an error means that the rest won't come.
pub type ByteStream<'a> = BoxStream<'a, io::Result<Bytes>>;

/// Bytes of one object at most, where nothing else is said: 1 GiB.
pub const DEFAULT_MAX_SIZE: u64 = 1 << 30;

/// What was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The digest of the bytes.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
    /// Whether they were not there before. Of several who put the same bytes at the same time at least one is told so.
    pub new: bool,
}

/// An object that is being read.
pub struct Reading {
    /// How many bytes there will be.
    pub size: u64,
    /// The bytes. The last piece comes only once the digest of all is found right; where it isn't, the stream ends with
    /// [`StorageError::Corrupt`](crate::StorageError::Corrupt) instead, and the object has been set aside.
    pub bytes: BoxStream<'static, Result<Bytes>>,
}

/// An object as a list tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The digest it is kept under; not verified.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
    /// When it was put there, by the clock of whoever keeps it.
    pub since: SystemTime,
}

/// What an upload that is under way, or that nobody ends any more, has left so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Its name in this storage.
    pub name: String,
    /// Which upload of that name, where there may be several.
    pub upload: Option<String>,
    /// When it began, or was last written to.
    pub since: SystemTime,
}

/// What was found damaged and set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Where it is: the digest it was kept under, a point, the digest it has.
    pub name: String,
    /// How many bytes.
    pub size: u64,
    /// When it was set aside, or last written.
    pub since: SystemTime,
}

/// Keeps bytes under their digest.
///
/// An object is there as a whole or not at all, whatever happens while it is put: an error, a dropped future, a crash. Once
/// [`Storage::put`] has returned it survives a power cut. Calls may run at the same time, on the same object too.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Keeps these bytes if they are those of `expected`. Bytes that are there already are read and compared all the same, so
    /// that nobody learns to have uploaded what he doesn't have; they are not written again.
    ///
    /// In memory are a few pieces, never the whole.
    ///
    /// # Errors
    /// `Mismatch`, `TooLarge`, `Interrupted` (the stream failed), `Vanished`, `Full`, `Io`, `Remote`; then nothing is kept.
    async fn put(&self, expected: &Digest, bytes: ByteStream<'_>) -> Result<Stored>;

    /// The bytes with this digest, piece by piece, verified as [`Reading`] tells.
    ///
    /// # Errors
    /// `NotFound`, `Io`, `Remote`; in the stream also `Corrupt`: what is kept has another digest. It is then set aside, so that
    /// the next call says `NotFound` and the bytes can be put again.
    async fn read(&self, digest: &Digest) -> Result<Reading>;

    /// The bytes with this digest as a whole, verified.
    ///
    /// # Errors
    /// As [`Storage::read`].
    async fn get(&self, digest: &Digest) -> Result<Bytes> {
        let Reading { size, mut bytes } = self.read(digest).await?;
        let mut whole = BytesMut::with_capacity(usize::try_from(size).unwrap_or_default());
        while let Some(piece) = bytes.try_next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// Whether there are bytes under this digest; they aren't verified.
    ///
    /// # Errors
    /// `Io`, `Remote`.
    async fn exists(&self, digest: &Digest) -> Result<bool>;

    /// Removes the bytes with this digest; none there is fine.
    ///
    /// # Errors
    /// `Io`, `Remote`.
    async fn delete(&self, digest: &Digest) -> Result<()>;

    /// Every object, in no order. Those put or removed meanwhile may be told of or not.
    ///
    /// # Errors
    /// `Io`, `Remote`; the stream ends with it.
    fn objects(&self) -> BoxStream<'_, Result<Object>>;

    /// What uploads have left that aren't at their end: those under way, and those that a crash broke off.
    ///
    /// # Errors
    /// `Io`, `Remote`.
    async fn leftovers(&self) -> Result<Vec<Leftover>>;

    /// Removes what an upload has left; the upload fails if it is still under way. None there is fine.
    ///
    /// # Errors
    /// `Io`, `Remote`.
    async fn discard(&self, leftover: &Leftover) -> Result<()>;

    /// What was found damaged and set aside. It stays until somebody removes it by hand.
    ///
    /// # Errors
    /// `Io`, `Remote`.
    async fn quarantined(&self) -> Result<Vec<Quarantined>>;

    /// Where the bytes are, for people: a path or `s3://bucket/prefix`. Never a credential.
    fn place(&self) -> String;
}

/// A stream of one piece, for bytes that are all there.
pub fn once(bytes: impl Into<Bytes>) -> ByteStream<'static> {
    futures::stream::iter([Ok(bytes.into())]).boxed()
}
