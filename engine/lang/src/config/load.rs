//! Loading: the files of a folder, the modules it calls, and theirs.

use std::{
    collections::{BTreeMap, HashSet},
    io,
    path::{Component, Path, PathBuf},
};

use hotswap_value::address::ModulePath;

use super::{Config, Disk, Files, Loaded, Module, call, draft::Draft, overrides};
use crate::{Diagnostic, Diagnostics, FileId, Range, Sources, ast::Body, syntax};

/// How deep modules may call each other.
const MAX_DEPTH: usize = 64;

/// Loads a root module and every module it calls. Faults of all files are told together.
pub fn load(files: &dyn Files, root: &Path) -> Loaded {
    let root = clean(root);
    let mut loader = Loader {
        files,
        root: root.clone(),
        sources: Sources::default(),
        read: BTreeMap::new(),
        modules: BTreeMap::new(),
        faults: Vec::new(),
    };
    loader.module(ModulePath::root(), root, &mut Vec::new(), None);
    let Loader { sources, modules, mut faults, .. } = loader;
    sort(&mut faults);
    Loaded { config: Config { sources, modules }, diagnostics: faults }
}

/// By file and place, each once; those about no place first.
pub(crate) fn sort(faults: &mut Diagnostics) {
    faults.sort_by_key(|fault| fault.range.map(|range| (range.file, range.start)));
    // Two calls of one module find the same faults in it.
    let mut seen = HashSet::new();
    faults.retain(|fault| seen.insert((fault.range, fault.summary.clone(), fault.detail.clone())));
}

struct Loader<'a> {
    files: &'a dyn Files,
    root: PathBuf,
    sources: Sources,
    /// Files that were read, each with what was in it.
    read: BTreeMap<PathBuf, Body>,
    modules: BTreeMap<ModulePath, Module>,
    faults: Diagnostics,
}

impl Loader<'_> {
    /// Loads a module. `above` are the folders of the modules that lead to it; `called` is where the source is written.
    fn module(&mut self, path: ModulePath, folder: PathBuf, above: &mut Vec<(ModulePath, PathBuf)>, called: Option<Range>) {
        let body = self.folder(&folder, called);
        let mut draft = Draft::new(path.clone(), folder.clone(), &self.sources);
        draft.add(body);
        let Draft { module, faults, .. } = draft;
        self.faults.extend(faults);
        let calls: Vec<_> = module.calls.values().map(|call| (call.name.clone(), call.source.clone(), call.source_range)).collect();
        self.modules.insert(path.clone(), module);

        above.push((path.clone(), folder.clone()));
        for (name, source, range) in calls {
            if !call::is_local(&source) {
                continue;
            }
            let child = path.child(&name);
            let child_folder = clean(&folder.join(source.replace('\\', "/")));
            if let Some(from) = above.iter().position(|(_, other)| *other == child_folder) {
                let mut chain: Vec<_> = above[from..].iter().map(|(path, _)| module_text(path)).collect();
                chain.push(module_text(&child));
                let detail = format!(
                    "The folder {} calls itself: {}. A module can't contain itself; remove one of these calls.",
                    child_folder.display(),
                    chain.join(" calls ")
                );
                self.faults.push(Diagnostic::error("Module calls itself", detail).at(range));
            } else if above.len() >= MAX_DEPTH {
                self.faults.push(
                    Diagnostic::error("Modules nested too deeply", format!("Modules may call each other at most {MAX_DEPTH} deep."))
                        .at(range),
                );
            } else {
                self.module(child, child_folder, above, Some(range));
            }
        }
        above.pop();
    }

    /// All that the files of a folder hold, overrides merged.
    fn folder(&mut self, folder: &Path, called: Option<Range>) -> Body {
        let mut names = match self.files.list(folder) {
            Ok(names) => names,
            Err(error) => {
                let detail = format!("The folder {} can't be read: {error}.", folder.display());
                let fault = Diagnostic::error("Module folder can't be read", detail);
                self.faults.push(called.into_iter().fold(fault, Diagnostic::at));
                Vec::new()
            }
        };
        names.retain(|name| is_configuration(name));
        names.sort();
        if let (true, Some(called)) = (names.is_empty(), called)
            && self.files.list(folder).is_ok()
        {
            let detail = format!("The folder {} holds no .tf files.", folder.display());
            self.faults.push(Diagnostic::error("Module without files", detail).at(called));
        }
        let mut base: Option<Body> = None;
        let mut later = Vec::new();
        for name in names {
            let Some(body) = self.file(&folder.join(&name)) else { continue };
            if is_override(&name) {
                later.push(body);
            } else if let Some(base) = &mut base {
                base.attributes.extend(body.attributes);
                base.blocks.extend(body.blocks);
            } else {
                base = Some(body);
            }
        }
        let mut base = base.unwrap_or_else(|| self.empty_body());
        overrides::merge(&mut base, later, &mut self.faults);
        base
    }

    fn empty_body(&mut self) -> Body {
        let file = self.sources.iter().next().map(|(file, _)| file);
        let file = file.unwrap_or_else(|| self.sources.add("", ""));
        Body { attributes: Vec::new(), blocks: Vec::new(), range: Range { file, start: 0, end: 0 } }
    }

    fn file(&mut self, path: &Path) -> Option<Body> {
        if let Some(body) = self.read.get(path) {
            return Some(body.clone());
        }
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let detail = format!("The file {} can't be read: {error}.", path.display());
                self.faults.push(Diagnostic::error("File can't be read", detail));
                return None;
            }
        };
        let shown = path.strip_prefix(&self.root).unwrap_or(path).to_owned();
        let file = add_bytes(&mut self.sources, shown, &bytes, &mut self.faults)?;
        let json = path.extension().is_some_and(|extension| extension == "json");
        let (body, faults) = if json { syntax::parse_json_file(&self.sources, file) } else { syntax::parse_file(&self.sources, file) };
        self.faults.extend(faults);
        self.read.insert(path.to_owned(), body.clone());
        Some(body)
    }
}

/// Adds a file's bytes as text; a fault if they aren't, or if there are too many.
pub(crate) fn add_bytes(sources: &mut Sources, path: PathBuf, bytes: &[u8], faults: &mut Diagnostics) -> Option<FileId> {
    /// So that places fit into 32 bits with room to spare.
    const MAX_BYTES: usize = 1 << 30;
    if bytes.len() > MAX_BYTES {
        faults.push(Diagnostic::error("File too large", format!("{} is larger than 1 GiB.", path.display())));
        return None;
    }
    // A byte order mark says nothing in UTF-8.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(sources.add(path, text)),
        Err(error) => {
            let text = String::from_utf8_lossy(bytes);
            let file = sources.add(path, &*text);
            let start = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
            let line = sources.position(file, start).line;
            let detail = format!("Line {line} holds a byte that is no UTF-8 text. Save the file in the encoding UTF-8.");
            let end = start + u32::try_from(char::REPLACEMENT_CHARACTER.len_utf8()).unwrap_or(0);
            faults.push(Diagnostic::error("Invalid character encoding", detail).at(Range { file, start, end }));
            None
        }
    }
}

fn is_configuration(name: &str) -> bool {
    let hidden = name.starts_with('.') || name.ends_with('~') || name.starts_with('#') && name.ends_with('#');
    !hidden && (name.ends_with(".tf") || name.ends_with(".tf.json"))
}

fn is_override(name: &str) -> bool {
    let stem = name.strip_suffix(".tf").or_else(|| name.strip_suffix(".tf.json")).unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}

fn module_text(path: &ModulePath) -> String {
    if path.is_root() { "the root module".to_owned() } else { path.to_string() }
}

/// The path without `.` and without `..` where there is something to leave out.
fn clean(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(result.components().next_back(), Some(Component::Normal(_))) => {
                result.pop();
            }
            Component::ParentDir if result.has_root() => {}
            component => result.push(component),
        }
    }
    if result.as_os_str().is_empty() { PathBuf::from(".") } else { result }
}

impl Files for Disk {
    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if !entry.path().is_dir() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        Ok(names)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }
}
