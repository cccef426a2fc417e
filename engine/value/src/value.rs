//! A value of the language. Conversion to and from encodings lives in `msgpack` and `json`.

use std::{cmp::Ordering, collections::BTreeMap};

use crate::{AttributePath, Number, Set, Step, Type, composed};

/// A value, or the absence of one ([`Value::Null`]), or one not known before apply ([`Value::Unknown`]).
///
/// A value doesn't carry its type: lists and tuples are both [`Value::List`], maps and objects both [`Value::Map`].
/// Only where the type is dynamic does it come along, as [`Value::Dynamic`]; accessors see through it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// A value that is not known yet.
    Unknown,
    /// True or false.
    Bool(bool),
    /// An exact decimal number.
    Number(Number),
    /// Text.
    String(String),
    /// The elements of a list or a tuple.
    List(Vec<Value>),
    /// The elements of a set.
    Set(Set),
    /// The elements of a map or the attributes of an object.
    Map(BTreeMap<String, Value>),
    /// A value of a dynamic attribute with the type it was given.
    Dynamic(Box<Typed>),
}

/// A value and its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The type, itself not dynamic.
    pub ty: Type,
    /// The value, of that type.
    pub value: Value,
}

static NULL: Value = Value::Null;

impl Value {
    /// An object or map.
    pub fn object<K: Into<String>, V: Into<Value>>(attributes: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(attributes.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// A list or tuple.
    pub fn list<V: Into<Value>>(elements: impl IntoIterator<Item = V>) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }

    /// A set.
    pub fn set<V: Into<Value>>(elements: impl IntoIterator<Item = V>) -> Self {
        Self::Set(elements.into_iter().map(Into::into).collect())
    }

    /// The value without the type a dynamic one carries.
    pub fn bare(&self) -> &Value {
        match self {
            Self::Dynamic(typed) => typed.value.bare(),
            value => value,
        }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self.bare(), Self::Null)
    }

    /// Whether the value as a whole is not known yet. Parts of a known value may still be unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self.bare(), Self::Unknown)
    }

    /// Whether nothing in the value is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self.bare() {
            Self::Unknown => false,
            Self::List(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Set(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(elements) => elements.values().all(Self::is_wholly_known),
            _ => true,
        }
    }

    /// Whether there is a value and it is known (its parts may not be).
    pub fn is_known(&self) -> bool {
        !self.is_null() && !self.is_unknown()
    }

    /// The attribute or key `name`; null if there is none, or if this is no object or map.
    pub fn get(&self, name: &str) -> &Value {
        match self.bare() {
            Self::Map(elements) => elements.get(name).unwrap_or(&NULL),
            _ => &NULL,
        }
    }

    /// What `path` leads to; `None` if some step leads nowhere. The value below an unknown is unknown.
    pub fn at(&self, path: &AttributePath) -> Option<&Value> {
        path.steps().iter().try_fold(self, |value, step| match (value.bare(), step) {
            (unknown @ Self::Unknown, _) => Some(unknown),
            (Self::Map(elements), Step::Attribute(name) | Step::Key(name)) => elements.get(name),
            (Self::List(elements), Step::Index(index)) => elements.get(*index),
            _ => None,
        })
    }

    /// Sets an attribute of an object. Anything but an object is left alone.
    pub fn set_attribute(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        if let Self::Map(attributes) = self {
            attributes.insert(name.into(), value.into());
        }
    }

    /// This object with one attribute set.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set_attribute(name, value);
        self
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self.bare() {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is a bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self.bare() {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<&Number> {
        match self.bare() {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The number, if it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::to_i64)
    }

    /// The number, if it is whole, not negative and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number().and_then(Number::to_u64)
    }

    /// The nearest float, if this is a number.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(Number::to_f64)
    }

    /// The elements of a list, tuple or set.
    pub fn as_elements(&self) -> Option<&[Value]> {
        match self.bare() {
            Self::List(elements) => Some(elements),
            Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// The elements of a map or the attributes of an object.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self.bare() {
            Self::Map(elements) => Some(elements),
            _ => None,
        }
    }

    /// The value with every unknown in it replaced by null.
    #[must_use]
    pub fn unknown_as_null(self) -> Self {
        match self {
            Self::Unknown => Self::Null,
            Self::List(elements) => Self::List(elements.into_iter().map(Self::unknown_as_null).collect()),
            Self::Set(elements) => Self::Set(elements.into_iter().map(Self::unknown_as_null).collect()),
            Self::Map(elements) => Self::Map(elements.into_iter().map(|(key, value)| (key, value.unknown_as_null())).collect()),
            Self::Dynamic(typed) => Self::Dynamic(Box::new(Typed { ty: typed.ty, value: typed.value.unknown_as_null() })),
            value => value,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::String(_) => 3,
            Self::List(_) => 4,
            Self::Set(_) => 5,
            Self::Map(_) => 6,
            Self::Dynamic(_) => 7,
            Self::Unknown => 8,
        }
    }
}

/// One total order, so that sets have one form: by kind, then by value; null first, unknown last.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::List(a), Self::List(b)) => a.cmp(b),
            (Self::Set(a), Self::Set(b)) => a.cmp(b),
            (Self::Map(a), Self::Map(b)) => a.cmp(b),
            (Self::Dynamic(a), Self::Dynamic(b)) => a.value.cmp(&b.value).then_with(|| a.ty.cmp(&b.ty)),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(composed(text.into()).into_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(composed(text.into()).into_owned())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Number(i64::from(number).into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(u64::from(number).into())
    }
}

/// `None` is null.
impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accessors_see_through_a_dynamic_value() {
        let value = Value::Dynamic(Box::new(Typed { ty: Type::map(Type::Number), value: Value::object([("a", 1)]) }));
        assert_eq!(value.get("a").as_i64(), Some(1));
        assert!(Value::Dynamic(Box::new(Typed { ty: Type::String, value: Value::Null })).is_null());
    }

    #[test]
    fn a_path_leads_to_a_part_and_stops_at_an_unknown() {
        let value = Value::object([("rules", Value::list([Value::object([("labels", Value::Unknown)])]))]);
        let labels = AttributePath::from("rules").index(0).attribute("labels");
        assert_eq!(value.at(&labels), Some(&Value::Unknown));
        assert_eq!(value.at(&labels.key("a")), Some(&Value::Unknown));
        assert_eq!(value.at(&AttributePath::from("rules").index(1)), None);
    }

    #[test]
    fn a_value_with_an_unknown_anywhere_is_not_wholly_known() {
        let value = Value::object([("a", Value::list([Value::Unknown]))]);
        assert!(value.is_known() && !value.is_wholly_known());
        assert!(value.unknown_as_null().is_wholly_known());
    }
}
