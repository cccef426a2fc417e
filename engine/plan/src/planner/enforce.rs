//! What no provider may plan, whatever its reasons: Terraform refuses it, and so do we.

use std::collections::BTreeMap;

use hotswap_lang::Diagnostic;
use hotswap_sdk::{
    Attribute, Schema,
    schema::{Kind, Nesting},
};
use hotswap_value::{AttributePath, Value};

/// An error for each attribute of a planned object that is neither what the configuration says nor what it may be instead.
pub(crate) fn check_planned(schema: &Schema, prior: Option<&Value>, config: &Value, planned: &Value) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if planned.is_known() {
        check_object(&schema.attributes, prior.unwrap_or(&Value::Null), config, planned, &AttributePath::root(), &mut problems);
    } else {
        problems.push((AttributePath::root(), "the object as a whole is null or unknown"));
    }
    problems.into_iter().map(|(path, problem)| invalid_plan(&path, problem)).collect()
}

fn invalid_plan(path: &AttributePath, problem: &str) -> Diagnostic {
    let what = if path.is_root() { problem.to_owned() } else { format!("{path}: {problem}") };
    let detail = format!("{what}. This is a bug in the provider; please report it.");
    Diagnostic::error("Provider planned what it may not", detail)
}

type Problems = Vec<(AttributePath, &'static str)>;

fn check_object(
    attributes: &BTreeMap<String, Attribute>,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &AttributePath,
    problems: &mut Problems,
) {
    for (name, attribute) in attributes {
        check_attribute(attribute, prior.get(name), config.get(name), planned.get(name), &path.attribute(name), problems);
    }
}

fn check_attribute(attribute: &Attribute, prior: &Value, config: &Value, planned: &Value, path: &AttributePath, problems: &mut Problems) {
    if attribute.write_only {
        if !planned.is_null() {
            problems.push((path.clone(), "a write-only value is in the plan"));
        }
        return;
    }
    if planned == config || (attribute.mode.is_computed() && config.is_null()) {
        return;
    }
    if planned == prior && !prior.is_null() && !config.is_null() {
        return;
    }
    if let Kind::Nested(nesting, nested) = &attribute.kind
        && check_nested(*nesting, nested, prior, config, planned, path, problems)
    {
        return;
    }
    problems.push((
        path.clone(),
        match (planned, config) {
            (planned, config) if planned.is_unknown() && !config.is_unknown() => {
                "it is unknown in the plan, though the configuration says what it is"
            }
            (_, config) if config.is_null() => {
                "it has a value in the plan, though the configuration has none and only the configuration may set it"
            }
            (_, config) if config.is_unknown() => "it is known in the plan, though what the configuration says is not known yet",
            _ => "its value in the plan is neither that of the configuration nor the one before",
        },
    ));
}

/// Compares nested objects one by one; false if they have no counterparts.
fn check_nested(
    nesting: Nesting,
    nested: &BTreeMap<String, Attribute>,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &AttributePath,
    problems: &mut Problems,
) -> bool {
    match (nesting, config.bare(), planned.bare()) {
        (Nesting::Single, Value::Map(_), Value::Map(_)) => check_object(nested, prior, config, planned, path, problems),
        (Nesting::List, Value::List(configs), Value::List(plans)) if configs.len() == plans.len() => {
            for (index, (config, planned)) in configs.iter().zip(plans).enumerate() {
                let prior = prior.as_elements().and_then(|prior| prior.get(index)).unwrap_or(&Value::Null);
                check_object(nested, prior, config, planned, &path.index(index), problems);
            }
        }
        (Nesting::Map, Value::Map(configs), Value::Map(plans)) if configs.keys().eq(plans.keys()) => {
            for ((key, config), planned) in configs.iter().zip(plans.values()) {
                check_object(nested, prior.get(key), config, planned, &path.key(key), problems);
            }
        }
        // Which element of a set is which can't be told once the provider has filled something in: each planned one must fit one.
        (Nesting::Set, Value::Set(configs), Value::Set(plans)) if configs.len() == plans.len() => {
            let fits = |planned: &Value| {
                configs.iter().any(|config| {
                    let mut found = Vec::new();
                    check_object(nested, &Value::Null, config, planned, path, &mut found);
                    found.is_empty()
                })
            };
            return plans.iter().all(fits);
        }
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use hotswap_sdk::schema::attribute::{number, set_of, string};

    use super::*;

    fn schema() -> Schema {
        Schema::new(0, "")
            .attribute("id", string().computed())
            .attribute("name", string().required())
            .attribute("note", string())
            .attribute("size", number().default(3))
            .attribute("secret", string().write_only())
            .attribute("rules", set_of([("port", number().required()), ("id", string().computed())]))
    }

    fn faults(prior: Option<Value>, config: Value, planned: Value) -> Vec<String> {
        let conform = |value: Value| schema().ty().conform(value).unwrap();
        let prior = prior.map(conform);
        let found = check_planned(&schema(), prior.as_ref(), &conform(config), &conform(planned));
        found.into_iter().map(|fault| fault.detail.split(". This").next().unwrap().to_owned()).collect()
    }

    fn named(name: &str) -> Value {
        Value::object([("name", name)])
    }

    #[test]
    fn a_provider_may_fill_in_what_is_computed_and_keep_what_means_the_same() {
        let planned = named("a").with("id", Value::Unknown).with("size", 3);
        assert_eq!(faults(None, named("a"), planned.clone()), [""; 0]);
        assert_eq!(faults(Some(named("A")), named("a"), named("A").with("size", 3)), [""; 0]);
        let rule = |id: Value| Value::set([Value::object([("port", Value::from(1)), ("id", id)])]);
        let (config, planned) = (named("a").with("rules", rule(Value::Null)), planned.with("rules", rule(Value::Unknown)));
        assert_eq!(faults(None, config, planned), [""; 0]);
    }

    #[test]
    fn everything_else_is_its_bug() {
        assert_eq!(
            faults(Some(named("b")), named("a"), named("c")),
            ["name: its value in the plan is neither that of the configuration nor the one before"]
        );
        assert_eq!(
            faults(None, named("a"), Value::object([("name", Value::Unknown)])),
            ["name: it is unknown in the plan, though the configuration says what it is"]
        );
        assert_eq!(
            faults(None, named("a"), named("a").with("note", "x")),
            ["note: it has a value in the plan, though the configuration has none and only the configuration may set it"]
        );
        assert_eq!(faults(None, named("a"), named("a").with("secret", "x")), ["secret: a write-only value is in the plan"]);
        assert_eq!(
            faults(None, named("a").with("note", Value::Unknown), named("a").with("note", "x")),
            ["note: it is known in the plan, though what the configuration says is not known yet"]
        );
    }
}
