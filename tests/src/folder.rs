//! A data folder that outlives the servers that run on it, and ends with the test.

use std::path::{Path, PathBuf};

/// A data folder.
#[derive(Debug)]
pub struct DataFolder {
    root: tempfile::TempDir,
}

impl DataFolder {
    /// An empty one.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self { root: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    /// What `--data-dir` is given.
    pub fn path(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// Where the servers on it log.
    pub fn log(&self) -> PathBuf {
        self.root.path().join("log")
    }

    /// Every file below the folder and beside it, the log with it, in which these bytes are found.
    pub fn files_with(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        walk(self.root.path(), self.root.path(), &mut found);
        found.retain(|file| {
            std::fs::read(self.root.path().join(file)).is_ok_and(|held| held.windows(bytes.len()).any(|part| part == bytes))
        });
        found
    }

    /// Every file that plugin bytes are kept in, by its path in the folder of components.
    pub fn components(&self) -> Vec<String> {
        let root = self.path().join("components");
        let mut found = Vec::new();
        walk(&root, &root, &mut found);
        found.sort();
        found
    }
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(root, &path, found);
        } else {
            found.push(path.strip_prefix(root).unwrap_or(&path).display().to_string());
        }
    }
}
