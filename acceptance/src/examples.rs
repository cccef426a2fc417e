//! What is under `examples/`, found by looking: an example that is added is tested, and one that is of no known kind is told.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of snippets that the reference shows, a folder a type in each.
const SNIPPETS: [&str; 4] = ["resources", "data-sources", "ephemeral-resources", "functions"];

/// The folder of the examples.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

/// Every `.tf` file of the snippets, that of the provider among them: together they are one configuration.
///
/// # Panics
/// If a folder of a type has none.
pub fn snippets() -> Vec<PathBuf> {
    let mut found = files(&folder().join("provider"), "tf");
    for kind in SNIPPETS.map(|kind| folder().join(kind)).into_iter().filter(|kind| kind.is_dir()) {
        for example in entries(&kind) {
            let files = files(&example, "tf");
            assert!(!files.is_empty(), "{} has no example", example.display());
            found.extend(files);
        }
    }
    found
}

/// The names of the examples that are whole: those that can be applied as they are.
pub fn whole() -> Vec<String> {
    let folders = entries(&folder()).into_iter().filter(|path| path.join("main.tf").is_file());
    folders.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

/// The files of variables an example comes with, relative to it; each is a way to apply it.
pub fn environments(example: &str) -> Vec<String> {
    let below = folder().join(example).join("environments");
    let names = files(&below, "tfvars").into_iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
    names.map(|name| format!("environments/{name}")).collect()
}

/// Every `.tf` file that is neither a snippet nor in a whole example.
pub fn strays() -> Vec<PathBuf> {
    let (snippets, whole) = (snippets(), whole());
    let mut all = Vec::new();
    collect(&folder(), &mut all);
    let of_whole = |path: &Path| whole.iter().any(|name| path.starts_with(folder().join(name)));
    all.retain(|path| path.extension().is_some_and(|end| end == "tf") && !snippets.contains(path) && !of_whole(path));
    all
}

/// Copies the examples, but for the demo's code, to where they may be run.
///
/// # Panics
/// If they cannot be.
pub fn copy_to(target: &Path) {
    let mut all = Vec::new();
    collect(&folder(), &mut all);
    for path in all.iter().filter(|path| !path.starts_with(folder().join("demo"))) {
        let copy = target.join(path.strip_prefix(folder()).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(path, copy).unwrap();
    }
}

/// Every file below a folder, but for what a run of Terraform leaves.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    if !folder.is_dir() {
        return Vec::new();
    }
    entries(folder).into_iter().filter(|path| path.extension().is_some_and(|found| found == end)).collect()
}

/// What is in a folder, sorted, but for hidden files: those are what Terraform leaves behind.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
    paths.sort();
    paths
}
