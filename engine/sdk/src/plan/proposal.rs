//! What configuration, defaults and prior state together propose, before the resource has a say.

use std::collections::BTreeMap;

use hotswap_value::Value;

use crate::{
    Attribute, Schema,
    schema::{Kind, Nesting},
};

/// The schema's proposal for an object: configuration, else default, else (if computed) the prior value, else (if computed and there is no
/// prior object) unknown, else null. Write-only attributes are null.
///
/// Nested objects are matched with prior ones by index or key; those of a set with the one they would leave as it is.
pub fn propose(schema: &Schema, prior: Option<&Value>, config: &Value) -> Value {
    propose_object(&schema.attributes, prior, config)
}

fn propose_object(attributes: &BTreeMap<String, Attribute>, prior: Option<&Value>, config: &Value) -> Value {
    if !config.is_known() {
        return config.clone();
    }
    let prior = prior.filter(|prior| prior.is_known());
    let proposed = attributes.iter().map(|(name, attribute)| {
        let value = propose_value(attribute, prior.map(|prior| prior.get(name)), config.get(name));
        (name.clone(), value)
    });
    Value::Map(proposed.collect())
}

fn propose_value(attribute: &Attribute, prior: Option<&Value>, config: &Value) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    let config = match (&attribute.default, config.is_null()) {
        (Some(default), true) => default,
        _ => config,
    };
    if config.is_null() {
        return match prior {
            _ if !attribute.mode.is_computed() => config.clone(),
            Some(prior) => prior.clone(),
            None => Value::Unknown,
        };
    }
    match (&attribute.kind, config) {
        (Kind::Nested(Nesting::Single, nested), config) => propose_object(nested, prior, config),
        (Kind::Nested(Nesting::List, nested), Value::List(objects)) => {
            let prior = prior.and_then(Value::as_elements).unwrap_or_default();
            Value::List(objects.iter().enumerate().map(|(index, config)| propose_object(nested, prior.get(index), config)).collect())
        }
        (Kind::Nested(Nesting::Map, nested), Value::Map(objects)) => {
            let prior = prior.and_then(Value::as_map);
            let proposed = objects.iter().map(|(key, config)| {
                let object = propose_object(nested, prior.and_then(|prior| prior.get(key)), config);
                (key.clone(), object)
            });
            Value::Map(proposed.collect())
        }
        (Kind::Nested(Nesting::Set, nested), config) => match config.as_elements() {
            Some(objects) => propose_set(nested, prior, objects),
            None => config.clone(),
        },
        (_, config) => config.clone(),
    }
}

fn propose_set(nested: &BTreeMap<String, Attribute>, prior: Option<&Value>, configs: &[Value]) -> Value {
    let mut unmatched: Vec<&Value> = prior.and_then(Value::as_elements).unwrap_or_default().iter().collect();
    let proposed =
        configs.iter().map(|config| match unmatched.iter().position(|prior| propose_object(nested, Some(prior), config) == **prior) {
            Some(position) => unmatched.swap_remove(position).clone(),
            None => propose_object(nested, None, config),
        });
    Value::Set(proposed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::attribute::{list_of, number, set_of, single, string};

    fn proposed(schema: &Schema, prior: Value, config: Value) -> Value {
        let conform = |value: Value| schema.ty().conform(value).unwrap();
        conform(propose(schema, Some(&conform(prior)), &conform(config)))
    }

    fn rule(port: i64, id: Value) -> Value {
        Value::object([("port", Value::from(port)), ("id", id)])
    }

    #[test]
    fn elements_of_a_set_keep_what_the_provider_computed_for_them() {
        let schema = Schema::new(0, "").attribute("rules", set_of([("port", number().required()), ("id", string().computed())]));
        let prior = Value::object([("rules", Value::set([rule(1, "a".into()), rule(2, "b".into())]))]);
        let config = Value::object([("rules", Value::set([rule(2, Value::Null), rule(3, Value::Null)]))]);
        let expected = Value::set([rule(2, "b".into()), rule(3, Value::Unknown)]);
        assert_eq!(proposed(&schema, prior, config).get("rules"), &expected);
    }

    #[test]
    fn elements_of_a_list_are_matched_by_index_and_new_ones_are_computed() {
        let schema = Schema::new(0, "").attribute("rules", list_of([("port", number().required()), ("id", string().computed())]));
        let prior = Value::object([("rules", Value::list([rule(1, "a".into())]))]);
        let config = Value::object([("rules", Value::list([rule(9, Value::Null), rule(3, Value::Null)]))]);
        let expected = Value::list([rule(9, "a".into()), rule(3, Value::Unknown)]);
        assert_eq!(proposed(&schema, prior, config).get("rules"), &expected);
    }

    #[test]
    fn defaults_reach_into_nested_objects_and_default_objects() {
        let nested = || single([("steps", number().default(5)), ("note", string())]);
        let empty = Value::object::<&str, Value>([]);
        let schema = Schema::new(0, "").attribute("canary", nested()).attribute("probe", nested().default(empty.clone()));
        let result = proposed(&schema, empty.clone(), Value::object([("canary", empty)]));
        assert_eq!(result.get("canary").get("steps").as_i64(), Some(5));
        assert_eq!(result.get("probe").get("steps").as_i64(), Some(5));
    }

    #[test]
    fn an_optional_attribute_that_was_removed_becomes_null() {
        let schema = Schema::new(0, "").attribute("note", string());
        let result = proposed(&schema, Value::object([("note", "x")]), Value::object([("note", Value::Null)]));
        assert!(result.get("note").is_null());
    }
}
