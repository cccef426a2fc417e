//! Values: msgpack both ways; JSON is understood but never sent.

use hotswap_sdk::{Diagnostic, Diagnostics};
use hotswap_value::{Type, Value, ValueError, json, msgpack};

use crate::proto::tfplugin6::DynamicValue;

/// A value of type `ty`; null if there is none.
pub(crate) fn decode(value: Option<&DynamicValue>, ty: &Type) -> Result<Value, Diagnostics> {
    let decoded = match value {
        Some(value) if !value.msgpack.is_empty() => msgpack::decode(&value.msgpack, ty),
        Some(value) if !value.json.is_empty() => json::decode(&value.json, ty),
        _ => Ok(Value::Null),
    };
    decoded.map_err(|error| {
        let detail = format!("A value Terraform sent can't be read: {error}. This is a bug in the provider or in Terraform.");
        Diagnostics::from(Diagnostic::error("Unreadable value", detail).at(error.path))
    })
}

/// A whole object of type `ty`; `None` if it is null, which stands for one that doesn't exist.
pub(crate) fn decode_object(value: Option<&DynamicValue>, ty: &Type) -> Result<Option<Value>, Diagnostics> {
    decode(value, ty).map(|value| if value.is_null() { None } else { Some(value) })
}

/// A value on the wire.
pub(crate) fn encode(value: &Value, ty: &Type) -> Result<DynamicValue, ValueError> {
    Ok(DynamicValue { msgpack: msgpack::encode(value, ty)?, json: Vec::new() })
}

/// A whole object on the wire; `None` is null.
pub(crate) fn encode_object(value: Option<&Value>, ty: &Type) -> Result<DynamicValue, ValueError> {
    encode(value.unwrap_or(&Value::Null), ty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_read_and_nothing_is_null() {
        let json = DynamicValue { msgpack: vec![], json: b"[1]".to_vec() };
        let ty = Type::list(Type::Number);
        assert_eq!(decode(Some(&json), &ty).unwrap(), Value::list([1]));
        assert_eq!(decode(Some(&encode(&Value::list([1]), &ty).unwrap()), &ty).unwrap(), Value::list([1]));
        assert_eq!(decode_object(None, &ty).unwrap(), None);
        assert_eq!(decode_object(Some(&encode_object(None, &ty).unwrap()), &ty).unwrap(), None);
    }

    #[test]
    fn an_unreadable_value_says_where() {
        let value = encode(&Value::object([("a", "x")]), &Type::object([("a", Type::String)])).unwrap();
        let problem = decode(Some(&value), &Type::object([("a", Type::Bool)])).unwrap_err();
        let diagnostic = problem.iter().next().unwrap();
        assert_eq!(diagnostic.attribute, Some("a".into()));
        assert!(diagnostic.detail.contains("needs a value of type bool"), "{}", diagnostic.detail);
    }
}
