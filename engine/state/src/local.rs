//! A state in a local file: Terraform's `local` backend, with its paths, lock and backup.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::{
    LockInfo, State, StateError,
    state_file::{self, OpenError, StateFile, neighbour},
};

/// The name of a state's file if nothing else is said.
pub const DEFAULT_NAME: &str = "terraform.tfstate";

/// How long one who waits for a lock lets pass between two tries.
const BETWEEN_TRIES: Duration = Duration::from_millis(200);

/// How long the message of a lock that was just taken is waited for.
const MESSAGE_DUE: Duration = Duration::from_millis(60);

/// Where a command reads its state, and where it writes: what `-state`, `-state-out` and `-backup` say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Where the state is read, until it was written for the first time.
    pub read: PathBuf,
    /// Where it is written. This is the file that is locked.
    pub write: PathBuf,
    /// Where the former content of `write` is kept, if anywhere.
    pub backup: Option<PathBuf>,
}

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Nothing: the file says the same already.
    Unchanged,
    /// The file says it now, and will after a power cut.
    Written,
}

/// A state in a local file.
///
/// One command uses one of these: it locks, reads, writes as often as there is something new, and unlocks; dropping it unlocks
/// too. While the lock is held nothing else in the process may open the state's file: closing it would drop the lock, as is the
/// way of the locks Terraform takes. Reading and writing block on the disk.
#[derive(Debug)]
pub struct Local {
    paths: Paths,
    file: Option<StateFile>,
    /// What was last read or written; `Some(None)` if there was no state.
    known: Option<Option<State>>,
    written: bool,
    backed_up: bool,
}

impl Paths {
    /// By the flags of the command line: `-state`, `-state-out` and `-backup` (`-` for none).
    pub fn new(state: Option<&Path>, out: Option<&Path>, backup: Option<&Path>) -> Self {
        let read = state.unwrap_or(Path::new(DEFAULT_NAME)).to_owned();
        let write = out.unwrap_or(&read).to_owned();
        let backup = match backup {
            Some(none) if none == Path::new("-") => None,
            Some(path) => Some(path.to_owned()),
            None => Some(default_backup(&write)),
        };
        Self { read, write, backup }
    }
}

/// Where a state's backup is if nothing else is said.
fn default_backup(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".backup");
    name.into()
}

impl Local {
    /// The state at these paths. Nothing is opened yet.
    pub fn new(paths: Paths) -> Self {
        Self { paths, file: None, known: None, written: false, backed_up: false }
    }

    /// Where it is.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Whether the lock is held.
    pub fn is_locked(&self) -> bool {
        self.file.as_ref().is_some_and(StateFile::is_locked)
    }

    /// Takes the lock, or fails at once with [`StateError::Held`]. What is left of a run that was killed is put right.
    ///
    /// To be called before anything is read.
    pub fn lock(&mut self, info: &LockInfo) -> Result<(), StateError> {
        // What is open would drop the new lock when it is closed.
        self.unlock();
        let path = &self.paths.write;
        let mut file = StateFile::lock(path).map_err(|error| match error {
            OpenError::Held(pid) => StateError::Held { path: path.clone(), holder: self.holder().map(Box::new), pid },
            OpenError::Io(source) => StateError::Io { doing: "open", path: path.clone(), source },
        })?;
        let ready = file
            .recover(|bytes| State::from_slice(bytes).is_ok(), self.paths.backup.as_deref())
            .map_err(StateError::io("put right", path))
            .and_then(|()| self.write_info(info));
        if let Err(error) = ready {
            file.release();
            return Err(error);
        }
        self.file = Some(file);
        self.known = None;
        Ok(())
    }

    /// Takes the lock, and waits for it as long as `timeout` says. While it waits `keep_waiting` is asked several times a second,
    /// with what the lock is held by; if it says no the wait ends with that error. Blocks the thread.
    pub fn lock_within(
        &mut self,
        info: &LockInfo,
        timeout: Duration,
        mut keep_waiting: impl FnMut(&StateError) -> bool,
    ) -> Result<(), StateError> {
        let begun = Instant::now();
        loop {
            match self.lock(info) {
                Err(held @ StateError::Held { .. }) => {
                    let left = timeout.saturating_sub(begun.elapsed());
                    if left.is_zero() || !keep_waiting(&held) {
                        return Err(held);
                    }
                    thread::park_timeout(left.min(BETWEEN_TRIES));
                }
                done => return done,
            }
        }
    }

    fn info_path(&self) -> PathBuf {
        neighbour(&self.paths.write, "lock.info")
    }

    /// What the lock's holder says. It says so just after taking the lock.
    fn holder(&self) -> Option<LockInfo> {
        let read = || serde_json::from_slice(&fs::read(self.info_path()).ok()?).ok();
        read().or_else(|| {
            thread::park_timeout(MESSAGE_DUE);
            read()
        })
    }

    fn write_info(&self, info: &LockInfo) -> Result<(), StateError> {
        let path = self.info_path();
        let info = LockInfo { path: self.paths.read.display().to_string(), ..info.clone() };
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
        file.and_then(|mut file| file.write_all(serde_json::to_string(&info)?.as_bytes())).map_err(StateError::io("write", &path))
    }

    /// Reads the state; `None` if there is none yet. Without the lock, another may be changing it.
    pub fn read(&mut self) -> Result<Option<State>, StateError> {
        let path = if self.written { &self.paths.write } else { &self.paths.read };
        let bytes = match &mut self.file {
            Some(file) if *path == self.paths.write => file.read(),
            _ => state_file::read_unlocked(path),
        };
        let bytes = bytes.map_err(StateError::io("read", path))?;
        if bytes.is_empty() {
            self.known = Some(None);
            return Ok(None);
        }
        let state = State::from_slice(&bytes).map_err(|source| StateError::Format {
            path: path.clone(),
            backup: Some(default_backup(path)).filter(|backup| backup.exists()),
            source,
        })?;
        self.known = Some(Some(state.clone()));
        Ok(Some(state))
    }

    /// Writes the state if it says anything new, and gives it its serial: one more than the last.
    ///
    /// The first change is preceded by the backup. The file is replaced as a whole or, after an error, not at all (but for
    /// [`StateError::WrittenInPart`]); it is on the disk when this returns. Without the lock, a change another made
    /// since the last read is noticed, one made at the same moment is not.
    pub fn write(&mut self, state: &mut State) -> Result<Written, StateError> {
        if self.known.is_none() {
            self.read()?;
        }
        let path = self.paths.write.clone();
        let known = self.known.as_ref().and_then(Option::as_ref);
        let mut serial = 1;
        if let Some(known) = known {
            if known.lineage != state.lineage {
                return Err(StateError::Lineage { path, found: known.lineage.clone(), given: state.lineage.clone() });
            }
            let same = known.says_the_same_as(state);
            serial = known.serial.saturating_add(u64::from(!same));
            if same && (self.written || self.paths.read == path) {
                state.serial = serial;
                return Ok(Written::Unchanged);
            }
        }
        let bytes = state.to_bytes_with(serial)?;
        let mut file = match self.file.take() {
            Some(file) => file,
            None => StateFile::open_unlocked(&path).map_err(StateError::io("open", &path))?,
        };
        let replaced = self.replace(&mut file, &bytes);
        self.file = Some(file);
        replaced?;
        state.serial = serial;
        self.known = Some(Some(state.clone()));
        self.written = true;
        Ok(Written::Written)
    }

    fn replace(&mut self, file: &mut StateFile, bytes: &[u8]) -> Result<(), StateError> {
        if let (Some(backup), false) = (&self.paths.backup, self.backed_up) {
            let before = file.peek().map_err(StateError::io("read", &self.paths.write))?;
            if !before.is_empty() {
                state_file::write_copy(backup, &before, file).map_err(StateError::io("write the backup", backup))?;
            }
            self.backed_up = true;
        }
        file.replace(bytes)
    }

    /// Lets go of the lock.
    pub fn unlock(&mut self) {
        if let Some(file) = self.file.take() {
            if file.is_locked() {
                let _ = fs::remove_file(self.info_path());
            }
            file.release();
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.unlock();
    }
}
