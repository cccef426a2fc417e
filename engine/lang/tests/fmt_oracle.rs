//! Formatting compared with real Terraform's, where that is installed: examples, and a corpus of nasty cases.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::{
    collections::BTreeSet,
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
    let mut child =
        Command::new("terraform").args(["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
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

/// Numbers without much order, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// The corpus with tokens inserted and characters dropped: what Terraform refuses is refused, the rest comes out the same.
#[test]
#[ignore = "half a minute; part of the soak"]
fn damaged_files_come_out_as_from_terraform() {
    const TOKENS: [&str; 34] = [
        " ",
        "\n",
        "  \n",
        "# c\n",
        "/* c */",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "${",
        "=",
        "-",
        "!",
        ",",
        ".",
        ":",
        "a",
        "1",
        "[0]",
        ".b",
        "= 1",
        "x {}\n",
        "<<E\nt\nE\n",
        "f(",
        "...",
        "&&",
        "?",
        "for",
        "in",
        "::",
        "\"t\"",
    ];
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    eprintln!("SEED={seed}");
    let mut random = Random(seed);
    let mut seeds = Vec::new();
    tf_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut seeds);
    let seeds: Vec<String> = seeds.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    let mut texts = Vec::new();
    for index in 0..1500 {
        let mut text: Vec<char> = seeds[random.below(seeds.len())].chars().collect();
        for _ in 0..=random.below(2) {
            let at = random.below(text.len() + 1);
            if random.below(4) == 0 && at < text.len() {
                text.remove(at);
            } else {
                text.splice(at..at, TOKENS[random.below(TOKENS.len())].chars());
            }
        }
        let text: String = text.into_iter().collect();
        std::fs::write(folder.path().join(format!("{index}.tf")), &text).unwrap();
        texts.push(text);
    }
    let output = Command::new("terraform").args(["fmt", "-no-color"]).current_dir(&folder).output().unwrap();
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    let refused: BTreeSet<usize> =
        messages.lines().filter_map(|line| line.trim().strip_prefix("on ")?.split(".tf line").next()?.parse().ok()).collect();
    let mut differences = 0;
    for (index, text) in texts.iter().enumerate() {
        let theirs =
            if refused.contains(&index) { None } else { Some(std::fs::read_to_string(folder.path().join(format!("{index}.tf"))).unwrap()) };
        let ours = ours(text);
        if ours != theirs {
            differences += 1;
            eprintln!(
                "---- {text}\n---- ours\n{}\n---- theirs\n{}",
                ours.as_deref().unwrap_or("REFUSED"),
                theirs.as_deref().unwrap_or("REFUSED")
            );
        }
    }
    eprintln!("{} of {} refused", refused.len(), texts.len());
    assert_eq!(differences, 0);
}
