//! Conversion of values between types, and the one type several values have in common.

mod constraint;
mod unify;

use std::{collections::BTreeMap, sync::Arc};

use hotswap_value::{AttributePath, Step, Type};

pub use constraint::{convert_to_constraint, type_of_constraint};
pub use unify::unify;

use crate::{Kind, Val, number};
use unify::can_convert;

/// A value doesn't convert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if path.is_root() { String::new() } else { format!("{path}: ") })]
pub struct ConvertError {
    /// Where in the value.
    pub path: AttributePath,
    /// What is wrong there: `a number is required, not a list of string`. No capital, no trailing period. Never shows a marked value.
    pub message: String,
}

impl ConvertError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: AttributePath::root(), message: message.into() }
    }

    /// The same fault seen from one step further out. Paths are made on the way back, so that what converts costs none.
    fn under(self, step: Step) -> Self {
        Self { path: [step].into_iter().chain(self.path.steps().iter().cloned()).collect(), ..self }
    }
}

/// The value as one of type `ty`.
///
/// Text, numbers and bools convert where the text says such a value; tuples, lists and sets to lists and sets; objects and maps to
/// each other, attributes that `ty` doesn't have being dropped. [`Type::Dynamic`] takes every value as it is; as the element of a
/// collection it stands for the one type its elements have in common. Null and unknown stay what they are, of the type.
pub fn convert(value: &Val, ty: &Type) -> Result<Val, ConvertError> {
    at(value, ty)
}

/// A type as a message names it, with its article: `a list of string`, `an object`.
pub fn with_article(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "any value".to_owned(),
        Type::Object(_) => "an object".to_owned(),
        ty => format!("a {}", type_name(ty)),
    }
}

/// A type as a message names it: `list of string`, `object`.
pub fn type_name(ty: &Type) -> String {
    match ty {
        Type::List(element) if **element == Type::Dynamic => "list of any single type".to_owned(),
        Type::Set(element) if **element == Type::Dynamic => "set of any single type".to_owned(),
        Type::Map(element) if **element == Type::Dynamic => "map of any single type".to_owned(),
        Type::List(element) => format!("list of {}", type_name(element)),
        Type::Set(element) => format!("set of {}", type_name(element)),
        Type::Map(element) => format!("map of {}", type_name(element)),
        ty => ty.to_string(),
    }
}

fn at(value: &Val, ty: &Type) -> Result<Val, ConvertError> {
    if *ty == Type::Dynamic || has_type(value, ty) {
        return Ok(value.clone());
    }
    let kind = match (&value.kind, ty) {
        (Kind::Null(from), _) => {
            if *from != Type::Dynamic && !can_convert(from, ty, true) {
                return Err(mismatch(from, ty));
            }
            Kind::Null(ty.clone())
        }
        (Kind::Unknown(from), _) => {
            if !can_convert(from, ty, true) {
                return Err(mismatch(from, ty));
            }
            Kind::Unknown(unknown_as(from, ty))
        }
        (Kind::Number(number), Type::String) => Kind::String(number.to_string().into()),
        (Kind::Bool(truth), Type::String) => Kind::String(truth.to_string().into()),
        (Kind::String(text), Type::Number) => Kind::Number(number::parse(text).ok_or_else(|| ConvertError::new(required(ty, value)))?),
        (Kind::String(text), Type::Bool) => match &**text {
            "true" | "1" => Kind::Bool(true),
            "false" | "0" => Kind::Bool(false),
            _ => return Err(ConvertError::new(required(ty, value))),
        },
        (Kind::List(..) | Kind::Set(..) | Kind::Tuple(_), Type::List(element) | Type::Set(element)) => {
            let elements = value.as_elements().unwrap_or_default();
            let in_set = matches!(value.kind, Kind::Set(..));
            let converted = elements
                .iter()
                .enumerate()
                .map(|(index, value)| at(value, element).map_err(|error| if in_set { error } else { error.under(Step::Index(index)) }));
            let converted: Vec<Val> = converted.collect::<Result<_, _>>()?;
            let empty = source_element(value);
            let (element, converted) = same_type(element, converted, empty)?;
            let result = if matches!(ty, Type::Set(_)) { Val::set(element, converted) } else { Val::list(element, converted) };
            return Ok(result.marked(value.marks));
        }
        (Kind::Tuple(elements), Type::Tuple(types)) => {
            if elements.len() != types.len() {
                let message = format!("a tuple of {} is required, this one has {}", counted(types.len()), elements.len());
                return Err(ConvertError::new(message));
            }
            let converted = elements
                .iter()
                .zip(types)
                .enumerate()
                .map(|(index, (value, ty))| at(value, ty).map_err(|error| error.under(Step::Index(index))));
            Kind::Tuple(Arc::new(converted.collect::<Result<_, _>>()?))
        }
        (Kind::Map(_, elements) | Kind::Object(elements), Type::Map(element)) => {
            let (keys, values): (Vec<_>, Vec<_>) = elements.iter().unzip();
            let converted =
                keys.iter().zip(values).map(|(key, value)| at(value, element).map_err(|error| error.under(Step::Key(key.to_string()))));
            let converted = converted.collect::<Result<Vec<_>, _>>()?;
            let (element, converted) = same_type(element, converted, source_element(value))?;
            Kind::Map(element, Arc::new(keys.into_iter().cloned().zip(converted).collect()))
        }
        (Kind::Map(_, elements) | Kind::Object(elements), Type::Object(types)) => {
            let mut attributes = BTreeMap::new();
            for (name, ty) in types {
                let Some((name, value)) = elements.get_key_value(name.as_str()) else {
                    return Err(ConvertError::new(format!("attribute {name:?} is required")));
                };
                let value = at(value, ty).map_err(|error| error.under(Step::Attribute(name.to_string())))?;
                attributes.insert(name.clone(), value);
            }
            Kind::Object(Arc::new(attributes))
        }
        (_, ty) => return Err(ConvertError::new(required(ty, value))),
    };
    Ok(Val { kind, marks: value.marks })
}

/// Whether the value is of exactly this type, found without building the type.
pub(crate) fn has_type(value: &Val, ty: &Type) -> bool {
    match (&value.kind, ty) {
        (Kind::Bool(_), Type::Bool) | (Kind::Number(_), Type::Number) | (Kind::String(_), Type::String) => true,
        (Kind::Null(own) | Kind::Unknown(own), ty) => own == ty && !has_dynamic(ty),
        (Kind::List(own, _), Type::List(element)) | (Kind::Set(own, _), Type::Set(element)) | (Kind::Map(own, _), Type::Map(element)) => {
            own == &**element && !has_dynamic(element)
        }
        (Kind::Tuple(elements), Type::Tuple(types)) => {
            elements.len() == types.len() && elements.iter().zip(types).all(|(value, ty)| has_type(value, ty))
        }
        (Kind::Object(attributes), Type::Object(types)) => {
            attributes.len() == types.len()
                && attributes.iter().zip(types).all(|((name, value), (due, ty))| **name == **due && has_type(value, ty))
        }
        _ => false,
    }
}

/// Whether `any` stands somewhere in the type.
pub(crate) fn has_dynamic(ty: &Type) -> bool {
    match ty {
        Type::Dynamic => true,
        Type::List(element) | Type::Set(element) | Type::Map(element) => has_dynamic(element),
        Type::Tuple(types) => types.iter().any(has_dynamic),
        Type::Object(types) => types.values().any(has_dynamic),
        _ => false,
    }
}

/// The element type a collection has, for the case that it is empty.
fn source_element(value: &Val) -> Option<&Type> {
    match &value.kind {
        Kind::List(element, _) | Kind::Set(element, _) | Kind::Map(element, _) => Some(element),
        _ => None,
    }
}

/// Elements of a collection brought to one type: `element`, or, where that leaves it open, what they have in common.
fn same_type(element: &Type, values: Vec<Val>, empty: Option<&Type>) -> Result<(Type, Vec<Val>), ConvertError> {
    if !has_dynamic(element) {
        return Ok((element.clone(), values));
    }
    if values.is_empty() {
        let element = match empty {
            Some(own) if *element == Type::Dynamic => own,
            _ => element,
        };
        return Ok((element.clone(), values));
    }
    let types: Vec<Type> = values.iter().map(Val::ty).collect();
    let different = || ConvertError::new("all elements must have the same type");
    let common = unify(&types).ok_or_else(different)?;
    let values = values.iter().map(|value| at(value, &common)).collect::<Result<Vec<_>, _>>()?;
    // Where `any` remains within, the elements themselves must agree on what it stands for.
    if has_dynamic(&common) && common != Type::Dynamic {
        let first = values.iter().find(|value| !value.is_null() && !value.is_unknown()).map(Val::ty);
        if let Some(first) = first {
            return Ok((first, values));
        }
    }
    Ok((common, values))
}

/// What is known of the type of an unknown value of type `from` once it is converted to `to`.
fn unknown_as(from: &Type, to: &Type) -> Type {
    match (from, to) {
        (from, Type::Dynamic) => from.clone(),
        (Type::List(from) | Type::Set(from), Type::List(to)) => Type::list(unknown_as(from, to)),
        (Type::List(from) | Type::Set(from), Type::Set(to)) => Type::set(unknown_as(from, to)),
        (Type::Map(from), Type::Map(to)) => Type::map(unknown_as(from, to)),
        _ => to.clone(),
    }
}

fn mismatch(from: &Type, to: &Type) -> ConvertError {
    if let (Type::Object(from), Type::Object(to)) = (from, to)
        && let Some(name) = to.keys().find(|name| !from.contains_key(*name))
    {
        return ConvertError::new(format!("attribute {name:?} is required"));
    }
    ConvertError::new(format!("{} is required, not {}", with_article(to), with_article(from)))
}

fn required(ty: &Type, value: &Val) -> String {
    let what = with_article(ty);
    match &value.kind {
        Kind::String(text) if matches!(ty, Type::Number | Type::Bool) => {
            if value.marks.any() || text.chars().count() > 40 {
                format!("{what} is required, and this text is none")
            } else {
                format!("{what} is required, not {text:?}")
            }
        }
        _ => format!("{what} is required, not {}", with_article(&value.ty())),
    }
}

fn counted(elements: usize) -> String {
    if elements == 1 { "1 element".to_owned() } else { format!("{elements} elements") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Marks;

    fn message(value: &Val, ty: &Type) -> String {
        convert(value, ty).unwrap_err().to_string()
    }

    #[test]
    fn primitives_convert_where_the_text_says_such_a_value() {
        assert_eq!(convert(&"12".into(), &Type::Number), Ok(12_i64.into()));
        assert_eq!(convert(&"1".into(), &Type::Bool), Ok(true.into()));
        assert_eq!(convert(&Val::from(1_i64).marked(Marks::SENSITIVE), &Type::String), Ok(Val::from("1").marked(Marks::SENSITIVE)));
        assert_eq!(message(&"x".into(), &Type::Number), r#"a number is required, not "x""#);
        assert_eq!(message(&Val::from("x").marked(Marks::SENSITIVE), &Type::Bool), "a bool is required, and this text is none");
        assert_eq!(message(&1_i64.into(), &Type::Bool), "a bool is required, not a number");
    }

    #[test]
    fn elements_convert_with_their_collection_and_faults_are_named_by_path() {
        let ty = Type::object([("ports", Type::list(Type::Number))]);
        let value = Val::object([("ports", Val::tuple(["1".into(), 2_i64.into()])), ("more", true.into())]);
        let converted = convert(&value, &ty).unwrap();
        assert_eq!(converted, Val::object([("ports", Val::list(Type::Number, [1_i64.into(), 2_i64.into()]))]));
        let value = Val::object([("ports", Val::tuple(["1".into(), "b".into()]))]);
        assert_eq!(message(&value, &ty), r#"ports[1]: a number is required, not "b""#);
        assert_eq!(message(&Val::object::<&str>([]), &ty), r#"attribute "ports" is required"#);
    }

    #[test]
    fn any_within_a_collection_is_what_its_elements_have_in_common() {
        let ty = Type::list(Type::Dynamic);
        let converted = convert(&Val::tuple([1_i64.into(), "a".into()]), &ty).unwrap();
        assert_eq!(converted, Val::list(Type::String, ["1".into(), "a".into()]));
        assert_eq!(message(&Val::tuple([1_i64.into(), Val::tuple([])]), &ty), "all elements must have the same type");
    }

    #[test]
    fn null_and_unknown_stay_and_take_the_type() {
        assert_eq!(convert(&Val::null(), &Type::String), Ok(Kind::Null(Type::String).into()));
        assert_eq!(convert(&Val::unknown(), &Type::list(Type::Bool)), Ok(Kind::Unknown(Type::list(Type::Bool)).into()));
        assert!(convert(&Kind::Unknown(Type::Tuple(Vec::new())).into(), &Type::String).is_err());
    }
}
