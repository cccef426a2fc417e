//! A value before and after, with what is known of both: the input of a comparison.

use hotswap_value::{AttributePath, Value};

use crate::render::sensitive::Paths;

/// The same part of an object before and after. `None`: it isn't there.
#[derive(Debug, Clone, Default)]
pub(super) struct Pair<'a> {
    pub(super) before: Option<&'a Value>,
    pub(super) after: Option<&'a Value>,
    pub(super) before_sensitive: Paths<'a>,
    pub(super) after_sensitive: Paths<'a>,
    pub(super) replace: Paths<'a>,
}

impl<'a> Pair<'a> {
    /// Two whole values; null is absence.
    pub(super) fn new(before: &'a Value, after: &'a Value) -> Self {
        Self { before: Some(before), after: Some(after), ..Self::default() }.without_null()
    }

    pub(super) fn sensitive(self, before: &'a [AttributePath], after: &'a [AttributePath]) -> Self {
        Self { before_sensitive: Paths::new(before), after_sensitive: Paths::new(after), ..self }
    }

    pub(super) fn replaced_by(self, paths: &'a [AttributePath]) -> Self {
        Self { replace: Paths::new(paths), ..self }
    }

    /// With null as absence, as where a type says what is to be there.
    pub(super) fn without_null(self) -> Self {
        let present = |value: Option<&'a Value>| value.filter(|value| !value.is_null());
        Self { before: present(self.before), after: present(self.after), ..self }
    }

    /// An attribute or the element of a key; where it is missing, it is absent.
    pub(super) fn at_name(&self, name: &str) -> Self {
        let part = |value: Option<&'a Value>| value.and_then(|value| value.as_map()).and_then(|parts| parts.get(name));
        Self {
            // Whatever is asked of something unknown is unknown.
            after: part(self.after).or(self.after.filter(|value| value.is_unknown())),
            before: part(self.before),
            before_sensitive: self.before_sensitive.of_name(name),
            after_sensitive: self.after_sensitive.of_name(name),
            replace: self.replace.of_name(name),
        }
    }

    /// Elements of two lists, by their places; `None`: no such element.
    pub(super) fn at_index(&self, before: Option<usize>, after: Option<usize>) -> Self {
        let part = |value: Option<&'a Value>, index: Option<usize>| {
            value.and_then(Value::as_elements).zip(index).and_then(|(all, at)| all.get(at))
        };
        let paths = |paths: &Paths<'a>, index: Option<usize>| index.map(|index| paths.of_index(index)).unwrap_or_default();
        Self {
            before: part(self.before, before),
            after: part(self.after, after),
            before_sensitive: paths(&self.before_sensitive, before),
            after_sensitive: paths(&self.after_sensitive, after),
            replace: paths(&self.replace, after.or(before)),
        }
    }

    /// What was there, as something that goes.
    pub(super) fn gone(&self) -> Self {
        Self { after: None, replace: Paths::default(), ..self.clone() }
    }
}
