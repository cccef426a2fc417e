//! Different texts that mean the same: `60s` and `1m`, JSON with other spaces. What was written first stays.

use hotswap_model::Span;
use hotswap_value::Value;

/// How the values of an attribute are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Lengths of time.
    Span,
    /// JSON documents.
    Json,
    /// Numbers that are kept as floats.
    Float,
    /// Objects in which nothing may be set, which is as good as no object.
    Empty,
}

/// Attributes whose values may mean the same without being equal: their names from the outside in, indices left out.
pub(crate) type Meanings = &'static [(&'static [&'static str], Meaning)];

/// `value`, but with the text of `reference` wherever both mean the same.
pub(crate) fn keep(meanings: Meanings, reference: &Value, value: Value) -> Value {
    walk(meanings, &mut Vec::new(), reference, value)
}

fn walk(meanings: Meanings, names: &mut Vec<String>, reference: &Value, value: Value) -> Value {
    match (reference, value) {
        (Value::Map(before), Value::Map(after)) => {
            let kept = after.into_iter().map(|(name, value)| {
                names.push(name);
                let kept = match before.get(names.last().map(String::as_str).unwrap_or_default()) {
                    Some(before) => walk(meanings, names, before, value),
                    None => value,
                };
                (names.pop().unwrap_or_default(), kept)
            });
            Value::Map(kept.collect())
        }
        (Value::List(before), Value::List(after)) if before.len() == after.len() => {
            Value::List(before.iter().zip(after).map(|(before, value)| walk(meanings, names, before, value)).collect())
        }
        (before, value) => {
            let meaning = meanings.iter().find(|(path, _)| path.iter().eq(names.iter())).map(|(_, meaning)| *meaning);
            if meaning.is_some_and(|meaning| same(meaning, before, &value)) { before.clone() } else { value }
        }
    }
}

fn same(meaning: Meaning, a: &Value, b: &Value) -> bool {
    fn both<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
        a.is_some() && a == b
    }
    match meaning {
        Meaning::Span => {
            let span = |value: &Value| value.as_str().and_then(|text| text.parse::<Span>().ok());
            both(span(a), span(b))
        }
        Meaning::Json => {
            let json = |value: &Value| value.as_str().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
            both(json(a), json(b))
        }
        Meaning::Float => both(a.as_f64(), b.as_f64()),
        Meaning::Empty => is_empty(a) && is_empty(b),
    }
}

/// Whether it is null, or an object of nulls.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Map(attributes) => attributes.values().all(Value::is_null),
        value => value.is_null(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEANINGS: Meanings = &[
        (&["check", "timeout"], Meaning::Span),
        (&["config"], Meaning::Json),
        (&["steps", "hold"], Meaning::Span),
        (&["limits"], Meaning::Empty),
    ];

    fn object(timeout: &str, config: &str, hold: &str, label: &str) -> Value {
        Value::object([
            ("check", Value::object([("timeout", timeout)])),
            ("config", config.into()),
            ("steps", Value::list([Value::object([("hold", hold)])])),
            ("label", label.into()),
        ])
    }

    #[test]
    fn what_means_the_same_stays_as_it_was_written() {
        let kept = keep(MEANINGS, &object("60s", r#"{"a":1}"#, "120s", "60s"), object("1m", r#"{ "a": 1 }"#, "2m", "1m"));
        assert_eq!(kept, object("60s", r#"{"a":1}"#, "120s", "1m"));
    }

    #[test]
    fn what_means_something_else_changes() {
        let after = object("61s", r#"{"a":2}"#, "1s", "x");
        assert_eq!(keep(MEANINGS, &object("60s", r#"{"a":1}"#, "120s", "x"), after.clone()), after);
        assert_eq!(keep(MEANINGS, &Value::Null, after.clone()), after);
    }

    #[test]
    fn an_object_in_which_nothing_is_set_is_as_good_as_none() {
        let block = |limits: Value| Value::object([("limits", limits)]);
        let limits = |most: Option<i32>| block(Value::object([("most", most)]));
        for before in [block(Value::Null), limits(None)] {
            assert_eq!(keep(MEANINGS, &before, block(Value::Null)), before);
            assert_eq!(keep(MEANINGS, &before, limits(None)), before);
            assert_eq!(keep(MEANINGS, &before, limits(Some(1))), limits(Some(1)));
        }
    }
}
