//! Bringing a value into the exact shape of a type: absent attributes become null, lists given for sets become sets.

use std::collections::BTreeMap;

use crate::{AttributePath, Set, Type, Typed, Value, ValueError};

impl Type {
    /// The value in the exact shape of this type.
    ///
    /// Absent attributes of objects become null; the elements of a list given for a set become a set. Nothing else is converted:
    /// a number given for a string is an error, and so is an attribute the type doesn't have.
    pub fn conform(&self, value: Value) -> Result<Value, ValueError> {
        if self.fits(&value) { Ok(value) } else { conform(self, value, &AttributePath::root()) }
    }

    /// Whether the value is in that shape already, as most are that have been in it before.
    fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null | Value::Unknown) => true,
            (Self::Dynamic, Value::Dynamic(typed)) => typed.ty != Self::Dynamic && typed.ty.fits(&typed.value),
            (Self::String, Value::String(_)) | (Self::Number, Value::Number(_)) | (Self::Bool, Value::Bool(_)) => true,
            (Self::List(element), Value::List(elements)) => elements.iter().all(|value| element.fits(value)),
            (Self::Set(element), Value::Set(elements)) => elements.iter().all(|value| element.fits(value)),
            (Self::Map(element), Value::Map(elements)) => elements.values().all(|value| element.fits(value)),
            (Self::Tuple(types), Value::List(elements)) => {
                types.len() == elements.len() && types.iter().zip(elements).all(|(ty, value)| ty.fits(value))
            }
            (Self::Object(types), Value::Map(attributes)) => {
                types.len() == attributes.len()
                    && types.iter().zip(attributes).all(|((name, ty), (key, value))| name == key && ty.fits(value))
            }
            _ => false,
        }
    }
}

fn conform(ty: &Type, value: Value, path: &AttributePath) -> Result<Value, ValueError> {
    let value = match (ty, value) {
        (Type::Dynamic, value) => return dynamic(value, path),
        (ty, Value::Dynamic(typed)) => return conform(ty, typed.value, path),
        (_, value @ (Value::Null | Value::Unknown)) => value,
        (Type::String, value @ Value::String(_)) => value,
        (Type::Number, value @ Value::Number(_)) => value,
        (Type::Bool, value @ Value::Bool(_)) => value,
        (Type::List(element), Value::List(elements)) => Value::List(each(element, elements, path)?),
        (Type::Set(element), Value::List(elements)) => Value::Set(set(element, elements, path)?),
        (Type::Set(element), Value::Set(elements)) => Value::Set(set(element, elements.into_vec(), path)?),
        (Type::Map(element), Value::Map(elements)) => {
            let elements = elements.into_iter().map(|(key, value)| {
                let value = conform(element, value, &path.key(key.as_str()))?;
                Ok((key, value))
            });
            Value::Map(elements.collect::<Result<_, ValueError>>()?)
        }
        (Type::Tuple(types), Value::List(elements)) => {
            if types.len() != elements.len() {
                return Err(ValueError::new(path, format!("needs {} elements, has {}", types.len(), elements.len())));
            }
            let elements = types.iter().zip(elements).enumerate();
            Value::List(elements.map(|(index, (ty, value))| conform(ty, value, &path.index(index))).collect::<Result<_, _>>()?)
        }
        (Type::Object(types), Value::Map(attributes)) => Value::Map(object(types, attributes, path)?),
        (ty, value) => return Err(ValueError::new(path, format!("needs a value of type {ty}, has {}", kind(&value)))),
    };
    Ok(value)
}

fn dynamic(value: Value, path: &AttributePath) -> Result<Value, ValueError> {
    let typed = match value {
        Value::Null | Value::Unknown => return Ok(value),
        Value::Dynamic(typed) if typed.ty == Type::Dynamic => return dynamic(typed.value, path),
        Value::Dynamic(typed) => *typed,
        value => Typed { ty: Type::of(&value), value },
    };
    let value = conform(&typed.ty, typed.value, path)?;
    Ok(Value::Dynamic(Box::new(Typed { ty: typed.ty, value })))
}

fn each(element: &Type, values: Vec<Value>, path: &AttributePath) -> Result<Vec<Value>, ValueError> {
    values.into_iter().enumerate().map(|(index, value)| conform(element, value, &path.index(index))).collect()
}

fn set(element: &Type, values: Vec<Value>, path: &AttributePath) -> Result<Set, ValueError> {
    values.into_iter().map(|value| conform(element, value, path)).collect()
}

fn object(
    types: &BTreeMap<String, Type>,
    mut attributes: BTreeMap<String, Value>,
    path: &AttributePath,
) -> Result<BTreeMap<String, Value>, ValueError> {
    let mut conformed = BTreeMap::new();
    for (name, ty) in types {
        let value = attributes.remove(name).unwrap_or(Value::Null);
        conformed.insert(name.clone(), conform(ty, value, &path.attribute(name))?);
    }
    match attributes.into_keys().next() {
        Some(name) => Err(ValueError::new(path, format!("has no attribute {name:?}"))),
        None => Ok(conformed),
    }
}

/// What a value is, for a message.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value.bare() {
        Value::Null => "null",
        Value::Unknown => "an unknown value",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Set(_) => "a set",
        Value::Map(_) => "a map or object",
        Value::Dynamic(_) => "a dynamic value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_attributes_become_null_and_lists_become_sets() {
        let ty = Type::object([("a", Type::String), ("tags", Type::set(Type::String))]);
        let value = ty.conform(Value::object([("tags", Value::list(["b", "a", "b"]))])).unwrap();
        assert_eq!(value, Value::object([("a", Value::Null), ("tags", Value::set(["a", "b"]))]));
    }

    #[test]
    fn a_misfit_is_named_by_its_path() {
        let ty = Type::object([("rules", Type::list(Type::object([("port", Type::Number)])))]);
        let value = Value::object([("rules", Value::list([Value::object([("port", "x")])]))]);
        let error = ty.conform(value).unwrap_err();
        assert_eq!(error.to_string(), "rules[0].port: needs a value of type number, has a string");
        let error = ty.conform(Value::object([("ruels", Value::Null)])).unwrap_err();
        assert_eq!(error.to_string(), r#"has no attribute "ruels""#);
    }

    #[test]
    fn a_bare_value_gets_its_type_where_any_is_allowed() {
        let value = Type::Dynamic.conform(Value::object([("a", 1)])).unwrap();
        assert_eq!(Type::of(&value), Type::object([("a", Type::Number)]));
    }
}
