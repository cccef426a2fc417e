//! Variables: what they are given, what type that must have, what they are where nothing is given.

use std::{collections::BTreeMap, sync::Arc};

use hotswap_lang::{
    Diagnostic, Diagnostics, Range, Scope, Subject, Val,
    config::{Config, Variable},
    convert::{convert_to_constraint, type_of_constraint},
    evaluate::evaluate,
};

use crate::suggest::did_you_mean;

/// A value given to a variable of the root module.
#[derive(Debug, Clone)]
pub struct GivenVariable {
    /// The value, not converted.
    pub value: Val,
    /// Who gives it.
    pub origin: Origin,
    /// Where that is written, if it is in a file.
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

/// Every variable of the root module with its value, of its type and marked; a variable without one is an error.
pub fn resolve(config: &Config, given: &BTreeMap<Arc<str>, GivenVariable>) -> (BTreeMap<Arc<str>, Val>, Diagnostics) {
    let mut diagnostics = Vec::new();
    let variables = &config.root().variables;
    for (name, given) in given {
        if variables.contains_key(name) || given.origin == Origin::Environment {
            continue;
        }
        let hint = did_you_mean(name, variables.keys().map(|name| &**name));
        let detail = format!("The root module declares no variable {name:?}, so it has no use for this value.{hint}");
        let fault = match given.origin {
            Origin::Argument => Diagnostic::error("Value for undeclared variable", detail),
            _ => Diagnostic::warning("Value for undeclared variable", detail),
        };
        diagnostics.push(Diagnostic { range: given.range, ..fault });
    }
    let values = variables.iter().map(|(name, variable)| {
        let value = settle(variable, given.get(name).map(|given| (given.value.clone(), given.range)), &mut diagnostics);
        (name.clone(), value)
    });
    (values.collect(), diagnostics)
}

/// The value of a variable: what was given, converted, else its default. Unknown if there is an error.
pub(crate) fn settle(variable: &Variable, given: Option<(Val, Option<Range>)>, diagnostics: &mut Diagnostics) -> Val {
    let unknown = || Val::from(hotswap_lang::Kind::Unknown(type_of_constraint(&variable.ty)));
    let place = given.as_ref().and_then(|(_, range)| *range).unwrap_or(variable.header);
    let given = given.map(|(value, _)| value).filter(|value| variable.nullable || !value.is_null());
    let value = match (given, &variable.default) {
        (Some(value), _) => value,
        (None, Some(default)) => evaluate(default, &Nothing, diagnostics),
        (None, None) => {
            let detail = format!(
                "Variable {name:?} has no value and no default. Give it one with -var '{name}=…', in a .tfvars file, or as TF_VAR_{name}.",
                name = variable.name
            );
            diagnostics.push(Diagnostic::error("Missing variable", detail).at(variable.header));
            return unknown();
        }
    };
    let value = match convert_to_constraint(&value, &variable.ty) {
        Ok(value) => value,
        Err(error) => {
            let detail = format!("The value given for variable {:?} does not have its type: {error}.", variable.name);
            diagnostics.push(Diagnostic::error("Invalid value for variable", detail).at(place).within(variable.header));
            return unknown();
        }
    };
    if value.is_null() && !variable.nullable {
        let detail = format!("Variable {:?} must not be null.", variable.name);
        diagnostics.push(Diagnostic::error("Invalid value for variable", detail).at(place).within(variable.header));
        return unknown();
    }
    value.marked(variable.sensitive)
}

/// What a default can refer to.
struct Nothing;

impl Scope for Nothing {
    fn get(&self, subject: &Subject, range: Range) -> Result<Val, Box<Diagnostic>> {
        let detail = format!("A default must be a constant; it can't refer to {subject}.");
        Err(Box::new(Diagnostic::error("Variables not allowed", detail).at(range)))
    }

    fn folder(&self) -> &std::path::Path {
        std::path::Path::new(".")
    }
}
