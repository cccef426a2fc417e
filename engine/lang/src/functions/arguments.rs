//! The arguments of one call, read as what the function's parameters say they are.

use std::{collections::BTreeMap, sync::Arc};

use hotswap_value::Number;

use super::FunctionError;
use crate::{Kind, Scope, Val};

/// One call: its arguments, converted, and where it happens.
pub(super) struct Call<'a> {
    /// The arguments.
    pub(super) arguments: &'a [Val],
    /// Where it happens.
    pub(super) scope: &'a dyn Scope,
}

impl Call<'_> {
    /// How many arguments were given.
    pub(super) fn count(&self) -> usize {
        self.arguments.len()
    }

    /// An argument.
    pub(super) fn value(&self, index: usize) -> &Val {
        &self.arguments[index]
    }

    /// An argument the function takes as text; empty if it is anything else.
    pub(super) fn text(&self, index: usize) -> &str {
        self.arguments[index].as_str().unwrap_or_default()
    }

    /// An argument that must be a number.
    pub(super) fn number(&self, index: usize) -> Result<&Number, FunctionError> {
        self.arguments[index].as_number().ok_or_else(|| FunctionError::at(index, "must be a number"))
    }

    /// An argument that must be a whole number that fits 64 bits.
    pub(super) fn integer(&self, index: usize) -> Result<i64, FunctionError> {
        let number = self.number(index)?;
        number.to_i64().ok_or_else(|| FunctionError::at(index, format!("must be a whole number of at most 64 bits, not {}", brief(number))))
    }

    /// The elements of an argument that is a list, set or tuple; none if it is anything else.
    pub(super) fn elements(&self, index: usize) -> &[Val] {
        self.arguments[index].as_elements().unwrap_or_default()
    }

    /// The elements of an argument that must be a list or tuple.
    pub(super) fn sequence(&self, index: usize) -> Result<&[Val], FunctionError> {
        match &self.arguments[index].kind {
            Kind::List(_, elements) | Kind::Tuple(elements) => Ok(elements),
            _ => Err(FunctionError::at(index, format!("must be a list or tuple, not {}", a_kind(&self.arguments[index])))),
        }
    }

    /// The elements of an argument that must be a map or object.
    pub(super) fn map(&self, index: usize) -> Result<&BTreeMap<Arc<str>, Val>, FunctionError> {
        self.arguments[index]
            .as_map()
            .ok_or_else(|| FunctionError::at(index, format!("must be a map or object, not {}", a_kind(&self.arguments[index]))))
    }

    /// The same arguments from `start` on with their indexes.
    pub(super) fn from(&self, start: usize) -> impl Iterator<Item = (usize, &Val)> {
        self.arguments.iter().enumerate().skip(start)
    }
}

/// A number as messages show it, long ones cut.
fn brief(number: &Number) -> String {
    let text = number.to_string();
    match text.get(..40) {
        Some(start) if text.len() > 40 => format!("{start}…"),
        _ => text,
    }
}

/// What a value is, for a message.
pub(super) fn a_kind(value: &Val) -> &'static str {
    match &value.kind {
        Kind::Null(_) => "null",
        Kind::Bool(_) => "a bool",
        Kind::Number(_) => "a number",
        Kind::String(_) => "a string",
        Kind::List(..) => "a list",
        Kind::Set(..) => "a set",
        Kind::Map(..) => "a map",
        Kind::Tuple(_) => "a tuple",
        Kind::Object(_) => "an object",
        Kind::Unknown(_) => "a value that is not known yet",
    }
}
