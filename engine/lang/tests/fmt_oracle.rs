//! Formatting compared with real Terraform's, where that is installed: examples, and a corpus of nasty cases.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use hotswap_lang::{Sources, fmt::format};

fn ours(text: &str) -> Option<String> {
    let mut sources = Sources::default();
    let file = sources.add("test.tf", text);
    format(&sources, file).ok()
}

/// What `terraform fmt -` makes of a text; `None` if it refuses it.
fn theirs(text: &str) -> Option<String> {
    let mut child = Command::new("terraform").args(["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

fn terraform_is_installed() -> bool {
    Command::new("terraform").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

fn tf_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            tf_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "tf") {
            found.push(path);
        }
    }
}

#[test]
fn files_come_out_as_from_terraform() {
    if !terraform_is_installed() {
        eprintln!("skipped: terraform is not installed");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["tests/fmt", "../../examples", "../../acceptance"] {
        tf_files(&root.join(folder), &mut files);
    }
    assert!(files.len() > 8, "{files:?}");
    let mut differences = String::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        // On its standard output, and there alone, Terraform ends the last line.
        let end = |text: String| text.strip_suffix('\n').unwrap_or(&text).to_owned();
        let (ours, theirs) = (ours(&text).map(end), theirs(&text).map(end));
        if ours != theirs {
            let lines = |text: &Option<String>| text.as_deref().unwrap_or("REFUSED").split('\n').map(str::to_owned).collect::<Vec<_>>();
            let (ours, theirs) = (lines(&ours), lines(&theirs));
            differences += &format!("\n{}\n", path.display());
            for index in 0..ours.len().max(theirs.len()) {
                if ours.get(index) != theirs.get(index) {
                    differences += &format!("  line {}\n    ours   {:?}\n    theirs {:?}\n", index + 1, ours.get(index), theirs.get(index));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}
