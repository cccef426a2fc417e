//! `hotswap fmt`

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::{ArgAction, Args};
use hotswap_lang::{Diagnostic, Diagnostics, Sources, fmt};
use similar::TextDiff;

use crate::exit::Exit;
use crate::failure::{Failure, told};
use crate::options::{ViewOptions, truth};
use crate::view::View;

/// Write configurations in the canonical style, which is `terraform fmt`'s
///
/// Tells the names of the files that it changes. With `-check` none is changed, and the exit code is 3 if one should be.
#[derive(Debug, Args)]
pub(crate) struct FmtArgs {
    /// Files and folders; `-` is standard input, and then standard output [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only look: exit code 3 if a file is not in the canonical style
    #[arg(long)]
    check: bool,
    /// Show what changes
    #[arg(long)]
    diff: bool,
    /// Folders within folders too
    #[arg(long)]
    recursive: bool,
    /// Whether to tell the names of files that are not in the canonical style
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = ArgAction::Set, value_parser = truth)]
    list: bool,
    /// Whether to write the files
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = ArgAction::Set, value_parser = truth)]
    write: bool,
    #[command(flatten)]
    pub(super) view: ViewOptions,
}

/// The exit code if a file cannot be read, understood or written, as Terraform's.
const FAULTY: Exit = Exit::Code(2);

const ENDINGS: [&str; 3] = [".tf", ".tfvars", ".tftest.hcl"];

pub(crate) fn run(args: FmtArgs, view: &View) -> Result<Exit, Failure> {
    let mut formatter = Formatter { args: &args, view, sources: Sources::default(), faults: Vec::new(), unformatted: false };
    match &*args.paths {
        [] => formatter.folder(Path::new(".")),
        [only] if only == Path::new("-") => formatter.standard_input(),
        paths => paths.iter().for_each(|path| formatter.named(path)),
    }
    let Formatter { sources, faults, unformatted, .. } = formatter;
    if !faults.is_empty() {
        view.diagnostics(&faults, &sources);
        return Ok(FAULTY);
    }
    Ok(if args.check && unformatted { Exit::Unformatted } else { Exit::Success })
}

struct Formatter<'a> {
    args: &'a FmtArgs,
    view: &'a View,
    sources: Sources,
    faults: Diagnostics,
    /// Whether there was a file that was not in the canonical style.
    unformatted: bool,
}

impl Formatter<'_> {
    fn standard_input(&mut self) {
        let mut text = String::new();
        if let Err(error) = io::stdin().lock().read_to_string(&mut text) {
            return self.fault("Standard input cannot be read", &error);
        }
        let Some(formatted) = self.format(Path::new("<stdin>"), &text) else { return };
        if self.args.diff {
            self.diff(Path::new("<stdin>"), &text, &formatted);
        } else if !self.args.check {
            self.view.out(&formatted);
        }
    }

    /// A path of the command line: a file may have any name there but one that is none of ours.
    fn named(&mut self, path: &Path) {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.folder(path),
            Ok(_) if is_ours(path) => self.file(path),
            Ok(_) => {
                let detail = format!("{} is neither a folder nor a file that ends in {}.", path.display(), ENDINGS.join(", "));
                self.faults.push(Diagnostic::error("Not a file to format", detail));
            }
            Err(error) => self.fault(&format!("{} cannot be read", path.display()), &error),
        }
    }

    fn folder(&mut self, folder: &Path) {
        let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.fault(&format!("{} cannot be read", folder.display()), &error),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            // As people would write it.
            let path = if folder == Path::new(".") { PathBuf::from(entry.file_name()) } else { entry.path() };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && self.args.recursive => self.folder(&path),
                Ok(kind) if !kind.is_dir() && is_ours(&path) => self.file(&path),
                _ => {}
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.fault(&format!("{} cannot be read", path.display()), &error),
        };
        let Some(formatted) = self.format(path, &text) else { return };
        if formatted == text {
            return;
        }
        if self.args.list {
            self.view.line(&path.display().to_string());
        }
        if self.args.write
            && !self.args.check
            && let Err(error) = fs::write(path, &formatted)
        {
            self.fault(&format!("{} cannot be written", path.display()), &error);
        }
        if self.args.diff {
            self.diff(path, &text, &formatted);
        }
    }

    fn format(&mut self, path: &Path, text: &str) -> Option<String> {
        let file = self.sources.add(path, text);
        match fmt::format(&self.sources, file) {
            Ok(formatted) => {
                self.unformatted |= formatted != text;
                Some(formatted)
            }
            Err(faults) => {
                self.faults.extend(faults);
                None
            }
        }
    }

    fn diff(&self, path: &Path, old: &str, new: &str) {
        let name = path.display();
        let diff = TextDiff::from_lines(old, new);
        self.view.out(&diff.unified_diff().context_radius(3).header(&format!("old/{name}"), &format!("new/{name}")).to_string());
    }

    fn fault(&mut self, summary: &str, error: &io::Error) {
        self.faults.push(Diagnostic::error(summary, told(error, None)));
    }
}

fn is_ours(path: &Path) -> bool {
    path.file_name().is_some_and(|name| ENDINGS.iter().any(|ending| name.as_encoded_bytes().ends_with(ending.as_bytes())))
}
