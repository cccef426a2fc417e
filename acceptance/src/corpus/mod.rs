//! The corpus: cases that both front ends, Terraform and `hotswap`, must treat alike.
//!
//! A case is a folder of `acceptance/cases`: `case.toml` with its steps, and a folder of files for each step that changes the
//! configuration. It is played by each front end alone and by both in turns, and what came of each step is compared.

mod deed;
mod front;
mod normal;
mod outcome;
mod play;
mod script;
mod step;

pub use deed::{ApiCall, Deed, Event, Publish, Seen, ServerDeed};
pub use front::Front;
pub use play::compare;
pub use script::{Load, Script, Step};

use std::path::{Path, PathBuf};

/// Where the cases are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// The names of all cases, sorted.
///
/// # Panics
/// If the folder can't be read.
pub fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
