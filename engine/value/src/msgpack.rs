//! Values as msgpack, in Terraform's dialect: what its provider protocol carries.
//!
//! Unknown is an extension (0 is written, any is read); a number is an integer, an exact float or decimal text; a dynamic value is
//! `[type JSON as bin, value]`; an object holds every attribute.

use rmp::encode as write;
use rmpv::ValueRef;

use crate::{AttributePath, Number, Type, Typed, Value, ValueError};

/// How deep an encoded value may be nested.
const MOST_DEPTH: usize = 256;

/// Encodes a value of type `ty`, after bringing it into shape as [`Type::conform`] does.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, ValueError> {
    let value = ty.conform(value.clone())?;
    let mut out = Vec::new();
    write_value(&mut out, &value)
        .map_err(|error| ValueError { path: AttributePath::root(), problem: format!("can't be encoded: {error}") })?;
    Ok(out)
}

/// Decodes a value of type `ty`.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, ValueError> {
    let root = AttributePath::root();
    let mut rest = bytes;
    let value = rmpv::decode::read_value_ref_with_max_depth(&mut rest, MOST_DEPTH)
        .map_err(|error| ValueError::new(&root, format!("is not well-formed msgpack: {error}")))?;
    if !rest.is_empty() {
        return Err(ValueError::new(&root, "is followed by bytes that don't belong to it"));
    }
    read_value(&value, ty, &root)
}

/// Writes a conformed value.
fn write_value(out: &mut Vec<u8>, value: &Value) -> Result<(), write::ValueWriteError> {
    // Lengths beyond u32 can't be held in memory by what produced them; saturating keeps the output malformed rather than wrong.
    let len = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
    match value {
        Value::Null => write::write_nil(out).map_err(write::ValueWriteError::InvalidMarkerWrite)?,
        Value::Unknown => out.extend_from_slice(&[0xd4, 0, 0]),
        Value::Bool(truth) => write::write_bool(out, *truth).map_err(write::ValueWriteError::InvalidMarkerWrite)?,
        Value::Number(number) => write_number(out, number)?,
        Value::String(text) => write::write_str(out, text)?,
        Value::List(elements) => write_elements(out, elements)?,
        Value::Set(elements) => write_elements(out, elements)?,
        Value::Map(elements) => {
            write::write_map_len(out, len(elements.len()))?;
            for (key, value) in elements {
                write::write_str(out, key)?;
                write_value(out, value)?;
            }
        }
        Value::Dynamic(typed) => {
            write::write_array_len(out, 2)?;
            write::write_bin(out, typed.ty.to_json().to_string().as_bytes())?;
            write_value(out, &typed.value)?;
        }
    }
    Ok(())
}

fn write_elements(out: &mut Vec<u8>, elements: &[Value]) -> Result<(), write::ValueWriteError> {
    write::write_array_len(out, u32::try_from(elements.len()).unwrap_or(u32::MAX))?;
    elements.iter().try_for_each(|element| write_value(out, element))
}

fn write_number(out: &mut Vec<u8>, number: &Number) -> Result<(), write::ValueWriteError> {
    if let Some(integer) = number.to_i64() {
        write::write_sint(out, integer).map(|_| ())
    } else if let Some(float) = number.to_exact_f64() {
        write::write_f64(out, float)
    } else {
        write::write_str(out, &number.to_string())
    }
}

fn read_value(raw: &ValueRef<'_>, ty: &Type, path: &AttributePath) -> Result<Value, ValueError> {
    let misfit = || ValueError::new(path, format!("needs a value of type {ty}, the encoding has {}", kind(raw)));
    match raw {
        ValueRef::Nil => return Ok(Value::Null),
        ValueRef::Ext(..) => return Ok(Value::Unknown),
        _ => {}
    }
    let value = match (ty, raw) {
        (Type::Dynamic, ValueRef::Array(parts)) => match parts.as_slice() {
            [ValueRef::Binary(json), value] => read_dynamic(json, value, path)?,
            _ => return Err(misfit()),
        },
        (Type::String, ValueRef::String(_)) => read_text(raw, path)?.into(),
        (Type::Bool, ValueRef::Boolean(truth)) => Value::Bool(*truth),
        (Type::Number, raw) => Value::Number(read_number(raw, path)?),
        (Type::List(element), ValueRef::Array(parts)) => {
            let elements = parts.iter().enumerate().map(|(index, raw)| read_value(raw, element, &path.index(index)));
            Value::List(elements.collect::<Result<_, _>>()?)
        }
        (Type::Set(element), ValueRef::Array(parts)) => {
            Value::Set(parts.iter().map(|raw| read_value(raw, element, path)).collect::<Result<_, _>>()?)
        }
        (Type::Tuple(types), ValueRef::Array(parts)) if types.len() == parts.len() => {
            let elements = types.iter().zip(parts).enumerate();
            Value::List(elements.map(|(index, (ty, raw))| read_value(raw, ty, &path.index(index))).collect::<Result<_, _>>()?)
        }
        (Type::Map(element), ValueRef::Map(pairs)) => {
            let elements = pairs.iter().map(|(key, raw)| {
                let key = read_text(key, path)?;
                let value = read_value(raw, element, &path.key(key.as_str()))?;
                Ok((key, value))
            });
            Value::Map(elements.collect::<Result<_, ValueError>>()?)
        }
        (Type::Object(types), ValueRef::Map(pairs)) => {
            let attributes = pairs.iter().map(|(name, raw)| {
                let name = read_text(name, path)?;
                let ty = types.get(&name).ok_or_else(|| ValueError::new(path, format!("has no attribute {name:?}")))?;
                let value = read_value(raw, ty, &path.attribute(name.as_str()))?;
                Ok((name, value))
            });
            let mut attributes: std::collections::BTreeMap<_, _> = attributes.collect::<Result<_, ValueError>>()?;
            for name in types.keys() {
                if !attributes.contains_key(name) {
                    attributes.insert(name.clone(), Value::Null);
                }
            }
            Value::Map(attributes)
        }
        _ => return Err(misfit()),
    };
    Ok(value)
}

fn read_dynamic(json: &[u8], raw: &ValueRef<'_>, path: &AttributePath) -> Result<Value, ValueError> {
    let ty = Type::from_json_slice(json).map_err(|error| ValueError::new(path, error.to_string()))?;
    let value = read_value(raw, &ty, path)?;
    Ok(match (ty, value) {
        (Type::Dynamic, value) => value,
        (ty, value) => Value::Dynamic(Box::new(Typed { ty, value })),
    })
}

fn read_number(raw: &ValueRef<'_>, path: &AttributePath) -> Result<Number, ValueError> {
    let number = match raw {
        ValueRef::Integer(integer) => match (integer.as_i64(), integer.as_u64()) {
            (Some(integer), _) => Ok(Number::from(integer)),
            (None, Some(integer)) => Ok(Number::from(integer)),
            (None, None) => return Err(ValueError::new(path, "has an integer of no known size")),
        },
        ValueRef::F64(float) => Number::try_from(*float),
        ValueRef::F32(float) => Number::try_from(f64::from(*float)),
        ValueRef::String(_) => read_text(raw, path)?.parse(),
        _ => return Err(ValueError::new(path, format!("needs a value of type number, the encoding has {}", kind(raw)))),
    };
    number.map_err(|error| ValueError::new(path, error.to_string()))
}

fn read_text(raw: &ValueRef<'_>, path: &AttributePath) -> Result<String, ValueError> {
    match raw {
        ValueRef::String(text) => text.as_str().map(str::to_owned).ok_or_else(|| ValueError::new(path, "has text that is not valid UTF-8")),
        _ => Err(ValueError::new(path, format!("needs text, the encoding has {}", kind(raw)))),
    }
}

fn kind(raw: &ValueRef<'_>) -> &'static str {
    match raw {
        ValueRef::Nil => "nil",
        ValueRef::Boolean(_) => "a bool",
        ValueRef::Integer(_) | ValueRef::F32(_) | ValueRef::F64(_) => "a number",
        ValueRef::String(_) => "text",
        ValueRef::Binary(_) => "bytes",
        ValueRef::Array(_) => "an array",
        ValueRef::Map(_) => "a map",
        ValueRef::Ext(..) => "an extension",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn values_look_as_terraform_writes_them() {
        let ty = Type::object([("id", Type::String), ("name", Type::String), ("size", Type::Number)]);
        let value = Value::object([("id", Value::Unknown), ("size", Value::from(3))]);
        assert_eq!(hex(&encode(&value, &ty).unwrap()), "83a26964d40000a46e616d65c0a473697a6503");
        let typed = Value::Dynamic(Box::new(Typed { ty: Type::map(Type::Number), value: Value::object([("a", 1)]) }));
        assert_eq!(hex(&encode(&typed, &Type::Dynamic).unwrap()), "92c4105b226d6170222c226e756d626572225d81a16101");
    }

    #[test]
    fn any_extension_is_unknown() {
        assert_eq!(decode(&[0xd4, 0, 0], &Type::String).unwrap(), Value::Unknown);
        assert_eq!(decode(&[0xc7, 0x03, 0x0c, 0x81, 0x01, 0xc2], &Type::Number).unwrap(), Value::Unknown);
    }

    #[test]
    fn numbers_travel_as_integer_exact_float_or_text() {
        let sent = |text: &str| hex(&encode(&Value::Number(text.parse().unwrap()), &Type::Number).unwrap());
        assert_eq!(sent("3"), "03");
        assert_eq!(sent("-1"), "ff");
        assert_eq!(sent("1.5"), "cb3ff8000000000000");
        assert_eq!(sent("0.1"), "a3302e31");
        assert_eq!(sent("12345678901234567890123"), "b73132333435363738393031323334353637383930313233");
        assert_eq!(decode(&[0xa3, 0x30, 0x2e, 0x31], &Type::Number).unwrap(), Value::Number("0.1".parse().unwrap()));
    }

    #[test]
    fn a_set_is_written_in_one_order() {
        let ty = Type::set(Type::String);
        let a = encode(&Value::list(["b", "a", "b"]), &ty).unwrap();
        assert_eq!(a, encode(&Value::set(["a", "b"]), &ty).unwrap());
    }

    #[test]
    fn malformed_input_is_an_error_with_its_place() {
        let ty = Type::object([("a", Type::list(Type::Bool))]);
        let error = decode(&[0x81, 0xa1, b'a', 0x91, 0x01], &ty).unwrap_err();
        assert_eq!(error.to_string(), "a[0]: needs a value of type bool, the encoding has a number");
        assert!(decode(&[], &ty).is_err());
        assert!(decode(&[0xc0, 0xc0], &ty).is_err());
        assert!(decode(&[0x91; 10_000], &Type::Dynamic).is_err());
        assert!(decode(&[0xdd, 0xff, 0xff, 0xff, 0xff], &Type::list(Type::Bool)).is_err());
    }
}
