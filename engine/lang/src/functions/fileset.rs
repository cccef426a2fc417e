//! `fileset`: the files whose paths match a pattern.

use std::{collections::BTreeSet, fs, path::Path};

use globset::{GlobBuilder, GlobMatcher};
use hotswap_value::Type;

use super::{
    Call, Function, FunctionError, Shape,
    filesystem::{clean, located},
    signature::{Outcome, function, takes},
};
use crate::Val;

/// The most files and folders that are looked at.
const MOST_ENTRIES: usize = 1_000_000;

pub(super) const FUNCTIONS: &[Function] = &[function(
    "fileset",
    "The paths of the files that match a pattern, from a folder on",
    &[takes("path", Shape::String), takes("pattern", Shape::String)],
    Shape::Set(&Shape::String),
    fileset,
)];

fn fileset(call: &Call) -> Outcome {
    let pattern = clean(&format!("./{}", call.text(1)));
    let segments: Vec<&str> = pattern.split('/').collect();
    // Up to the first wildcard the pattern is a path that is simply gone to.
    let plain = segments[..segments.len() - 1].iter().take_while(|segment| !segment.contains(['*', '?', '[', '{', '\\'])).count();
    let (start, wild) = segments.split_at(plain);
    let glob = GlobBuilder::new(&single_stars(&wild.join("/"))).literal_separator(true).backslash_escape(true).build();
    let glob = glob.map_err(|error| FunctionError::at(1, format!("must be a pattern of paths: {}", error.kind())))?;
    let start = start.join("/");
    // An alternative may hold slashes; how deep such a pattern reaches isn't seen from its parts.
    let depth = if wild.iter().any(|segment| segment.contains("**") || segment.contains('{')) { usize::MAX } else { wild.len() };
    let mut search = Search { glob: glob.compile_matcher(), prefix: start.clone(), found: BTreeSet::new(), entries: 0 };
    search.folder(&located(call, 0).join(start), "", depth)?;
    Ok(Val::set(Type::String, search.found.into_iter().map(Val::from)))
}

/// `**` stands for any folders only where it is a whole step; elsewhere it is the same as `*`.
fn single_stars(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find('*') {
        let stars = rest[at..].len() - rest[at..].trim_start_matches('*').len();
        out.push_str(&rest[..at]);
        let begins = out.chars().next_back().is_none_or(|before| matches!(before, '/' | '{' | ','));
        rest = &rest[at + stars..];
        let ends = rest.chars().next().is_none_or(|after| matches!(after, '/' | '}' | ','));
        out.push_str(if stars == 2 && begins && ends { "**" } else { "*" });
    }
    out.push_str(rest);
    out
}

struct Search {
    glob: GlobMatcher,
    /// What comes before every path that is found.
    prefix: String,
    found: BTreeSet<String>,
    entries: usize,
}

impl Search {
    /// Looks through a folder whose path from the start is `path`, and `depth` levels down, itself included. Folders that can't be
    /// read hold nothing, as in Terraform.
    fn folder(&mut self, folder: &Path, path: &str, depth: usize) -> Result<(), FunctionError> {
        let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
        for entry in entries.flatten() {
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                return Err(FunctionError::at(0, format!("must lead to a folder with at most {MOST_ENTRIES} files and folders within")));
            }
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let Ok(ty) = entry.file_type() else { continue };
            // A link to a folder is gone into only where the pattern has a definite depth: it may lead round in circles.
            let is_folder = ty.is_dir() || (ty.is_symlink() && depth != usize::MAX && entry.path().is_dir());
            if is_folder && depth > 1 {
                self.folder(&entry.path(), &path, if depth == usize::MAX { depth } else { depth - 1 })?;
            } else if self.glob.is_match(&path) && entry.path().is_file() {
                let whole = if self.prefix.is_empty() { path } else { format!("{}/{path}", self.prefix) };
                self.found.insert(whole);
            }
        }
        Ok(())
    }
}
