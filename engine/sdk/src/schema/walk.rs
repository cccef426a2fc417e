//! Walking values along a schema.

use std::collections::BTreeMap;

use hotswap_value::{Step, Value};

use super::{Attribute, Kind, Mode, Nesting, Schema};

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

    /// A configuration that leads to an object: what the provider sets is left out, and so is what is its default.
    pub fn config_of(&self, object: Value) -> Value {
        map_attributes(&self.attributes, object, &|attribute, value| {
            let unwanted = attribute.deprecation.is_some() && attribute.mode != Mode::Required;
            let said_anyway = attribute.default.is_some() && value == attribute.whole_default();
            let is_left_out = !attribute.mode.is_configurable() || attribute.write_only || unwanted || said_anyway;
            if is_left_out { Value::Null } else { value }
        })
    }

    /// The object with every write-only attribute null.
    pub fn without_write_only(&self, object: Value) -> Value {
        map_attributes(&self.attributes, object, &|attribute, value| if attribute.write_only { Value::Null } else { value })
    }
}

impl Attribute {
    /// The default with the defaults of what is nested in it, in the shape of the attribute's type.
    fn whole_default(&self) -> Value {
        let schema = Schema::new(0, "").attribute("it", self.clone());
        let filled = schema.with_defaults(Value::object([("it", Value::Null)]));
        schema.ty().conform(filled).map(|filled| filled.get("it").clone()).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::attribute::{number, single, string};

    #[test]
    fn a_generated_configuration_says_only_what_has_to_be_said() {
        let limits = single([("most", number()), ("least", number().default(1))]).default(Value::object::<&str, Value>([]));
        let schema = Schema::new(0, "")
            .attribute("id", string().computed())
            .attribute("name", string().required())
            .attribute("old", string().deprecated("name"))
            .attribute("tier", string().default("basic"))
            .attribute("limits", limits.clone())
            .attribute("caps", limits)
            .attribute("secret", string().write_only());
        let object = Value::object([
            ("id", Value::from("1")),
            ("name", "a".into()),
            ("old", "a".into()),
            ("tier", "basic".into()),
            ("limits", Value::object([("most", Value::Null), ("least", 1.into())])),
            ("caps", Value::object([("most", Value::from(5)), ("least", 1.into())])),
        ]);
        let config = schema.config_of(schema.ty().conform(object).unwrap());
        let expected = Value::object([("name", Value::from("a")), ("caps", Value::object([("most", 5)]))]);
        assert_eq!(config, schema.ty().conform(expected).unwrap());
    }
}
