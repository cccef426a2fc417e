//! Writes the provider's reference from its schemas and the snippets under `examples/`: `gen-docs ROOT` fills `ROOT/docs`.
//!
//! A test here fails where what is written is not what the schemas say; `make docs` then mends it.

mod attributes;
#[cfg(test)]
mod links;
mod page;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use hotswap_resources::{ProviderEnvironment, provider};

/// The folders under `docs/` that hold nothing but generated pages.
const FOLDERS: [&str; 5] = ["resources", "data-sources", "ephemeral-resources", "list-resources", "functions"];

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let (Some(root), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: gen-docs ROOT");
        return ExitCode::from(2);
    };
    let root = PathBuf::from(root);
    match pages(&root).and_then(|pages| write(&root.join("docs"), &pages).map_err(|error| format!("cannot write the reference: {error}"))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Every page by its path under `docs/`.
fn pages(root: &Path) -> Result<BTreeMap<PathBuf, String>, String> {
    let environment = ProviderEnvironment { variable: Box::new(|_| None), user_agent: "gen-docs".into() };
    page::all(provider(environment).as_ref(), root)
        .map_err(|missing| format!("cannot read {}: {}; every page shows an example, so write it", missing.path.display(), missing.error))
}

fn write(docs: &Path, pages: &BTreeMap<PathBuf, String>) -> io::Result<()> {
    for stale in written(docs)?.into_keys().filter(|path| !pages.contains_key(path)) {
        fs::remove_file(docs.join(stale))?;
    }
    for (path, text) in pages {
        let path = docs.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// The pages as they are written now.
fn written(docs: &Path) -> io::Result<BTreeMap<PathBuf, String>> {
    let mut pages = BTreeMap::new();
    if let Ok(text) = fs::read_to_string(docs.join("index.md")) {
        pages.insert("index.md".into(), text);
    }
    for folder in FOLDERS.map(Path::new).into_iter().filter(|folder| docs.join(folder).is_dir()) {
        for entry in fs::read_dir(docs.join(folder))? {
            let name = entry?.file_name();
            pages.insert(folder.join(&name), fs::read_to_string(docs.join(folder).join(&name))?);
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_reference_says_what_the_schemas_say() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (now, wanted) = (written(&root.join("docs")).unwrap(), pages(&root).unwrap());
        let differing: Vec<_> = wanted.keys().chain(now.keys()).filter(|path| now.get(*path) != wanted.get(*path)).collect();
        assert!(differing.is_empty(), "run `make docs`; these pages differ: {differing:?}");
    }

    #[test]
    fn pages_of_types_that_are_gone_go_too() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("resources")).unwrap();
        fs::write(folder.path().join("resources/old.md"), "old").unwrap();
        let pages = BTreeMap::from([("index.md".into(), "new".into()), ("functions/f.md".into(), "f".into())]);
        write(folder.path(), &pages).unwrap();
        assert_eq!(written(folder.path()).unwrap(), pages);
    }
}
