//! Values as JSON: against a type, as Terraform's state has them, and plain, as users' documents have them. Numbers keep every digit.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{AttributePath, Number, Type, Typed, Value, ValueError};

/// How deep a plain document may be nested.
const MOST_DEPTH: usize = 128;

/// Decodes a value of type `ty`. Attributes the type doesn't have are an error; absent ones are null.
pub fn decode(json: &[u8], ty: &Type) -> Result<Value, ValueError> {
    read(parse(json)?, ty, &AttributePath::root(), Extra::Refuse)
}

/// Like [`decode`], but attributes the type doesn't have (any more) are left out: for state written under an earlier schema.
pub fn decode_lenient(json: &[u8], ty: &Type) -> Result<Value, ValueError> {
    read(parse(json)?, ty, &AttributePath::root(), Extra::Ignore)
}

/// Encodes a value of type `ty`. Unknown values have no JSON form and are an error.
pub fn encode(value: &Value, ty: &Type) -> Result<String, ValueError> {
    let value = ty.conform(value.clone())?;
    let mut out = String::new();
    write(&mut out, &value, &AttributePath::root(), Dynamic::WithType)?;
    Ok(out)
}

/// Reads a plain JSON document: objects become objects, arrays become tuples.
pub fn from_text(json: &str) -> Result<Value, ValueError> {
    read_plain(parse(json.as_bytes())?, &AttributePath::root(), MOST_DEPTH)
}

/// Writes a value as a plain JSON document, without types. Unknown values are an error.
pub fn to_text(value: &Value) -> Result<String, ValueError> {
    let mut out = String::new();
    write(&mut out, value, &AttributePath::root(), Dynamic::Bare)?;
    Ok(out)
}

#[derive(Clone, Copy)]
enum Extra {
    Refuse,
    Ignore,
}

#[derive(Clone, Copy)]
enum Dynamic {
    WithType,
    Bare,
}

fn parse(json: &[u8]) -> Result<&RawValue, ValueError> {
    serde_json::from_slice(json).map_err(|error| ValueError::new(&AttributePath::root(), format!("is not well-formed JSON: {error}")))
}

fn part<'a, T: Deserialize<'a>>(raw: &'a RawValue, path: &AttributePath, needs: &str) -> Result<T, ValueError> {
    serde_json::from_str(raw.get()).map_err(|_| ValueError::new(path, format!("needs {needs}, the JSON has {}", kind(raw))))
}

fn number(raw: &RawValue, path: &AttributePath) -> Result<Number, ValueError> {
    raw.get().parse().map_err(|error: crate::ParseNumberError| ValueError::new(path, error.to_string()))
}

fn read(raw: &RawValue, ty: &Type, path: &AttributePath, extra: Extra) -> Result<Value, ValueError> {
    if raw.get() == "null" {
        return Ok(Value::Null);
    }
    let needs = format!("a value of type {ty}");
    let value = match ty {
        Type::Dynamic => return read_dynamic(raw, path, extra),
        Type::String => part::<String>(raw, path, &needs)?.into(),
        Type::Bool => Value::Bool(part(raw, path, &needs)?),
        Type::Number if raw.get().starts_with('"') => {
            // Terraform accepts a number as text where a number is due, and so do states written by older schemas.
            let text: String = part(raw, path, &needs)?;
            Value::Number(text.parse().map_err(|error: crate::ParseNumberError| ValueError::new(path, error.to_string()))?)
        }
        Type::Number if raw.get().starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Value::Number(number(raw, path)?),
        Type::Number => return Err(ValueError::new(path, format!("needs {needs}, the JSON has {}", kind(raw)))),
        Type::List(element) => {
            let elements: Vec<&RawValue> = part(raw, path, &needs)?;
            let elements = elements.into_iter().enumerate().map(|(index, raw)| read(raw, element, &path.index(index), extra));
            Value::List(elements.collect::<Result<_, _>>()?)
        }
        Type::Set(element) => {
            let elements: Vec<&RawValue> = part(raw, path, &needs)?;
            Value::Set(elements.into_iter().map(|raw| read(raw, element, path, extra)).collect::<Result<_, _>>()?)
        }
        Type::Tuple(types) => {
            let elements: Vec<&RawValue> = part(raw, path, &needs)?;
            if elements.len() != types.len() {
                return Err(ValueError::new(path, format!("needs {} elements, has {}", types.len(), elements.len())));
            }
            let elements = types.iter().zip(elements).enumerate();
            Value::List(elements.map(|(index, (ty, raw))| read(raw, ty, &path.index(index), extra)).collect::<Result<_, _>>()?)
        }
        Type::Map(element) => {
            let elements: BTreeMap<String, &RawValue> = part(raw, path, &needs)?;
            let elements = elements.into_iter().map(|(key, raw)| {
                let value = read(raw, element, &path.key(key.as_str()), extra)?;
                Ok((key, value))
            });
            Value::Map(elements.collect::<Result<_, ValueError>>()?)
        }
        Type::Object(types) => {
            let mut given: BTreeMap<String, &RawValue> = part(raw, path, &needs)?;
            let mut attributes = BTreeMap::new();
            for (name, ty) in types {
                let value = match given.remove(name) {
                    Some(raw) => read(raw, ty, &path.attribute(name), extra)?,
                    None => Value::Null,
                };
                attributes.insert(name.clone(), value);
            }
            if let (Extra::Refuse, Some(name)) = (extra, given.keys().next()) {
                return Err(ValueError::new(path, format!("has no attribute {name:?}")));
            }
            Value::Map(attributes)
        }
    };
    Ok(value)
}

/// A dynamic value is `{"value": …, "type": …}`.
fn read_dynamic(raw: &RawValue, path: &AttributePath, extra: Extra) -> Result<Value, ValueError> {
    #[derive(Deserialize)]
    struct WithType<'a> {
        #[serde(borrow)]
        value: &'a RawValue,
        #[serde(borrow, rename = "type")]
        ty: &'a RawValue,
    }
    let WithType { value, ty } = part(raw, path, "a value with its type")?;
    let ty = Type::from_json_slice(ty.get().as_bytes()).map_err(|error| ValueError::new(path, error.to_string()))?;
    if ty == Type::Dynamic {
        return read_plain(value, path, MOST_DEPTH);
    }
    let value = read(value, &ty, path, extra)?;
    Ok(Value::Dynamic(Box::new(Typed { ty, value })))
}

fn read_plain(raw: &RawValue, path: &AttributePath, depth: usize) -> Result<Value, ValueError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(ValueError::new(path, format!("is nested deeper than {MOST_DEPTH} levels")));
    };
    Ok(match raw.get().as_bytes().first() {
        Some(b'n') => Value::Null,
        Some(b't' | b'f') => Value::Bool(part(raw, path, "a bool")?),
        Some(b'"') => part::<String>(raw, path, "text")?.into(),
        Some(b'[') => {
            let elements: Vec<&RawValue> = part(raw, path, "an array")?;
            let elements = elements.into_iter().enumerate().map(|(index, raw)| read_plain(raw, &path.index(index), depth));
            Value::List(elements.collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            let attributes: BTreeMap<String, &RawValue> = part(raw, path, "an object")?;
            let attributes = attributes.into_iter().map(|(name, raw)| {
                let value = read_plain(raw, &path.attribute(name.as_str()), depth)?;
                Ok((name, value))
            });
            Value::Map(attributes.collect::<Result<_, ValueError>>()?)
        }
        _ => Value::Number(number(raw, path)?),
    })
}

fn write(out: &mut String, value: &Value, path: &AttributePath, dynamic: Dynamic) -> Result<(), ValueError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Unknown => return Err(ValueError::new(path, "is not known yet")),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_text(out, text),
        Value::List(elements) => write_elements(out, elements, path, dynamic)?,
        Value::Set(elements) => write_elements(out, elements, path, dynamic)?,
        Value::Map(elements) => {
            out.push('{');
            for (position, (key, value)) in elements.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_text(out, key);
                out.push(':');
                write(out, value, &path.attribute(key), dynamic)?;
            }
            out.push('}');
        }
        Value::Dynamic(typed) => match dynamic {
            Dynamic::Bare => write(out, &typed.value, path, dynamic)?,
            Dynamic::WithType => {
                out.push_str(r#"{"value":"#);
                write(out, &typed.value, path, dynamic)?;
                out.push_str(r#","type":"#);
                out.push_str(&typed.ty.to_json().to_string());
                out.push('}');
            }
        },
    }
    Ok(())
}

fn write_elements(out: &mut String, elements: &[Value], path: &AttributePath, dynamic: Dynamic) -> Result<(), ValueError> {
    out.push('[');
    for (index, value) in elements.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, value, &path.index(index), dynamic)?;
    }
    out.push(']');
    Ok(())
}

fn write_text(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn kind(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'n') => "null",
        Some(b't' | b'f') => "a bool",
        Some(b'"') => "text",
        Some(b'[') => "an array",
        Some(b'{') => "an object",
        _ => "a number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_json_is_read_against_its_type() {
        let ty = Type::object([("id", Type::String), ("tags", Type::set(Type::String)), ("extra", Type::Dynamic)]);
        let json = br#"{"id":"a","tags":["y","x"],"extra":{"value":[1.10],"type":["list","number"]}}"#;
        let value = decode(json, &ty).unwrap();
        assert_eq!(value.get("tags"), &Value::set(["x", "y"]));
        assert_eq!(encode(&value, &ty).unwrap(), r#"{"extra":{"value":[1.1],"type":["list","number"]},"id":"a","tags":["x","y"]}"#);
    }

    #[test]
    fn attributes_a_schema_dropped_are_ignored_only_when_asked() {
        let ty = Type::object([("a", Type::Bool)]);
        assert_eq!(decode_lenient(br#"{"a":true,"old":1}"#, &ty).unwrap(), Value::object([("a", true)]));
        assert_eq!(decode(br#"{"a":true,"old":1}"#, &ty).unwrap_err().to_string(), r#"has no attribute "old""#);
    }

    #[test]
    fn plain_documents_keep_every_digit() {
        let json = r#"{"a":[1,"x",null,true],"b":12345678901234567890.123456789}"#;
        assert_eq!(to_text(&from_text(json).unwrap()).unwrap(), json);
    }

    #[test]
    fn bad_documents_are_errors() {
        assert!(from_text("{").is_err());
        assert!(from_text(&"[".repeat(100_000)).is_err());
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        assert!(from_text(&deep).unwrap_err().to_string().ends_with("is nested deeper than 128 levels"));
        let error = decode(br#"{"a":"x"}"#, &Type::object([("a", Type::Bool)])).unwrap_err();
        assert_eq!(error.to_string(), "a: needs a value of type bool, the JSON has text");
        assert!(to_text(&Value::Unknown).is_err());
    }
}
