//! Checks of single attributes, by the model's own types.

use std::fmt::Display;
use std::str::FromStr;

use hotswap_model::{Constraint, Span, parse_config};
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
