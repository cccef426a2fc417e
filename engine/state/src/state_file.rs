//! The file a state is in: held open and locked by one descriptor, and replaced without being lost to those who wait for it.
//!
//! Terraform locks the file's *inode*, by `fcntl`, and writes into it. Who waits for the lock (`-lock-timeout`) has the file
//! open already, so a file that took its place would not be seen: the wait would end with a lock on a file of no name, and
//! what is written there is lost. So the inode stays. For the moment it takes to write into it, a whole copy, locked
//! beforehand, stands in its place:
//!
//! 1. the new state is written to `.NAME.new`, locked and synced;
//! 2. the file gets the second name `.NAME.old`, and `.NAME.new` takes its first: the new state is there, at once and durably;
//! 3. the file, out of sight, is written and synced, and takes its name back.
//!
//! At every moment the name leads to a whole state. Who opened the copy in between finds, when its lock is free, something
//! that is no state, and fails without harm. Not promised: that one who reads without the lock, and began before the write,
//! sees a whole state if it takes longer than step 2.
//!
//! A lock of this kind is gone as soon as *any* descriptor of the file is closed in this process. So everything here reads
//! through the one that holds it; nothing else in the process may open the file.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::SystemTime,
};

use rustix::{
    fs::{FlockOperation, fcntl_lock},
    io::Errno,
    process::{Flock, FlockType, fcntl_getlk},
};

use crate::StateError;

/// What waits in a file that is nobody's state any more.
const REPLACED: &[u8] = b"{\"replaced\": \"this state file was replaced while it was being opened; run the command again\"}\n";

/// An open state file.
#[derive(Debug)]
pub(crate) struct StateFile {
    /// Without symbolic links.
    path: PathBuf,
    file: Arc<File>,
    /// Whether it was not there before.
    created: bool,
    locked: bool,
    seen: Option<Stamp>,
}

/// What tells whether a file was changed.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
}

/// Why a file was not locked.
#[derive(Debug)]
pub(crate) enum OpenError {
    /// Another has the lock: this process, if it can be seen.
    Held(Option<i32>),
    Io(io::Error),
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Errno> for OpenError {
    fn from(error: Errno) -> Self {
        Self::Io(error.into())
    }
}

/// A file's device and inode.
type Identity = (u64, u64);

/// Locked files of this process: their locks don't hold off the process itself.
static LOCKED: Mutex<Vec<(Identity, Weak<File>)>> = Mutex::new(Vec::new());

fn locked() -> MutexGuard<'static, Vec<(Identity, Weak<File>)>> {
    let mut locked = LOCKED.lock().unwrap_or_else(PoisonError::into_inner);
    locked.retain(|(_, file)| file.strong_count() > 0);
    locked
}

fn identity(metadata: &fs::Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

/// The file, if this process has it locked: to be used instead of opening it again.
fn locked_here(path: &Path, locked: &[(Identity, Weak<File>)]) -> Option<Arc<File>> {
    let found = identity(&fs::metadata(path).ok()?);
    locked.iter().find(|(held, _)| *held == found).and_then(|(_, file)| file.upgrade())
}

/// Reads a file without locking it: empty if it isn't there.
pub(crate) fn read_unlocked(path: &Path) -> io::Result<Vec<u8>> {
    if let Some(file) = locked_here(path, &locked()) {
        return read_all(&file);
    }
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}

fn read_all(file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(file.metadata()?.len()).unwrap_or_default() + 1];
    let mut read = 0;
    loop {
        match file.read_at(&mut bytes[read..], read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if read == bytes.len() {
            bytes.resize(2 * read, 0);
        }
    }
    bytes.truncate(read);
    Ok(bytes)
}

impl StateFile {
    /// Opens the file, which is made if it isn't there, and locks it, without waiting.
    pub(crate) fn lock(path: &Path) -> Result<Self, OpenError> {
        let mut locked = locked();
        loop {
            if locked_here(path, &locked).is_some() {
                return Err(OpenError::Held(i32::try_from(std::process::id()).ok()));
            }
            let mut this = Self::open(path, &locked)?;
            this.take_lock()?;
            // Another may have removed or replaced the file between opening and locking.
            let here = identity(&this.file.metadata()?);
            if fs::metadata(path).is_ok_and(|found| identity(&found) == here) {
                this.locked = true;
                locked.push((here, Arc::downgrade(&this.file)));
                return Ok(this);
            }
        }
    }

    /// Opens the file, which is made if it isn't there, and leaves the lock alone.
    pub(crate) fn open_unlocked(path: &Path) -> io::Result<Self> {
        Self::open(path, &locked())
    }

    fn open(path: &Path, locked: &[(Identity, Weak<File>)]) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let options = || OpenOptions::new().read(true).write(true).clone();
        let (file, created) = match locked_here(path, locked) {
            Some(file) => (file, false),
            None => match options().create_new(true).open(path) {
                Ok(file) => (Arc::new(file), true),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    (Arc::new(options().create(true).truncate(false).open(path)?), false)
                }
                Err(error) => return Err(error),
            },
        };
        Ok(Self { path: fs::canonicalize(path)?, file, created, locked: false, seen: None })
    }

    /// Takes the lock, or makes sure that it still is ours.
    fn take_lock(&self) -> Result<(), OpenError> {
        match fcntl_lock(&self.file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(()),
            Err(Errno::AGAIN | Errno::ACCESS) => {
                let holder = fcntl_getlk(&self.file, &Flock::from(FlockType::WriteLock)).ok().flatten();
                Err(OpenError::Held(holder.and_then(|lock| lock.pid).map(|pid| pid.as_raw_nonzero().get())))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the lock is held.
    pub(crate) fn is_locked(&self) -> bool {
        self.locked
    }

    /// The content.
    pub(crate) fn read(&mut self) -> io::Result<Vec<u8>> {
        let stamp = self.stamp()?;
        let bytes = read_all(&self.file)?;
        self.seen = Some(stamp);
        Ok(bytes)
    }

    /// The content, without taking note that it was seen.
    pub(crate) fn peek(&self) -> io::Result<Vec<u8>> {
        read_all(&self.file)
    }

    fn stamp(&self) -> io::Result<Stamp> {
        let metadata = self.file.metadata()?;
        Ok(Stamp { size: metadata.len(), modified: metadata.modified().ok() })
    }

    /// A neighbour: `.terraform.tfstate.new`.
    fn neighbour(&self, ending: &str) -> PathBuf {
        neighbour(&self.path, ending)
    }

    /// Puts right what a run that was killed while writing this file, or its backup, left behind. `is_state` tells a whole
    /// state from one in pieces.
    pub(crate) fn recover(&mut self, is_state: impl Fn(&[u8]) -> bool, backup: Option<&Path>) -> io::Result<()> {
        let (copy, old) = (self.neighbour("new"), self.neighbour("old"));
        match fs::read(&copy) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            Ok(bytes) => {
                // Where files can't have two names, the copy is all that's whole.
                let present = self.read()?;
                if !present.is_empty() && !is_state(&present) && is_state(&bytes) {
                    self.write_in_place(&bytes)?;
                }
                fs::remove_file(&copy)?;
            }
        }
        backup.map_or(Ok(()), |backup| remove_if_there(&neighbour(backup, "new")))?;
        remove_if_there(&old)
    }

    /// Replaces the content, as the head of this file says: durable when this returns.
    pub(crate) fn replace(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.check()?;
        let (copy, old) = (self.neighbour("new"), self.neighbour("old"));
        let stand_in = match self.stand_in(&copy, bytes) {
            Ok(stand_in) => stand_in,
            Err(source) => {
                let _ = fs::remove_file(&copy);
                return Err(StateError::NotWritten { path: self.path.clone(), source });
            }
        };
        if self.step_aside(&copy, &old).is_err() {
            // The file can't have two names here, or is mounted by itself. Then the copy is what's whole if this fails.
            self.write_in_place(bytes).map_err(|source| StateError::WrittenInPart {
                path: self.path.clone(),
                copy: copy.clone(),
                source,
            })?;
            let _ = fs::remove_file(&copy);
            return Ok(());
        }
        match self.write_in_place(bytes).and_then(|()| fs::rename(&old, &self.path)) {
            Ok(()) => retire(&stand_in),
            Err(_) => self.take_over(stand_in, &old),
        }
        Ok(())
    }

    /// That the file is still ours, and as it was seen.
    fn check(&self) -> Result<(), StateError> {
        let failed = StateError::io("look at", &self.path);
        let path = || self.path.clone();
        if self.locked && matches!(self.take_lock(), Err(OpenError::Held(_))) {
            return Err(StateError::LockLost { path: path() });
        }
        let (metadata, stamp) = match self.file.metadata().and_then(|metadata| Ok((metadata, self.stamp()?))) {
            Ok(found) => found,
            Err(error) => return Err(failed(error)),
        };
        let same = fs::metadata(&self.path).is_ok_and(|found| identity(&found) == identity(&metadata));
        if !same || self.seen.as_ref().is_some_and(|seen| *seen != stamp) {
            return Err(StateError::Changed { path: path() });
        }
        Ok(())
    }

    /// Writes the copy, and makes room for as much in the file itself.
    fn stand_in(&self, copy: &Path, bytes: &[u8]) -> io::Result<File> {
        let stand_in = write_new(copy, bytes, self.file.metadata()?.permissions())?;
        fcntl_lock(&stand_in, FlockOperation::NonBlockingLockExclusive)?;
        stand_in.sync_all()?;
        reserve(&self.file, bytes.len())?;
        Ok(stand_in)
    }

    /// Gives the file its second name and the first to the copy.
    fn step_aside(&self, copy: &Path, old: &Path) -> io::Result<()> {
        remove_if_there(old)?;
        fs::hard_link(&self.path, old)?;
        if let Err(error) = fs::rename(copy, &self.path) {
            let _ = fs::remove_file(old);
            return Err(error);
        }
        // Some file systems can't do this. There the new state is not safe from a power cut until it is in the file itself.
        let _ = sync_folder_of(&self.path);
        Ok(())
    }

    fn write_in_place(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, 0)?;
        self.file.set_len(bytes.len() as u64)?;
        self.file.sync_all()?;
        self.seen = Some(self.stamp()?);
        Ok(())
    }

    /// Writing into the file failed, so its stand-in stays.
    fn take_over(&mut self, stand_in: File, old: &Path) {
        let _ = fs::remove_file(old);
        retire(&self.file);
        let stand_in = Arc::new(stand_in);
        if let Ok(metadata) = stand_in.metadata() {
            locked().push((identity(&metadata), Arc::downgrade(&stand_in)));
        }
        self.file = stand_in;
        self.seen = self.stamp().ok();
    }

    /// Lets go of the lock, and of the file if it was made here and nothing was written to it.
    pub(crate) fn release(self) {
        let Ok(metadata) = self.file.metadata() else { return };
        if self.created && metadata.len() == 0 && self.locked {
            let _ = fs::remove_file(&self.path);
            retire(&self.file);
        }
        if self.locked {
            let mut locked = locked();
            locked.retain(|(held, _)| *held != identity(&metadata));
            let _ = fcntl_lock(&self.file, FlockOperation::NonBlockingUnlock);
            drop(self.file);
        }
    }
}

/// Leaves something in a file without a name that is no state, for those who opened it when it had one.
fn retire(file: &File) {
    let _ = file.write_all_at(REPLACED, 0);
    let _ = file.set_len(REPLACED.len() as u64);
}

/// A hidden file beside another: `.terraform.tfstate.lock.info` of `terraform.tfstate`.
pub(crate) fn neighbour(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{}.{ending}", name.strip_prefix('.').unwrap_or(&name)))
}

/// Writes a file that isn't there yet, with these permissions.
fn write_new(path: &Path, bytes: &[u8], permissions: Permissions) -> io::Result<File> {
    remove_if_there(path)?;
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(permissions)?;
    file.write_all_at(bytes, 0)?;
    Ok(file)
}

/// Makes a copy of a state: whole, or not at all.
pub(crate) fn write_copy(path: &Path, bytes: &[u8], like: &StateFile) -> io::Result<()> {
    let new = neighbour(path, "new");
    let write = || {
        write_new(&new, bytes, like.file.metadata()?.permissions())?.sync_all()?;
        fs::rename(&new, path)?;
        sync_folder_of(path)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Has the disk set aside room for the first `size` bytes of a file, where it can.
#[cfg(target_os = "linux")]
fn reserve(file: &File, size: usize) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    match fallocate(file, FallocateFlags::KEEP_SIZE, 0, size as u64) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(not(target_os = "linux"))]
fn reserve(_: &File, _: usize) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &Path, file: File) -> StateFile {
        StateFile { path: fs::canonicalize(path).unwrap(), file: Arc::new(file), created: false, locked: false, seen: None }
    }

    #[test]
    fn if_the_file_cannot_be_written_the_copy_stays_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terraform.tfstate");
        fs::write(&path, "old").unwrap();
        // Opened to be read only, so that writing into it fails.
        let mut file = file(&path, File::open(&path).unwrap());
        for content in ["new", "newer", "", "newest"] {
            file.replace(content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn who_opened_the_copy_finds_no_state_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terraform.tfstate");
        fs::write(&path, "old").unwrap();
        let file = file(&path, OpenOptions::new().read(true).write(true).open(&path).unwrap());
        let stand_in = file.stand_in(&file.neighbour("new"), b"new").unwrap();
        file.step_aside(&file.neighbour("new"), &file.neighbour("old")).unwrap();
        let opened = File::open(&path).unwrap();
        assert_eq!(read_all(&opened).unwrap(), b"new");
        retire(&stand_in);
        assert_eq!(read_all(&opened).unwrap(), REPLACED);
        let error = crate::State::from_slice(REPLACED).unwrap_err();
        assert!(matches!(error, crate::FormatError::NotAState { .. }));
    }

    #[test]
    fn neighbours_are_hidden_and_named_as_terraform_names_them() {
        assert_eq!(neighbour(Path::new("a/terraform.tfstate"), "lock.info"), Path::new("a/.terraform.tfstate.lock.info"));
        assert_eq!(neighbour(Path::new(".hidden"), "lock.info"), Path::new(".hidden.lock.info"));
    }
}
