//! Saved plans: a plan in a file of our own format, with everything that is needed to carry it out and to refuse that when it is stale.
//!
//! The file holds values as they are, sensitive ones too: it is readable by its owner only.

mod encode;
mod fresh;

use std::{
    collections::BTreeMap,
    fs, io,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Component, Path, PathBuf},
};

use hotswap_lang::config::{Config, Files};
use serde::{Deserialize, Serialize};

pub use self::fresh::{Stale, check_fresh};
use crate::Plan;

/// What the first line of a plan file begins with.
const MAGIC: &str = "hotswap plan, format ";

/// The format this program writes, and the newest it reads.
const FORMAT: u32 = 1;

/// What a zip file begins with, as Terraform's plans are.
const ZIP: &[u8] = b"PK\x03\x04";

/// A plan from a file.
#[derive(Debug)]
pub struct Saved {
    /// The plan.
    pub plan: Plan,
    /// The configuration's files as they were when it was made; [`hotswap_lang::config::load`] loads them.
    pub files: SavedFiles,
}

/// The files of a configuration as they were when a plan was made, by path.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SavedFiles(BTreeMap<PathBuf, String>);

/// A plan file can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// The file system refuses.
    #[error("{path} can't be {what}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `written` or `read`.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// It is no plan.
    #[error("{path} is not a saved plan", path = path.display())]
    NotAPlan {
        /// The file.
        path: PathBuf,
    },
    /// Terraform made it.
    #[error("{path} is a plan saved by Terraform, which only Terraform can apply", path = path.display())]
    TerraformPlan {
        /// The file.
        path: PathBuf,
    },
    /// A newer version of this program made it.
    #[error("{path} has format {format} of saved plans; this program knows up to {FORMAT}", path = path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// It begins as a plan and doesn't go on as one.
    #[error("{path} is damaged: {problem}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

impl PlanFileError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Io { .. } => None,
            Self::NotAPlan { .. } => Some("Make one with `hotswap plan -out=FILE`; to apply the configuration in a folder, use -chdir."),
            Self::TerraformPlan { .. } => Some("Apply it with `terraform apply`, or make one with `hotswap plan -out=FILE`."),
            Self::Newer { .. } => Some("Use the version of hotswap that made it, or a newer one."),
            Self::Damaged { .. } => Some("Make the plan again."),
        }
    }
}

/// Saves a plan and the files of its configuration. The file is there as a whole or not at all.
pub fn write(path: &Path, plan: &Plan, config: &Config) -> Result<(), PlanFileError> {
    // What variables were given is among the sources too, and no business of whoever loads the configuration again.
    let files = config.sources.iter().filter(|(_, file)| is_configuration(&file.path));
    let files = files.map(|(_, file)| (file.path.clone(), file.text.to_string())).collect();
    let body = encode::to_text(plan, SavedFiles(files)).map_err(|problem| PlanFileError::Damaged { path: path.to_owned(), problem })?;
    let io = |source| PlanFileError::Io { path: path.to_owned(), what: "written", source };
    let name = path.file_name().ok_or_else(|| io(io::ErrorKind::InvalidInput.into()))?;
    let beside = path.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let written = write_new(&beside, &format!("{MAGIC}{FORMAT}\n{body}\n")).and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        // What was begun is of no use to anyone.
        let _ = fs::remove_file(&beside);
        io(source)
    })
}

fn is_configuration(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(".tf") || name.ends_with(".tf.json"))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Reads a saved plan.
pub fn read(path: &Path) -> Result<Saved, PlanFileError> {
    let bytes = fs::read(path).map_err(|source| PlanFileError::Io { path: path.to_owned(), what: "read", source })?;
    let path = || path.to_owned();
    if bytes.starts_with(ZIP) {
        return Err(PlanFileError::TerraformPlan { path: path() });
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| PlanFileError::NotAPlan { path: path() })?;
    let (first, body) = text.split_once('\n').ok_or_else(|| PlanFileError::NotAPlan { path: path() })?;
    let format = first.strip_prefix(MAGIC).and_then(|format| format.parse::<u32>().ok());
    let format = format.ok_or_else(|| PlanFileError::NotAPlan { path: path() })?;
    if format > FORMAT {
        return Err(PlanFileError::Newer { path: path(), format });
    }
    let (plan, files) = encode::from_text(body).map_err(|problem| PlanFileError::Damaged { path: path(), problem })?;
    Ok(Saved { plan, files })
}

/// Whether a file looks like a saved plan, ours or Terraform's: for commands that take plans and states.
pub fn is_plan(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC.as_bytes()) || bytes.starts_with(ZIP)
}

impl SavedFiles {
    /// The paths of the files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }
}

impl Files for SavedFiles {
    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let folder = clean(folder);
        let here = self.0.keys().filter(|path| clean(path.parent().unwrap_or(Path::new(""))) == folder);
        Ok(here.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = clean(path);
        let found = self.0.iter().find(|(other, _)| clean(other) == path);
        found.map(|(_, text)| text.clone().into_bytes()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// A path without `.` in it, so that the same file has one.
fn clean(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}
