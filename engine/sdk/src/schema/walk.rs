//! Walking values along a schema.

use std::collections::BTreeMap;

use hotswap_value::{Step, Value};

use super::{Attribute, Kind, Nesting, Schema};

/// The nested objects of an attribute's value and the step to each; no step for a single object or the elements of a set.
pub(crate) fn nested_objects(nesting: Nesting, value: &Value) -> Vec<(Option<Step>, &Value)> {
    match (nesting, value.bare()) {
        (Nesting::Single, object) => vec![(None, object)],
        (Nesting::List, Value::List(objects)) => {
            objects.iter().enumerate().map(|(index, object)| (Some(Step::Index(index)), object)).collect()
        }
        (Nesting::Set, Value::Set(objects)) => objects.iter().map(|object| (None, object)).collect(),
        (Nesting::Map, Value::Map(objects)) => objects.iter().map(|(key, object)| (Some(Step::Key(key.clone())), object)).collect(),
        _ => Vec::new(),
    }
}

impl Schema {
    /// The configuration with every default filled in where it says nothing, nested ones included.
    pub fn with_defaults(&self, config: Value) -> Value {
        map_attributes(&self.attributes, config, &|attribute, value| match (&attribute.default, value.is_null()) {
            (Some(default), true) => default.clone(),
            _ => value,
        })
    }

    /// The object with every write-only attribute null.
    pub fn without_write_only(&self, object: Value) -> Value {
        map_attributes(&self.attributes, object, &|attribute, value| if attribute.write_only { Value::Null } else { value })
    }
}

/// Replaces the value of every attribute, outer ones first.
fn map_attributes(attributes: &BTreeMap<String, Attribute>, object: Value, replace: &impl Fn(&Attribute, Value) -> Value) -> Value {
    let Value::Map(mut values) = object else { return object };
    for (name, attribute) in attributes {
        let value = replace(attribute, values.remove(name).unwrap_or_default());
        let value = match (&attribute.kind, value) {
            (Kind::Nested(Nesting::Single, nested), value) => map_attributes(nested, value, replace),
            (Kind::Nested(Nesting::List, nested), Value::List(objects)) => {
                Value::List(objects.into_iter().map(|object| map_attributes(nested, object, replace)).collect())
            }
            (Kind::Nested(Nesting::Set, nested), Value::Set(objects)) => {
                Value::Set(objects.into_iter().map(|object| map_attributes(nested, object, replace)).collect())
            }
            (Kind::Nested(Nesting::Map, nested), Value::Map(objects)) => {
                Value::Map(objects.into_iter().map(|(key, object)| (key, map_attributes(nested, object, replace))).collect())
            }
            (_, value) => value,
        };
        values.insert(name.clone(), value);
    }
    Value::Map(values)
}
