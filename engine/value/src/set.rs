//! The elements of a set value: always sorted, never the same known element twice.

use std::ops::Deref;

use crate::Value;

/// The elements of a set, in their one order.
///
/// Equal wholly known elements are held once; elements that are not yet wholly known may turn out to differ, so all of them stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Set(Vec<Value>);

impl Set {
    /// The elements, sorted.
    pub fn into_vec(self) -> Vec<Value> {
        self.0
    }
}

impl Deref for Set {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0
    }
}

impl FromIterator<Value> for Set {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self(elements)
    }
}

impl IntoIterator for Set {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Set {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_repetition_do_not_matter() {
        let a = Value::set(["b", "a", "b"].map(Value::from));
        let b = Value::set(["a", "b"].map(Value::from));
        assert_eq!(a, b);
    }

    #[test]
    fn unknown_elements_are_not_merged() {
        let set: Set = [Value::Unknown, Value::from("a"), Value::Unknown].into_iter().collect();
        assert_eq!(set.len(), 3);
    }
}
