//! The provider's functions: pure, of content and not of paths.

mod component_exports;
mod component_sha256;
mod semver_latest;
mod semver_matches;

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hotswap_component::{Component, ComponentInfo};
use hotswap_model::{Constraint, Version};
use hotswap_sdk::{Function, FunctionError, Parameter};
use hotswap_value::{Type, Value};

use crate::diagnose::sentence;

/// All of them by name.
pub(crate) fn all() -> BTreeMap<String, Arc<dyn Function>> {
    BTreeMap::from([
        ("component_exports".to_owned(), component_exports::function()),
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

fn component_parameter() -> Parameter {
    Parameter::new("content_base64", Type::String, "The component, `.wasm` or `.wat`, in base64 as `filebase64` gives it.")
}

/// What the component in the first argument is.
fn component(arguments: &[Value]) -> Result<ComponentInfo, FunctionError> {
    let content = arguments.first().and_then(Value::as_str).unwrap_or_default();
    let bytes = STANDARD.decode(content).map_err(|error| FunctionError::argument(0, format!("The content is not base64: {error}.")))?;
    Component::inspect(&bytes).map_err(|error| FunctionError::argument(0, sentence(error)))
}
