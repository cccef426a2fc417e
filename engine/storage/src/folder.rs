//! Bytes in a folder: `sha256/ab/cdef…` holds whole objects, `tmp` what is being written, `quarantine` what was found damaged.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use hotswap_model::{Digest, Hasher};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

use crate::{ByteStream, DEFAULT_MAX_SIZE, Result, Storage, StorageError, Stored};

/// Keeps bytes in a folder of one disk, for one process at a time.
#[derive(Debug, Clone)]
pub struct FolderStorage {
    dir: PathBuf,
    max_size: u64,
}

impl FolderStorage {
    /// Opens the folder, makes it if it isn't there, and removes what a crash left half-written in it.
    ///
    /// # Errors
    /// [`StorageError::Io`] if the folder can't be used.
    pub fn open(dir: &Path) -> Result<Self> {
        let storage = Self { dir: dir.to_owned(), max_size: DEFAULT_MAX_SIZE };
        for folder in [storage.objects(), storage.unfinished(), storage.quarantine()] {
            fs::create_dir_all(&folder).map_err(StorageError::io("create", &folder))?;
        }
        let unfinished = storage.unfinished();
        for entry in fs::read_dir(&unfinished).map_err(StorageError::io("read", &unfinished))? {
            let path = entry.map_err(StorageError::io("read", &unfinished))?.path();
            fs::remove_file(&path).map_err(StorageError::io("remove", &path))?;
        }
        Ok(storage)
    }

    /// The same folder with another bound on the bytes of one object.
    #[must_use]
    pub fn with_max_size(self, max_size: u64) -> Self {
        Self { max_size, ..self }
    }

    fn objects(&self) -> PathBuf {
        self.dir.join("sha256")
    }

    fn unfinished(&self) -> PathBuf {
        self.dir.join("tmp")
    }

    fn quarantine(&self) -> PathBuf {
        self.dir.join("quarantine")
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let digest = digest.to_string();
        self.objects().join(&digest[..2]).join(&digest[2..])
    }

    /// Writes what comes into a file that nobody sees yet, which is removed when dropped.
    async fn receive(&self, mut bytes: ByteStream<'_>) -> Result<(NamedTempFile, Digest, u64)> {
        let folder = self.unfinished();
        let temporary =
            tempfile::Builder::new().prefix("put-").tempfile_in(&folder).map_err(StorageError::io("create a file in", &folder))?;
        let path = temporary.path().to_owned();
        let mut file = tokio::fs::File::from_std(temporary.as_file().try_clone().map_err(StorageError::io("open", &path))?);
        let (mut hasher, mut size) = (Hasher::default(), 0_u64);
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(|source| StorageError::Interrupted { size, source })?;
            size += piece.len() as u64;
            if size > self.max_size {
                return Err(StorageError::TooLarge { limit: self.max_size });
            }
            hasher.update(&piece);
            file.write_all(&piece).await.map_err(StorageError::io("write", &path))?;
        }
        file.flush().await.map_err(StorageError::io("write", &path))?;
        Ok((temporary, hasher.finish(), size))
    }
}

#[async_trait]
impl Storage for FolderStorage {
    async fn put(&self, expected: &Digest, bytes: ByteStream<'_>) -> Result<Stored> {
        let (temporary, actual, size) = self.receive(bytes).await?;
        if actual != *expected {
            return Err(StorageError::Mismatch { expected: *expected, actual, size });
        }
        let path = self.path(expected);
        let new = blocking(move || publish(temporary, &path)).await?;
        Ok(Stored { digest: actual, size, new })
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes> {
        let (digest, path, quarantine) = (*digest, self.path(digest), self.quarantine());
        blocking(move || {
            let bytes = fs::read(&path).map_err(|error| match error.kind() {
                ErrorKind::NotFound => StorageError::NotFound { digest },
                _ => StorageError::io("read", &path)(error),
            })?;
            let actual = Digest::of(&bytes);
            if actual == digest {
                return Ok(Bytes::from(bytes));
            }
            // Under both digests: what is found damaged twice, in two ways, is kept twice.
            let quarantined = quarantine.join(format!("{digest}.{actual}"));
            fs::rename(&path, &quarantined).map_err(StorageError::io("set aside", &path))?;
            Err(StorageError::Corrupt { digest, actual, quarantined })
        })
        .await
    }

    async fn exists(&self, digest: &Digest) -> Result<bool> {
        let path = self.path(digest);
        blocking(move || path.try_exists().map_err(StorageError::io("look for", &path))).await
    }

    async fn delete(&self, digest: &Digest) -> Result<()> {
        let path = self.path(digest);
        blocking(move || match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StorageError::io("remove", &path)(error)),
            _ => Ok(()),
        })
        .await
    }
}

/// Gives a whole file its name, with everything on disk before anybody can see it there. Says whether the name was free.
fn publish(temporary: NamedTempFile, path: &Path) -> Result<bool> {
    if path.try_exists().map_err(StorageError::io("look for", path))? {
        return Ok(false);
    }
    let folder = path.parent().expect("an object's path has the folder of its first two digits");
    temporary.as_file().sync_all().map_err(StorageError::io("write", temporary.path()))?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(StorageError::io("create", folder)(error)),
        _ => {}
    }
    // Somebody else may be putting the same bytes right now: one of both gives them their name.
    let new = match temporary.persist_noclobber(path) {
        Ok(_) => true,
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => false,
        Err(error) => return Err(StorageError::io("write", path)(error.error)),
    };
    for folder in [Some(folder), folder.parent()].into_iter().flatten() {
        sync_folder(folder).map_err(StorageError::io("write", folder))?;
    }
    Ok(new)
}

/// Puts the names in a folder on disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Err(StorageError::io("use", PathBuf::new())(io::Error::other(cancelled))),
        },
    }
}
