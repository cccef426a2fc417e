//! Checks of configured values. A check sees a value that is known and not null; parts of it may still be unknown.

use std::{fmt, ops::RangeInclusive, sync::Arc};

use hotswap_value::{AttributePath, Number, Value};

use crate::Diagnostic;

/// A check of one value (or block).
#[derive(Clone)]
pub struct Validator {
    description: Arc<str>,
    check: Arc<Check>,
}

type Check = dyn Fn(&Value, &AttributePath) -> Vec<Diagnostic> + Send + Sync;

impl Validator {
    /// A check that makes its own diagnostics. `description` says in Markdown what must hold.
    pub fn new(description: impl Into<String>, check: impl Fn(&Value, &AttributePath) -> Vec<Diagnostic> + Send + Sync + 'static) -> Self {
        Self { description: description.into().into(), check: Arc::new(check) }
    }

    /// What must hold, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Runs the check. Says nothing of null and unknown values.
    pub fn check(&self, value: &Value, path: &AttributePath) -> Vec<Diagnostic> {
        if value.is_known() { (self.check)(value.bare(), path) } else { Vec::new() }
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Validator({})", self.description)
    }
}

/// Text of so many characters.
pub fn length(range: RangeInclusive<usize>) -> Validator {
    let description = format!("{} to {} characters", range.start(), range.end());
    Validator::new(description, move |value, path| {
        let Some(text) = value.as_str() else { return Vec::new() };
        let count = text.chars().count();
        if range.contains(&count) {
            return Vec::new();
        }
        vec![invalid(path, format!("needs {} to {} characters, has {count}", range.start(), range.end()))]
    })
}

/// Text for which `check` gives no reason against it. The reason completes "Attribute x …", as in "is not a version: …".
pub fn text(description: impl Into<String>, check: impl Fn(&str) -> Result<(), String> + Send + Sync + 'static) -> Validator {
    Validator::new(description, move |value, path| match value.as_str().map(&check) {
        Some(Err(reason)) => vec![invalid(path, reason)],
        _ => Vec::new(),
    })
}

/// One of these texts.
pub fn one_of(allowed: &'static [&'static str]) -> Validator {
    let list = allowed.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ");
    Validator::new(format!("One of {list}"), move |value, path| match value.as_str() {
        Some(text) if !allowed.contains(&text) => {
            let list = allowed.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ");
            vec![invalid(path, format!("must be one of {list}, not {text:?}"))]
        }
        _ => Vec::new(),
    })
}

/// A whole number in a range.
pub fn whole_number(range: RangeInclusive<i64>) -> Validator {
    let says = |range: &RangeInclusive<i64>| match (*range.start(), *range.end()) {
        (start, i64::MAX) => format!("a whole number of at least {start}"),
        (start, end) => format!("a whole number from {start} to {end}"),
    };
    Validator::new(format!("Must be {}", says(&range)), move |value, path| match value.as_number() {
        Some(number) if !number.to_i64().is_some_and(|number| range.contains(&number)) => {
            vec![invalid(path, format!("must be {}, not {number}", says(&range)))]
        }
        _ => Vec::new(),
    })
}

/// Any number in a range.
pub fn number_between(range: RangeInclusive<f64>) -> Validator {
    let says = format!("a number from {} to {}", range.start(), range.end());
    Validator::new(format!("Must be {says}"), move |value, path| match value.as_number() {
        Some(number) if !range.contains(&Number::to_f64(number)) => vec![invalid(path, format!("must be {says}, not {number}"))],
        _ => Vec::new(),
    })
}

/// Of an object: exactly one of these attributes is set. Passes while an unknown one may still make it so.
pub fn exactly_one_of(names: &'static [&'static str]) -> Validator {
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Validator::new(format!("Exactly one of {list} must be set"), move |value, path| {
        let set: Vec<&str> = names.iter().copied().filter(|name| value.get(name).is_known()).collect();
        let open = names.iter().any(|name| value.get(name).is_unknown());
        let found = match set.as_slice() {
            [_] => return Vec::new(),
            [] if open => return Vec::new(),
            [] => "none is".to_owned(),
            several => format!("{} are", several.join(" and ")),
        };
        vec![invalid(path, format!("needs exactly one of {} to be set, {found}", names.join(", ")))]
    })
}

/// Of a list or set: every element passes.
pub fn each(validator: Validator) -> Validator {
    Validator::new(validator.description().to_owned(), move |value, path| match value {
        Value::List(elements) => {
            elements.iter().enumerate().flat_map(|(index, element)| validator.check(element, &path.index(index))).collect()
        }
        Value::Set(elements) => elements.iter().flat_map(|element| validator.check(element, path)).collect(),
        _ => Vec::new(),
    })
}

/// An error of the value at `path`; `problem` completes "Attribute x …".
pub fn invalid(path: &AttributePath, problem: impl fmt::Display) -> Diagnostic {
    let subject = if path.is_root() { "The block".to_owned() } else { format!("Attribute {path}") };
    let diagnostic = Diagnostic::error("Invalid attribute value", format!("{subject} {problem}."));
    if path.is_root() { diagnostic } else { diagnostic.at(path.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(validator: &Validator, value: impl Into<Value>) -> Vec<String> {
        validator.check(&value.into(), &AttributePath::from("x")).into_iter().map(|diagnostic| diagnostic.detail).collect()
    }

    #[test]
    fn a_misfit_is_told_with_what_was_found() {
        assert_eq!(details(&length(1..=3), "four"), ["Attribute x needs 1 to 3 characters, has 4."]);
        assert_eq!(details(&one_of(&["a", "b"]), "c"), [r#"Attribute x must be one of "a", "b", not "c"."#]);
        assert_eq!(details(&whole_number(1..=9), 10), ["Attribute x must be a whole number from 1 to 9, not 10."]);
        assert_eq!(details(&whole_number(0..=i64::MAX), -1), ["Attribute x must be a whole number of at least 0, not -1."]);
        let half: Number = "0.5".parse().unwrap();
        assert_eq!(details(&whole_number(0..=9), half), ["Attribute x must be a whole number from 0 to 9, not 0.5."]);
    }

    #[test]
    fn null_and_unknown_pass_every_check() {
        let never = Validator::new("nothing", |_, path| vec![invalid(path, "is wrong")]);
        assert_eq!(details(&never, Value::Null), Vec::<String>::new());
        assert_eq!(details(&never, Value::Unknown), Vec::<String>::new());
        assert_eq!(details(&never, 1).len(), 1);
    }

    #[test]
    fn exactly_one_means_neither_none_nor_two() {
        let check = exactly_one_of(&["a", "b"]);
        let object = |a: Value, b: Value| Value::object([("a", a), ("b", b)]);
        assert_eq!(details(&check, object(Value::Null, Value::Null)), ["Attribute x needs exactly one of a, b to be set, none is."]);
        assert_eq!(details(&check, object(1.into(), 2.into())), ["Attribute x needs exactly one of a, b to be set, a and b are."]);
        assert!(details(&check, object(1.into(), Value::Null)).is_empty());
        assert!(details(&check, object(Value::Unknown, Value::Null)).is_empty());
    }
}
