//! The journal of an apply: what is about to be done is on the disk before it is done, so that nothing made is ever lost, whenever
//! the process ends.
//!
//! It lies beside the state it goes with and is held under that state's lock. Once the state says what the journal says, the
//! journal is begun anew; at the end of an apply it is gone. What is left of one is read by [`Journal::left_over`].

mod record;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

pub(crate) use self::record::blocks;
pub use self::record::{Act, Intent, KeptObject, KeptStep, Outcome};
use self::record::{Begin, Record};

/// The format this program writes.
const VERSION: u32 = 1;

/// Why a journal can't be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The disk.
    #[error("can't {doing} the journal {path}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The journal.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What is in it can't be understood.
    #[error("line {line} of the journal {path} can't be read")]
    Format {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why not.
        source: serde_json::Error,
    },
    /// It goes with another state than the one it lies beside.
    #[error("the journal {path} belongs to another state; delete it if you know that what it tells of is not wanted")]
    Foreign {
        /// The journal.
        path: PathBuf,
    },
    /// It was begun by a newer program.
    #[error("the journal {path} has format {version}, this program knows {VERSION}")]
    Newer {
        /// The journal.
        path: PathBuf,
        /// Its format.
        version: u32,
    },
}

/// A journal being written. Shared by the operations of an apply.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    lineage: String,
    inner: Mutex<Inner>,
    written: Condvar,
}

#[derive(Debug)]
struct Inner {
    file: Arc<File>,
    next: u64,
    /// Intents with an outcome that no written state has yet.
    concluded: BTreeSet<u64>,
    /// Intents without an outcome.
    open: BTreeMap<u64, Intent>,
    /// How many records were written, and how many of them are known to be on the disk.
    appended: u64,
    synced: u64,
    syncing: bool,
}

/// What an apply that ended early left behind.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LeftOver {
    /// The lineage of the state it goes with.
    pub lineage: String,
    /// The serial of that state when it was last written.
    pub serial: u64,
    /// What was done, in order.
    pub done: Vec<(Intent, Outcome)>,
    /// What was begun, and nobody knows what came of it.
    pub open: Vec<Intent>,
}

impl Journal {
    /// Where the journal of a state is.
    pub fn path_for(state: &Path) -> PathBuf {
        let mut name = state.as_os_str().to_owned();
        name.push(".journal");
        name.into()
    }

    /// Begins a journal for a state of that lineage and serial. What was in the file is gone.
    pub fn begin(path: &Path, lineage: &str, serial: u64) -> Result<Self, JournalError> {
        let file = create(path, lineage, serial, &[]).map_err(error("begin", path))?;
        let inner = Inner {
            file: Arc::new(file),
            next: 1,
            concluded: BTreeSet::new(),
            open: BTreeMap::new(),
            appended: 0,
            synced: 0,
            syncing: false,
        };
        Ok(Self { path: path.to_owned(), lineage: lineage.to_owned(), inner: Mutex::new(inner), written: Condvar::new() })
    }

    /// Writes down what is about to be done, and returns its number once that is on the disk. Intents written at the same time share
    /// one wait for the disk. Blocks.
    pub fn intend(&self, intent: Intent) -> Result<u64, JournalError> {
        let mut inner = self.lock();
        let number = inner.next;
        inner.next += 1;
        let intent = Intent { number, ..intent };
        append(&inner.file, &Record::Intent(intent.clone())).map_err(error("write", &self.path))?;
        inner.open.insert(number, intent);
        inner.appended += 1;
        let mine = inner.appended;
        while inner.synced < mine {
            if inner.syncing {
                inner = self.written.wait(inner).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            inner.syncing = true;
            let (file, upto) = (Arc::clone(&inner.file), inner.appended);
            drop(inner);
            let synced = file.sync_data();
            inner = self.lock();
            inner.syncing = false;
            if synced.is_ok() {
                inner.synced = inner.synced.max(upto);
            }
            self.written.notify_all();
            synced.map_err(error("write", &self.path))?;
        }
        Ok(number)
    }

    /// Writes down what came of it. Not waited for: after a power cut the intent stands alone, and is looked into.
    pub fn conclude(&self, outcome: Outcome) -> Result<(), JournalError> {
        let mut inner = self.lock();
        inner.open.remove(&outcome.number);
        inner.concluded.insert(outcome.number);
        inner.appended += 1;
        append(&inner.file, &Record::Outcome(outcome)).map_err(error("write", &self.path))
    }

    /// Begins anew after the state was written with that serial: only what is still open stays.
    ///
    /// `taken` are the numbers of the intents whose outcome that state has. If an outcome came meanwhile the journal goes on, and only
    /// notes the serial.
    pub fn folded(&self, serial: u64, taken: impl Fn(u64) -> bool) -> Result<(), JournalError> {
        let mut inner = self.lock();
        inner.concluded.retain(|number| !taken(*number));
        if !inner.concluded.is_empty() {
            inner.appended += 1;
            return append(&inner.file, &Record::Folded(serial)).map_err(error("write", &self.path));
        }
        let open: Vec<_> = inner.open.values().cloned().collect();
        inner.file = Arc::new(create(&self.path, &self.lineage, serial, &open).map_err(error("begin", &self.path))?);
        inner.synced = inner.appended;
        Ok(())
    }

    /// Removes the journal: the state says everything.
    pub fn end(&self) -> Result<(), JournalError> {
        remove(&self.path)
    }

    /// What an apply that ended early left beside a state; `None` if there is nothing. A last line that was cut off is as good as not
    /// written: nothing had been done yet.
    pub fn left_over(path: &Path) -> Result<Option<LeftOver>, JournalError> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(error("read", path)(source)),
        };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut left = LeftOver::default();
        let mut open = BTreeMap::new();
        for (index, line) in text[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
            let record =
                serde_json::from_slice(line).map_err(|source| JournalError::Format { path: path.to_owned(), line: index + 1, source })?;
            match record {
                Record::Begin(begin) if begin.version > VERSION => {
                    return Err(JournalError::Newer { path: path.to_owned(), version: begin.version });
                }
                Record::Begin(begin) => (left.lineage, left.serial) = (begin.lineage, begin.serial),
                Record::Folded(serial) => left.serial = serial,
                Record::Intent(intent) => drop(open.insert(intent.number, intent)),
                Record::Outcome(outcome) => left.done.extend(open.remove(&outcome.number).map(|intent| (intent, outcome))),
            }
        }
        left.open = open.into_values().collect();
        let nothing = left.done.is_empty() && left.open.is_empty();
        Ok((!nothing).then_some(left))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes a journal, if there is one.
pub(crate) fn remove(path: &Path) -> Result<(), JournalError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(error("remove", path)(source)),
        _ => Ok(()),
    }
}

/// A new journal in place of an old one: either is there, whenever the process ends.
fn create(path: &Path, lineage: &str, serial: u64, open: &[Intent]) -> io::Result<File> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = PathBuf::from(fresh);
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&fresh)?;
    let begin = Record::Begin(Begin { version: VERSION, lineage: lineage.to_owned(), serial });
    let mut text = line(&begin)?;
    for intent in open {
        text.extend(line(&Record::Intent(intent.clone()))?);
    }
    file.write_all(&text)?;
    if !open.is_empty() {
        file.sync_data()?;
    }
    fs::rename(&fresh, path)?;
    Ok(file)
}

fn line(record: &Record) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    Ok(line)
}

fn append(mut file: &File, record: &Record) -> io::Result<()> {
    file.write_all(&line(record)?)
}

fn error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    move |source| JournalError::Io { doing, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn intent(address: &str) -> Intent {
        Intent {
            number: 0,
            address: address.parse().unwrap(),
            provider: "provider[\"registry.terraform.io/a/b\"]".into(),
            act: Act::Create,
            key: "k".into(),
            planned: Some(vec![1, 2]),
            config: None,
            private: None,
            dependencies: vec!["a_b.c".into()],
            create_before_destroy: false,
        }
    }

    fn outcome(number: u64) -> Outcome {
        let object = KeptObject { tainted: false, schema_version: 0, attributes: "{}".into(), sensitive: vec![], private: None };
        Outcome { number, object: Some(object) }
    }

    #[test]
    fn what_was_begun_and_what_was_done_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = Journal::path_for(&folder.path().join("terraform.tfstate"));
        let journal = Journal::begin(&path, "lineage", 3).unwrap();
        let first = journal.intend(intent("a_b.one")).unwrap();
        journal.intend(intent("a_b.two[\"x y\"]")).unwrap();
        journal.conclude(outcome(first)).unwrap();
        drop(journal);
        let left = Journal::left_over(&path).unwrap().unwrap();
        assert_eq!((left.lineage.as_str(), left.serial), ("lineage", 3));
        assert_eq!(left.done, [(Intent { number: first, ..intent("a_b.one") }, outcome(first))]);
        assert_eq!(left.open, [Intent { number: 2, ..intent("a_b.two[\"x y\"]") }]);
    }

    #[test]
    fn a_line_that_was_cut_off_is_as_good_as_not_written_and_one_that_is_damaged_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::begin(&path, "lineage", 1).unwrap();
        journal.intend(intent("a_b.one")).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"outcome\":{\"num").unwrap();
        assert_eq!(Journal::left_over(&path).unwrap().unwrap().open.len(), 1);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"\n").unwrap();
        assert_eq!(Journal::left_over(&path).unwrap_err().to_string(), format!("line 3 of the journal {} can't be read", path.display()));
    }

    #[test]
    fn after_the_state_was_written_only_what_is_open_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::begin(&path, "lineage", 1).unwrap();
        let (first, second) = (journal.intend(intent("a_b.one")).unwrap(), journal.intend(intent("a_b.two")).unwrap());
        journal.conclude(outcome(first)).unwrap();
        journal.folded(2, |number| number == first).unwrap();
        let left = Journal::left_over(&path).unwrap().unwrap();
        assert_eq!((left.serial, left.done.len(), left.open.len()), (2, 0, 1));
        journal.conclude(outcome(second)).unwrap();
        assert_eq!(Journal::left_over(&path).unwrap().unwrap().done.len(), 1);
        journal.end().unwrap();
        assert_eq!(Journal::left_over(&path).unwrap(), None);
    }

    #[test]
    fn intents_of_many_threads_are_all_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::begin(&path, "lineage", 1).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let journal = &journal;
                scope.spawn(move || (0..20).for_each(|index| assert!(journal.intend(intent(&format!("a_b.t{thread}[{index}]"))).is_ok())));
            }
        });
        assert_eq!(Journal::left_over(&path).unwrap().unwrap().open.len(), 160);
    }
}
