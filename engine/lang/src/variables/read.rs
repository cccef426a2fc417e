//! Reading values of variables from files, options and the environment.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Argument, Given, Origin};
use crate::{
    Diagnostic, Diagnostics, FileId, Range, Val,
    config::{Config, Constraint, Files, Variable, add_bytes, constant_value},
    syntax,
};

/// Collects what is given to the variables of the root module. Later ones count: the environment, `terraform.tfvars`,
/// `terraform.tfvars.json`, `*.auto.tfvars` and `*.auto.tfvars.json` by name, then the options in their order.
///
/// `environment` is the whole environment; of it only `TF_VAR_…` is looked at. `folder` is the root module's. Texts are added to the
/// configuration's sources, so that messages can show them.
pub fn read(
    config: &mut Config,
    files: &dyn Files,
    folder: &Path,
    environment: impl IntoIterator<Item = (String, String)>,
    arguments: &[Argument],
) -> (BTreeMap<Arc<str>, Given>, Diagnostics) {
    let mut reader = Reader { config, files, given: BTreeMap::new(), diagnostics: Vec::new() };
    reader.environment(environment);
    reader.folder(folder);
    for argument in arguments {
        match argument {
            Argument::Value(text) => reader.option(text),
            Argument::File(path) => reader.named_file(path),
        }
    }
    (reader.given, reader.diagnostics)
}

struct Reader<'a> {
    config: &'a mut Config,
    files: &'a dyn Files,
    given: BTreeMap<Arc<str>, Given>,
    diagnostics: Diagnostics,
}

impl Reader<'_> {
    fn environment(&mut self, environment: impl IntoIterator<Item = (String, String)>) {
        let mut values: Vec<_> =
            environment.into_iter().filter_map(|(key, value)| Some((key.strip_prefix("TF_VAR_")?.to_owned(), value))).collect();
        values.sort();
        for (name, text) in values {
            // What nobody declares may be meant for another configuration, and need not even be an expression.
            if self.config.root().variables.contains_key(&*name) {
                self.text(&name, &text, Origin::Environment, format!("TF_VAR_{name}"));
            }
        }
    }

    fn folder(&mut self, folder: &Path) {
        // A folder that can't be read is told of when the configuration is loaded.
        let mut names = self.files.list(folder).unwrap_or_default();
        names.sort();
        let is_auto = |name: &&String| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
        let first = ["terraform.tfvars", "terraform.tfvars.json"].into_iter().filter(|name| names.iter().any(|other| other == name));
        let names: Vec<String> = first.map(str::to_owned).chain(names.iter().filter(is_auto).cloned()).collect();
        for name in names {
            self.file(&folder.join(&name), PathBuf::from(name));
        }
    }

    fn named_file(&mut self, path: &Path) {
        self.file(path, path.to_owned());
    }

    fn file(&mut self, path: &Path, shown: PathBuf) {
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let detail = match error.kind() {
                    io::ErrorKind::NotFound => format!("There is no file {} to read variables from.", path.display()),
                    _ => format!("The file {} with values of variables can't be read: {error}.", path.display()),
                };
                self.diagnostics.push(Diagnostic::error("Variables file can't be read", detail));
                return;
            }
        };
        let Some(file) = add_bytes(&mut self.config.sources, shown, &bytes, &mut self.diagnostics) else { return };
        if path.extension().is_some_and(|extension| extension == "json") {
            let (values, faults) = syntax::parse_json_values(&self.config.sources, file);
            self.diagnostics.extend(faults);
            for (name, value, range) in values {
                self.given.insert(name, Given { value, origin: Origin::File, range: Some(range) });
            }
            return;
        }
        self.native_file(file);
    }

    fn native_file(&mut self, file: FileId) {
        let (body, faults) = syntax::parse_file(&self.config.sources, file);
        self.diagnostics.extend(faults);
        for block in body.blocks {
            let detail = format!(
                "A file of values holds arguments (name = value) only. If this {:?} block declares something, put it in a .tf file.",
                &*block.ty
            );
            self.diagnostics.push(Diagnostic::error("Block among values", detail).at(block.header));
        }
        for attribute in body.attributes {
            match constant_value(&attribute.value) {
                Ok(value) => {
                    self.given.insert(attribute.name, Given { value, origin: Origin::File, range: Some(attribute.value.range) });
                }
                Err(faults) => self.diagnostics.extend(faults),
            }
        }
    }

    /// `name=value`.
    fn option(&mut self, text: &str) {
        let Some((name, value)) = text.split_once('=') else {
            let detail = format!("-var takes a name, an equals sign and a value, as in -var 'size=3'; {text:?} has no equals sign.");
            self.diagnostics.push(Diagnostic::error("Invalid -var option", detail));
            return;
        };
        if name.is_empty() || name.contains(char::is_whitespace) {
            let detail = format!("{name:?} is no name of a variable: there must be no space around the equals sign in -var '{text}'.");
            self.diagnostics.push(Diagnostic::error("Invalid -var option", detail));
            return;
        }
        self.text(name, value, Origin::Argument, format!("-var {name}"));
    }

    /// A text for a variable: taken as it is where the variable is of a simple type, or of none; else it is an expression.
    fn text(&mut self, name: &str, text: &str, origin: Origin, shown: String) {
        let file = self.config.sources.add(format!("<{shown}>"), text);
        let range = Range { file, start: 0, end: u32::try_from(text.len()).unwrap_or(u32::MAX) };
        let value = if self.config.root().variables.get(name).is_none_or(is_literal) {
            Val::from(text)
        } else {
            let parsed = syntax::parse_expression(&self.config.sources, file).and_then(|expr| constant_value(&expr));
            match parsed {
                Ok(value) => value,
                Err(faults) => {
                    self.diagnostics.extend(faults);
                    // Not "no value", which would be a second fault.
                    Val::unknown()
                }
            }
        };
        self.given.insert(name.into(), Given { value, origin, range: Some(range) });
    }
}

fn is_literal(variable: &Variable) -> bool {
    match variable.ty {
        Constraint::Primitive(_) => true,
        Constraint::Any => variable.ty_range.is_none(),
        _ => false,
    }
}
