//! Values in JSON, with what JSON can't say of them beside: what is not known and what is sensitive.

use hotswap_value::{Type, Value, json};
use serde_json::{Map, Value as Json, value::RawValue};

use crate::render::sensitive::Paths;

/// What is known of a value: unknown attributes and elements of maps are left out, unknown elements of lists are null.
pub(super) fn known(value: &Value) -> Option<Value> {
    Some(match value.bare() {
        Value::Unknown => return None,
        Value::List(elements) => Value::List(elements.iter().map(|element| known(element).unwrap_or_default()).collect()),
        Value::Set(elements) => Value::List(elements.iter().map(|element| known(element).unwrap_or_default()).collect()),
        Value::Map(elements) => Value::Map(elements.iter().filter_map(|(key, value)| Some((key.clone(), known(value)?))).collect()),
        value => value.clone(),
    })
}

/// A value as JSON, every digit of its numbers kept. What is not known is left out.
pub(super) fn raw(value: &Value) -> Option<Box<RawValue>> {
    json::to_text(&known(value)?).ok().and_then(|text| RawValue::from_string(text).ok())
}

/// The attributes of an object as JSON; `None` if none of them is known.
pub(super) fn attributes(value: &Value) -> Option<Box<RawValue>> {
    let known = known(value)?;
    let empty = known.as_map().is_some_and(|attributes| attributes.is_empty());
    if empty || known.is_null() { None } else { json::to_text(&known).ok().and_then(|text| RawValue::from_string(text).ok()) }
}

/// Where a value is not known: `true` there; parts of an object that are known and without parts are left out.
pub(super) fn unknown(value: &Value) -> Json {
    match value.bare() {
        Value::Unknown => Json::Bool(true),
        Value::List(elements) => elements.iter().map(unknown).collect(),
        Value::Set(elements) => elements.iter().map(unknown).collect(),
        Value::Map(elements) => object(elements.iter().map(|(key, value)| (key, unknown(value)))),
        _ => Json::Bool(false),
    }
}

/// Where a value is sensitive: `true` there, in the same shape. `ty`: what is not known shows the shape its type allows.
pub(super) fn sensitive(value: &Value, ty: &Type, paths: &Paths<'_>) -> Json {
    if paths.hold_this() {
        return Json::Bool(true);
    }
    let (value, ty) = match value {
        Value::Dynamic(typed) => (&typed.value, &typed.ty),
        value => (value, ty),
    };
    match value {
        Value::Unknown => match ty {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => Json::Array(Vec::new()),
            Type::Map(_) | Type::Object(_) => Json::Object(Map::new()),
            _ => Json::Bool(false),
        },
        Value::List(elements) => {
            let each = elements.iter().enumerate();
            each.map(|(index, element)| sensitive(element, element_type(ty, index), &paths.of_index(index))).collect()
        }
        Value::Set(elements) => elements.iter().map(|element| sensitive(element, element_type(ty, 0), &Paths::default())).collect(),
        Value::Map(elements) => {
            object(elements.iter().map(|(key, value)| (key, sensitive(value, attribute_type(ty, key), &paths.of_name(key)))))
        }
        _ => Json::Bool(false),
    }
}

fn object<'a>(parts: impl Iterator<Item = (&'a String, Json)>) -> Json {
    Json::Object(parts.filter(|(_, part)| *part != Json::Bool(false)).map(|(key, part)| (key.clone(), part)).collect())
}

fn element_type(ty: &Type, index: usize) -> &Type {
    match ty {
        Type::List(element) | Type::Set(element) => element,
        Type::Tuple(types) => types.get(index).unwrap_or(&Type::Dynamic),
        _ => &Type::Dynamic,
    }
}

fn attribute_type<'a>(ty: &'a Type, name: &str) -> &'a Type {
    match ty {
        Type::Map(element) => element,
        Type::Object(types) => types.get(name).unwrap_or(&Type::Dynamic),
        _ => &Type::Dynamic,
    }
}

#[cfg(test)]
mod tests {
    use hotswap_value::AttributePath;
    use serde_json::json;

    use super::*;

    fn value() -> Value {
        Value::object([
            ("id", Value::Unknown),
            ("none", Value::Null),
            ("list", Value::list([Value::from("a"), Value::Unknown])),
            ("map", Value::object([("a", Value::from(1)), ("b", Value::Unknown)])),
            ("tags", Value::set(["x"])),
            ("later", Value::Unknown),
        ])
    }

    #[test]
    fn what_is_not_known_is_left_out_or_null_in_a_list() {
        assert_eq!(raw(&value()).unwrap().get(), r#"{"list":["a",null],"map":{"a":1},"none":null,"tags":["x"]}"#);
        assert!(raw(&Value::Unknown).is_none());
        assert!(attributes(&Value::object([("a", Value::Unknown)])).is_none());
    }

    #[test]
    fn shapes_are_terraforms() {
        assert_eq!(unknown(&value()), json!({"id": true, "later": true, "list": [false, true], "map": {"b": true}, "tags": [false]}));
        let ty = Type::object([("later", Type::list(Type::String)), ("id", Type::String)]);
        let hidden = [AttributePath::from("map").key("a"), AttributePath::from("none")];
        let expected = json!({"later": [], "list": [false, false], "map": {"a": true}, "none": true, "tags": [false]});
        assert_eq!(sensitive(&value(), &ty, &Paths::new(&hidden)), expected);
    }

    #[test]
    fn numbers_keep_every_digit() {
        let number: hotswap_value::Number = "12345678901234567890123.5".parse().unwrap();
        assert_eq!(raw(&number.into()).unwrap().get(), "12345678901234567890123.5");
    }
}
