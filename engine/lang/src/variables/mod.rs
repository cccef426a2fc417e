//! Values for the variables of the root module: where they come from, which one counts, and what becomes of them.
//!
//! `validation` blocks are not looked at here: they may refer to more than the variable.

mod file;
mod read;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use crate::{
    Diagnostic, Diagnostics, Kind, Marks, Range, Val,
    config::{Config, Variable, constant_value},
    convert::{convert_to_constraint, type_of_constraint},
    evaluate::suggest,
};

pub use file::values;
pub use read::read;

/// A value as it was given to a variable.
#[derive(Debug, Clone)]
pub struct Given {
    /// The value, not yet converted.
    pub value: Val,
    /// Who gives it.
    pub origin: Origin,
    /// Where it is written. For a value of the command line or the environment that is a text of its own among the sources.
    pub range: Option<Range>,
}

/// Who gives a variable its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `TF_VAR_name`. One that isn't declared is no one's business.
    Environment,
    /// A file. One that isn't declared is a warning.
    File,
    /// `-var`. One that isn't declared is an error.
    Argument,
}

/// What the command line says of variables; the order in which it does counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// `-var 'name=value'`: the text after `-var`.
    Value(String),
    /// `-var-file`.
    File(PathBuf),
}

/// Every variable of the root module with its value: converted, with defaults of optional attributes, and marked if it is sensitive.
/// One with a fault is unknown.
pub fn resolve(config: &Config, given: &BTreeMap<Arc<str>, Given>) -> (BTreeMap<Arc<str>, Val>, Diagnostics) {
    let mut diagnostics = Vec::new();
    let variables = &config.root().variables;
    undeclared(config, given, &mut diagnostics);
    let values = variables.iter().map(|(name, variable)| {
        let given = given.get(name);
        let value = settle(variable, given.map(|given| (&given.value, given.range)), &mut diagnostics);
        (name.clone(), value)
    });
    (values.collect(), diagnostics)
}

/// Tells of values for variables that the root module doesn't declare.
fn undeclared(config: &Config, given: &BTreeMap<Arc<str>, Given>, diagnostics: &mut Diagnostics) {
    /// So many are told of one by one.
    const SHOWN: usize = 2;
    let variables = &config.root().variables;
    let mut in_files = 0;
    for (name, given) in given.iter().filter(|(name, _)| !variables.contains_key(*name)) {
        let hint = suggest(name, variables.keys().map(|name| &**name)).map_or_else(String::new, |name| format!(" Did you mean {name:?}?"));
        let detail = format!("The root module declares no variable {name:?}, so nothing can use this value.{hint}");
        let fault = match given.origin {
            Origin::Environment => continue,
            Origin::Argument => {
                Diagnostic::error("Value for undeclared variable", format!("{detail} Declare it, or remove the -var option."))
            }
            Origin::File => {
                in_files += 1;
                if in_files > SHOWN {
                    continue;
                }
                Diagnostic::warning("Value for undeclared variable", detail)
            }
        };
        diagnostics.push(Diagnostic { range: given.range, ..fault });
    }
    if in_files > SHOWN {
        let detail = format!(
            "Besides those above, {} more values are given in files for variables that the root module doesn't declare.",
            in_files - SHOWN
        );
        diagnostics.push(Diagnostic::warning("Values for undeclared variables", detail));
    }
}

/// The value of a variable: what is given, else its default; converted and marked. Null counts as absent where the variable is not
/// nullable. Unknown if there is a fault, which is told at the place where the value is written, or else at the variable.
pub fn settle(variable: &Variable, given: Option<(&Val, Option<Range>)>, diagnostics: &mut Diagnostics) -> Val {
    let name = &variable.name;
    let place = given.and_then(|(_, range)| range);
    let mut fault = |range: Option<Range>, summary: &str, detail: String| {
        let diagnostic = Diagnostic::error(summary, detail);
        diagnostics.push(match range {
            Some(range) => diagnostic.at(range),
            None => diagnostic.at(variable.header).within(variable.header),
        });
        Val::from(Kind::Unknown(type_of_constraint(&variable.ty)))
    };
    let from_default;
    let (value, range) = match (given, &variable.default) {
        (Some((value, range)), _) if variable.nullable || !value.is_null() => (value, range),
        (_, Some(default)) => match constant_value(default) {
            Ok(value) => {
                from_default = value;
                (&from_default, Some(default.range))
            }
            // Told when the configuration was validated.
            Err(_) => return Val::from(Kind::Unknown(type_of_constraint(&variable.ty))),
        },
        (Some(_), None) => {
            return fault(
                place,
                "Required variable is null",
                format!("The variable {name:?} can't be null (nullable = false) and has no default. Give it a value."),
            );
        }
        (None, None) => {
            let detail = format!(
                "The variable {name:?} has no default, and no value was given for it. Set it by -var '{name}=…', in terraform.tfvars or another file given by -var-file, or as TF_VAR_{name} in the environment."
            );
            return fault(None, "No value for required variable", detail);
        }
    };
    match convert_to_constraint(value, &variable.ty) {
        Ok(value) => value.marked(Marks::of(variable.sensitive, variable.ephemeral)),
        Err(error) => fault(
            range,
            "Invalid value for variable",
            format!("The value for the variable {name:?} is not of its type, {}: {error}.", variable.ty),
        ),
    }
}
