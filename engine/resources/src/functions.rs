//! The provider's functions: pure, of content and not of paths.

mod component_sha256;
mod semver_latest;
mod semver_matches;

use std::collections::BTreeMap;
use std::sync::Arc;

use hotswap_model::{Constraint, Version};
use hotswap_sdk::{Function, FunctionError};
use hotswap_value::Value;

use crate::diagnose::sentence;

/// All of them by name.
pub(crate) fn all() -> BTreeMap<String, Arc<dyn Function>> {
    BTreeMap::from([
        ("component_sha256".to_owned(), component_sha256::function()),
        ("semver_latest".to_owned(), semver_latest::function()),
        ("semver_matches".to_owned(), semver_matches::function()),
    ])
}

fn constraint(index: i64, value: Option<&Value>) -> Result<Constraint, FunctionError> {
    let text = value.and_then(Value::as_str).unwrap_or_default();
    text.parse().map_err(|error| FunctionError::argument(index, sentence(error)))
}

fn version(index: i64, value: Option<&Value>) -> Result<Version, FunctionError> {
    let text = value.and_then(Value::as_str).unwrap_or_default();
    text.parse().map_err(|error| FunctionError::argument(index, sentence(error)))
}
