//! Checking a configuration against a schema: what is required, what is the provider's alone, and every attribute's validators.

use std::collections::BTreeMap;

use hotswap_value::{AttributePath, Value};

use crate::{
    Attribute, DataSource, Diagnostic, Diagnostics, EphemeralResource, Mode, Provider, Resource, Schema,
    schema::{Kind, nested_objects},
};

/// Validates a resource block: first the schema, then, if that holds, the resource's own checks.
pub async fn resource(resource: &dyn Resource, config: &Value) -> Diagnostics {
    let diagnostics = against_schema(resource.schema(), config);
    if diagnostics.has_errors() { diagnostics } else { joined(diagnostics, resource.validate(config).await) }
}

/// Validates a data block, as [`resource`] does.
pub async fn data_source(data_source: &dyn DataSource, config: &Value) -> Diagnostics {
    let diagnostics = against_schema(data_source.schema(), config);
    if diagnostics.has_errors() { diagnostics } else { joined(diagnostics, data_source.validate(config).await) }
}

/// Validates an ephemeral block, as [`resource`] does.
pub async fn ephemeral_resource(ephemeral: &dyn EphemeralResource, config: &Value) -> Diagnostics {
    let diagnostics = against_schema(ephemeral.schema(), config);
    if diagnostics.has_errors() { diagnostics } else { joined(diagnostics, ephemeral.validate(config).await) }
}

/// Validates a provider block, as [`resource`] does.
pub async fn provider(provider: &dyn Provider, config: &Value) -> Diagnostics {
    let diagnostics = against_schema(provider.schema(), config);
    if diagnostics.has_errors() { diagnostics } else { joined(diagnostics, provider.validate(config).await) }
}

/// Checks a configuration of the schema's type. Unknown values pass.
pub fn against_schema(schema: &Schema, config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let root = AttributePath::root();
    check_attributes(&schema.attributes, config, &root, &mut diagnostics);
    diagnostics.extend(schema.validators.iter().flat_map(|validator| validator.check(config, &root)));
    diagnostics
}

fn joined(mut first: Diagnostics, second: Diagnostics) -> Diagnostics {
    first.extend(second);
    first
}

fn check_attributes(attributes: &BTreeMap<String, Attribute>, object: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
    for (name, attribute) in attributes {
        check_attribute(attribute, object.get(name), &path.attribute(name), diagnostics);
    }
}

fn check_attribute(attribute: &Attribute, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
    match attribute.mode {
        Mode::Required if value.is_null() => {
            let detail = format!("Attribute {path} is required; give it a value.");
            diagnostics.push(Diagnostic::error("Missing required attribute", detail).at(path.clone()));
        }
        Mode::Computed if !value.is_null() => {
            let detail = format!("Attribute {path} is set by the provider; remove it from the configuration.");
            diagnostics.push(Diagnostic::error("Read-only attribute", detail).at(path.clone()));
        }
        _ => {}
    }
    if let Kind::Nested(nesting, nested) = &attribute.kind {
        for (step, object) in nested_objects(*nesting, value) {
            let path = step.map_or_else(|| path.clone(), |step| path.with(step));
            if object.is_known() {
                check_attributes(nested, object, &path, diagnostics);
            }
        }
    }
    diagnostics.extend(attribute.validators.iter().flat_map(|validator| validator.check(value, path)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        schema::attribute::{number, single, string},
        validators::{exactly_one_of, length, whole_number},
    };

    fn schema() -> Schema {
        Schema::new(0, "A thing")
            .attribute("id", string().computed())
            .attribute("name", string().required().validate(length(1..=5)))
            .attribute(
                "strategy",
                single([("steps", number().required().validate(whole_number(1..=9))), ("a", string()), ("b", string())])
                    .validate(exactly_one_of(&["a", "b"])),
            )
    }

    fn found(config: Value) -> Vec<(String, String)> {
        let config = schema().ty().conform(config).unwrap();
        let path = |diagnostic: &Diagnostic| diagnostic.attribute.as_ref().map(ToString::to_string).unwrap_or_default();
        against_schema(&schema(), &config).iter().map(|diagnostic| (path(diagnostic), diagnostic.summary.clone())).collect()
    }

    #[test]
    fn each_problem_is_found_at_its_path() {
        let strategy = Value::object([("steps", Value::from(10)), ("a", "x".into()), ("b", "y".into())]);
        let problems = found(Value::object([("id", Value::from("mine")), ("strategy", strategy)]));
        let expected = [
            ("id", "Read-only attribute"),
            ("name", "Missing required attribute"),
            ("strategy.steps", "Invalid attribute value"),
            ("strategy", "Invalid attribute value"),
        ];
        assert_eq!(problems, expected.map(|(path, summary)| (path.to_owned(), summary.to_owned())));
    }

    #[test]
    fn what_is_unknown_passes_for_now() {
        assert_eq!(found(Value::object([("name", Value::Unknown), ("strategy", Value::Unknown)])), []);
    }
}
