//! Checks of single attributes, by the model's own types.

use std::fmt::Display;
use std::str::FromStr;

use hotswap_model::{Constraint, PluginName, Span, parse_config};
use hotswap_sdk::Diagnostic;
use hotswap_sdk::validators::Validator;
use hotswap_value::{AttributePath, Value};

use crate::diagnose::sentence;

/// Text that reads as a `T`, whose error is a sentence of its own.
pub(crate) fn reads_as<T: FromStr<Err: Display>>(description: &str) -> Validator {
    Validator::new(description, |value, path| match value.as_str().map(str::parse::<T>) {
        Some(Err(error)) => vec![wrong(path, error)],
        _ => Vec::new(),
    })
}

/// A length of time.
pub(crate) fn span() -> Validator {
    reads_as::<Span>("A length of time: whole numbers with units `h`, `m`, `s`, `ms` or `us`, such as `\"1m30s\"`")
}

/// A version constraint.
pub(crate) fn constraint() -> Validator {
    reads_as::<Constraint>("A version constraint")
}

/// Constraints by plugin.
pub(crate) fn constraints_by_plugin() -> Validator {
    Validator::new("Version constraints by the names of plugins", |value: &Value, path| {
        let check = |(plugin, constraint): (&String, &Value)| {
            let path = path.key(plugin.as_str());
            let name = plugin.parse::<PluginName>().err().map(|error| wrong(&path, error));
            let constraint = constraint.as_str().and_then(|text| text.parse::<Constraint>().err()).map(|error| wrong(&path, error));
            name.into_iter().chain(constraint)
        };
        value.as_map().into_iter().flatten().flat_map(check).collect()
    })
}

/// A JSON object as text.
pub(crate) fn json_object() -> Validator {
    Validator::new("A JSON object, as `jsonencode({...})` gives it", |value: &Value, path| match value.as_str().map(parse_config) {
        Some(Err(error)) => vec![wrong(path, error)],
        _ => Vec::new(),
    })
}

/// The path of what is inside an attribute is told in words too: Terraform shows only the head of the block there.
fn wrong(path: &AttributePath, error: impl Display) -> Diagnostic {
    let detail = if path.steps().len() > 1 { format!("Attribute {path}: {}", sentence(error)) } else { sentence(error) };
    Diagnostic::error("Invalid attribute value", detail).at(path.clone())
}
