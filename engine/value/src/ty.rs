//! Types of the language and their JSON form, which is Terraform's: `"string"`, `["list","number"]`, `["object",{"a":"bool"}]`.

use std::{collections::BTreeMap, fmt};

use serde_json::{Value as Json, json};

use crate::Value;

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Any type; each value brings its own.
    Dynamic,
    /// Text.
    String,
    /// An exact decimal number.
    Number,
    /// True or false.
    Bool,
    /// Elements of one type, in order.
    List(Box<Type>),
    /// Elements of one type, without order or repetition.
    Set(Box<Type>),
    /// Elements of one type by key.
    Map(Box<Type>),
    /// A fixed number of elements, each of its own type.
    Tuple(Vec<Type>),
    /// Named attributes, each of its own type. A value holds every one of them, if only as null.
    Object(BTreeMap<String, Type>),
}

/// The text is not the JSON form of a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found} is not the JSON form of a type")]
pub struct TypeError {
    /// The part that was not understood.
    pub found: String,
}

impl Type {
    /// A list of `element`.
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of `element`.
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of `element`.
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object of these attributes.
    pub fn object<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Type)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, ty)| (name.into(), ty)).collect())
    }

    /// The JSON form.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Dynamic => json!("dynamic"),
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Tuple(elements) => json!(["tuple", elements.iter().map(Self::to_json).collect::<Vec<_>>()]),
            Self::Object(attributes) => {
                let attributes: serde_json::Map<_, _> = attributes.iter().map(|(name, ty)| (name.clone(), ty.to_json())).collect();
                json!(["object", attributes])
            }
        }
    }

    /// Reads the JSON form from its text.
    pub fn from_json_slice(json: &[u8]) -> Result<Self, TypeError> {
        let json: Json = serde_json::from_slice(json)
            .map_err(|_| TypeError { found: format!("{:?}", String::from_utf8_lossy(&json[..json.len().min(80)])) })?;
        Self::from_json(&json)
    }

    /// Reads the JSON form. Which attributes of an object are optional matters to callers' type constraints only and is left out.
    pub fn from_json(json: &Json) -> Result<Self, TypeError> {
        let unknown = || TypeError { found: json.to_string() };
        match json {
            Json::String(name) => match name.as_str() {
                "dynamic" => Ok(Self::Dynamic),
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                _ => Err(unknown()),
            },
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(kind), element] if kind == "list" => Ok(Self::list(Self::from_json(element)?)),
                [Json::String(kind), element] if kind == "set" => Ok(Self::set(Self::from_json(element)?)),
                [Json::String(kind), element] if kind == "map" => Ok(Self::map(Self::from_json(element)?)),
                [Json::String(kind), Json::Array(elements)] if kind == "tuple" => {
                    Ok(Self::Tuple(elements.iter().map(Self::from_json).collect::<Result<_, _>>()?))
                }
                [Json::String(kind), Json::Object(attributes)] | [Json::String(kind), Json::Object(attributes), Json::Array(_)]
                    if kind == "object" =>
                {
                    let attributes = attributes.iter().map(|(name, ty)| Ok((name.clone(), Self::from_json(ty)?)));
                    Ok(Self::Object(attributes.collect::<Result<_, TypeError>>()?))
                }
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        }
    }

    /// The type a value has when nothing else says: maps are objects and lists are tuples, as in the language itself.
    /// Null and unknown have no type of their own: [`Type::Dynamic`].
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null | Value::Unknown => Self::Dynamic,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::List(elements) => Self::Tuple(elements.iter().map(Self::of).collect()),
            Value::Set(elements) => Self::set(elements.first().map_or(Self::Dynamic, Self::of)),
            Value::Map(elements) => Self::Object(elements.iter().map(|(name, value)| (name.clone(), Self::of(value))).collect()),
            Value::Dynamic(typed) => typed.ty.clone(),
        }
    }
}

/// As in a sentence: `list of string`, `object`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dynamic => f.write_str("dynamic"),
            Self::String => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Bool => f.write_str("bool"),
            Self::List(element) => write!(f, "list of {element}"),
            Self::Set(element) => write!(f, "set of {element}"),
            Self::Map(element) => write!(f, "map of {element}"),
            Self::Tuple(_) => f.write_str("tuple"),
            Self::Object(_) => f.write_str("object"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_is_terraforms() {
        let ty = Type::object([
            ("a", Type::list(Type::Number)),
            ("b", Type::Tuple(vec![Type::String, Type::Dynamic])),
            ("c", Type::map(Type::set(Type::Bool))),
        ]);
        let json = r#"["object",{"a":["list","number"],"b":["tuple",["string","dynamic"]],"c":["map",["set","bool"]]}]"#;
        assert_eq!(ty.to_json().to_string(), json);
        assert_eq!(Type::from_json_slice(json.as_bytes()).unwrap(), ty);
    }

    #[test]
    fn optional_attributes_are_read_as_attributes() {
        let ty = Type::from_json_slice(br#"["object",{"a":"string"},["a"]]"#).unwrap();
        assert_eq!(ty, Type::object([("a", Type::String)]));
    }

    #[test]
    fn anything_else_is_refused_with_what_was_found() {
        let error = Type::from_json_slice(br#"["list","strnig"]"#).unwrap_err();
        assert_eq!(error.to_string(), r#""strnig" is not the JSON form of a type"#);
        for text in ["", "1", "[]", r#"["list"]"#, r#"["object",[]]"#] {
            assert!(Type::from_json_slice(text.as_bytes()).is_err(), "{text} was accepted");
        }
    }
}
