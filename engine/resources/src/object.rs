//! Reading the attributes of a value into the model's types. What is null or not known yet reads as absent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use hotswap_sdk::Diagnostic;
use hotswap_value::{AttributePath, Number, Value};

use crate::diagnose::sentence;

/// An object that is being read, and where it is.
#[derive(Debug, Clone)]
pub(crate) struct Object<'a> {
    value: &'a Value,
    path: AttributePath,
}

impl<'a> Object<'a> {
    /// A whole block.
    pub(crate) fn root(value: &'a Value) -> Self {
        Self { value, path: AttributePath::root() }
    }

    /// The attribute as it is.
    pub(crate) fn get(&self, name: &str) -> &'a Value {
        self.value.get(name)
    }

    /// A nested object.
    pub(crate) fn object(&self, name: &str) -> Option<Object<'a>> {
        let value = self.get(name);
        value.is_known().then(|| Object { value, path: self.path.attribute(name) })
    }

    /// The objects of a list.
    pub(crate) fn objects(&self, name: &str) -> Option<Vec<Object<'a>>> {
        let path = self.path.attribute(name);
        let elements = self.get(name).as_elements()?;
        Some(elements.iter().enumerate().map(|(index, value)| Object { value, path: path.index(index) }).collect())
    }

    /// Text as one of the model's types.
    pub(crate) fn parse<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Diagnostic> {
        let parsed = self.get(name).as_str().map(str::parse).transpose();
        parsed.map_err(|error| self.wrong(name, error))
    }

    /// Text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).as_str().map(str::to_owned)
    }

    /// A whole number that fits.
    pub(crate) fn whole<T: TryFrom<u64>>(&self, name: &str) -> Result<Option<T>, Diagnostic> {
        let Some(number) = self.get(name).as_number() else { return Ok(None) };
        match number.to_u64().and_then(|number| T::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(self.wrong(name, format_args!("{number} is out of range"))),
        }
    }

    /// True or false.
    pub(crate) fn truth(&self, name: &str) -> Option<bool> {
        self.get(name).as_bool()
    }

    /// The texts of a set.
    pub(crate) fn texts(&self, name: &str) -> BTreeSet<String> {
        let elements = self.get(name).as_elements().unwrap_or_default();
        elements.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The texts of a map.
    pub(crate) fn map(&self, name: &str) -> BTreeMap<String, String> {
        let elements = self.get(name).as_map().into_iter().flatten();
        elements.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    }

    fn wrong(&self, name: &str, problem: impl Display) -> Diagnostic {
        Diagnostic::error("Invalid attribute value", sentence(problem)).at(self.path.attribute(name))
    }
}

/// The decimal a person would write for a float.
pub(crate) fn decimal(float: f64) -> Value {
    float.to_string().parse::<Number>().map_or(Value::Null, Value::from)
}

/// A set of texts.
pub(crate) fn texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Value {
    Value::set(texts.into_iter().map(String::as_str))
}
