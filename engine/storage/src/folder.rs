//! Bytes in a folder: `sha256/ab/cdef…` holds whole objects, `tmp` what is being written, `quarantine` what was found damaged.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{FutureExt as _, StreamExt as _, TryFutureExt as _, TryStreamExt as _};
use hotswap_model::{Digest, Hasher};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

use crate::verify::verified;
use crate::{ByteStream, DEFAULT_MAX_SIZE, Leftover, Object, Quarantined, Reading, Result, Storage, StorageError, Stored};

/// Bytes that are read or written at once.
const PIECE: usize = 256 << 10;

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
        for folder in [storage.objects_dir(), storage.unfinished(), storage.quarantine()] {
            fs::create_dir_all(&folder).map_err(StorageError::io("create", &folder))?;
        }
        for (path, _) in files(&storage.unfinished())? {
            fs::remove_file(&path).map_err(StorageError::io("remove", &path))?;
        }
        Ok(storage)
    }

    /// The same folder with another bound on the bytes of one object.
    #[must_use]
    pub fn with_max_size(self, max_size: u64) -> Self {
        Self { max_size, ..self }
    }

    fn objects_dir(&self) -> PathBuf {
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
        self.objects_dir().join(&digest[..2]).join(&digest[2..])
    }

    /// Reads what comes to its end, and writes it into a file that nobody sees yet, which is removed when dropped; or nowhere.
    async fn receive(&self, mut bytes: ByteStream<'_>, write: bool) -> Result<(Option<NamedTempFile>, Digest, u64)> {
        let folder = self.unfinished();
        let temporary = match write {
            true => {
                Some(tempfile::Builder::new().prefix("put-").tempfile_in(&folder).map_err(StorageError::io("create a file in", &folder))?)
            }
            false => None,
        };
        let path = temporary.as_ref().map_or(folder, |file| file.path().to_owned());
        let mut file = match &temporary {
            Some(file) => {
                let file = file.as_file().try_clone().map_err(StorageError::io("open", &path))?;
                Some(tokio::io::BufWriter::with_capacity(PIECE, tokio::fs::File::from_std(file)))
            }
            None => None,
        };
        let (mut hasher, mut size) = (Hasher::default(), 0_u64);
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(|source| StorageError::Interrupted { size, source })?;
            size += piece.len() as u64;
            if size > self.max_size {
                return Err(StorageError::TooLarge { limit: self.max_size });
            }
            hasher.update(&piece);
            if let Some(file) = &mut file {
                file.write_all(&piece).await.map_err(StorageError::io("write", &path))?;
            }
        }
        if let Some(file) = &mut file {
            file.flush().await.map_err(StorageError::io("write", &path))?;
        }
        Ok((temporary, hasher.finish(), size))
    }
}

#[async_trait]
impl Storage for FolderStorage {
    async fn put(&self, expected: &Digest, bytes: ByteStream<'_>) -> Result<Stored> {
        let known = self.exists(expected).await?;
        let (temporary, actual, size) = self.receive(bytes, !known).await?;
        if actual != *expected {
            return Err(StorageError::Mismatch { expected: *expected, actual, size });
        }
        let new = match temporary {
            Some(temporary) => {
                let path = self.path(expected);
                blocking(move || publish(temporary, &path)).await?
            }
            None if self.exists(expected).await? => false,
            None => return Err(StorageError::Vanished { digest: *expected }),
        };
        Ok(Stored { digest: actual, size, new })
    }

    async fn read(&self, digest: &Digest) -> Result<Reading> {
        let (digest, path, quarantine) = (*digest, self.path(digest), self.quarantine());
        let opened = path.clone();
        let (file, size) = blocking(move || {
            let file = File::open(&opened).map_err(|error| match error.kind() {
                ErrorKind::NotFound => StorageError::NotFound { digest },
                _ => StorageError::io("read", &opened)(error),
            })?;
            let size = file.metadata().map_err(StorageError::io("read", &opened))?.len();
            Ok((file, size))
        })
        .await?;
        let from = path.clone();
        let pieces = futures::stream::try_unfold(file, move |mut file| {
            let path = from.clone();
            blocking(move || {
                let mut piece = Vec::with_capacity(PIECE);
                (&mut file).take(PIECE as u64).read_to_end(&mut piece).map_err(StorageError::io("read", &path))?;
                Ok((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
            })
        });
        let on_damage = move |actual| {
            blocking(move || set_aside(&path, &quarantine, digest, actual)).map(move |done: Result<()>| match done {
                Err(error) => error,
                Ok(()) => StorageError::NotFound { digest },
            })
        };
        Ok(Reading { size, bytes: verified(digest, pieces.boxed(), Box::new(move |actual| on_damage(actual).boxed())) })
    }

    async fn exists(&self, digest: &Digest) -> Result<bool> {
        let path = self.path(digest);
        blocking(move || path.try_exists().map_err(StorageError::io("look for", &path))).await
    }

    async fn delete(&self, digest: &Digest) -> Result<()> {
        let path = self.path(digest);
        blocking(move || remove(&path)).await
    }

    fn objects(&self) -> BoxStream<'_, Result<Object>> {
        let folder = self.objects_dir();
        let shards = blocking({
            let folder = folder.clone();
            move || folders(&folder)
        });
        // One folder of the first two digits at a time: a list of everything need not fit in memory.
        let shards = shards.map_ok(|shards| futures::stream::iter(shards.into_iter().map(Ok))).try_flatten_stream();
        let objects = shards.and_then(|shard| {
            blocking(move || {
                let digits = shard.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let object = |(path, metadata): (PathBuf, Metadata)| {
                    let name = format!("{digits}{}", path.file_name()?.to_str()?);
                    Some(Object { digest: name.parse().ok()?, size: metadata.len(), since: since(&metadata) })
                };
                Ok(futures::stream::iter(files(&shard)?.into_iter().filter_map(object).map(Ok).collect::<Vec<_>>()))
            })
        });
        objects.try_flatten().boxed()
    }

    async fn leftovers(&self) -> Result<Vec<Leftover>> {
        let folder = self.unfinished();
        blocking(move || {
            let leftover = |(path, metadata): (PathBuf, Metadata)| Leftover { name: name(&path), upload: None, since: since(&metadata) };
            Ok(files(&folder)?.into_iter().map(leftover).collect())
        })
        .await
    }

    async fn discard(&self, leftover: &Leftover) -> Result<()> {
        let path = self.unfinished().join(&leftover.name);
        blocking(move || remove(&path)).await
    }

    async fn quarantined(&self) -> Result<Vec<Quarantined>> {
        let folder = self.quarantine();
        blocking(move || {
            let damaged =
                |(path, metadata): (PathBuf, Metadata)| Quarantined { name: name(&path), size: metadata.len(), since: since(&metadata) };
            Ok(files(&folder)?.into_iter().map(damaged).collect())
        })
        .await
    }

    fn place(&self) -> String {
        self.dir.display().to_string()
    }
}

/// Moves a damaged object out of the way. Ends in the error that tells so, or in nothing if it is gone already.
fn set_aside(path: &Path, quarantine: &Path, digest: Digest, actual: Digest) -> Result<()> {
    // Under both digests: what is found damaged twice, in two ways, is kept twice.
    let quarantined = quarantine.join(format!("{digest}.{actual}"));
    match fs::rename(path, &quarantined) {
        Err(error) if error.kind() == ErrorKind::NotFound && !quarantined.exists() => Ok(()),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StorageError::io("set aside", path)(error)),
        _ => Err(StorageError::Corrupt { digest, actual, quarantined: quarantined.display().to_string() }),
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

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StorageError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// The folders in a folder.
fn folders(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = entries(dir)?;
    found.retain(|path| path.is_dir());
    Ok(found)
}

/// The files in a folder that are still there, with what is known of each.
fn files(dir: &Path) -> Result<Vec<(PathBuf, Metadata)>> {
    let known = |path: PathBuf| path.metadata().ok().filter(Metadata::is_file).map(|metadata| (path, metadata));
    Ok(entries(dir)?.into_iter().filter_map(known).collect())
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).map_err(StorageError::io("read", dir))?;
    entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>().map_err(StorageError::io("read", dir))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn since(metadata: &Metadata) -> SystemTime {
    metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH)
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
