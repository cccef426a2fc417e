//! Configuration of plugins: a JSON object as text, kept as given and merged key by key over the version's defaults.

use std::collections::BTreeMap;

use serde_json::Value;

/// Why a text is no configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("config is not a JSON object: {problem}; write `config = jsonencode({{ key = \"value\" }})`")]
pub struct ConfigError {
    /// What the parser found.
    pub problem: String,
}

/// Reads a configuration.
///
/// # Errors
/// If the text is not JSON or not an object.
pub fn parse_config(text: &str) -> Result<BTreeMap<String, Value>, ConfigError> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Ok(map.into_iter().collect()),
        Ok(other) => Err(ConfigError { problem: format!("it is {}", kind(&other)) }),
        Err(error) => Err(ConfigError { problem: error.to_string() }),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// What the plugin is given: the defaults, with every top-level key of `config` in its place. A string is given as it is,
/// anything else as JSON.
///
/// # Errors
/// If either text is not a JSON object.
pub fn merge_config(defaults: Option<&str>, config: Option<&str>) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut merged = defaults.map(parse_config).transpose()?.unwrap_or_default();
    merged.extend(config.map(parse_config).transpose()?.unwrap_or_default());
    let text = |value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(merged.into_iter().map(|(key, value)| (key, text(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_goes_over_defaults_key_by_key() {
        let merged = merge_config(Some(r#"{"greeting":"hi","retries":3}"#), Some(r#"{"greeting":"hello","tags":["a"]}"#)).unwrap();
        let expected = [("greeting", "hello"), ("retries", "3"), ("tags", r#"["a"]"#)];
        assert_eq!(merged, expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        assert!(parse_config("[1]").unwrap_err().to_string().contains("it is a list"));
        assert!(parse_config("{").unwrap_err().to_string().contains("jsonencode"));
    }
}
