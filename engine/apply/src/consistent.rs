//! Whether a value keeps what a plan promised: what was known then is the same now; what was unknown may be anything.

use hotswap_value::{AttributePath, Value};

/// The first place where `actual` is not what `planned` said; `None` if it keeps to it.
pub(crate) fn broken(planned: &Value, actual: &Value) -> Option<AttributePath> {
    at(planned, actual, &AttributePath::root())
}

/// The first place where a value is not known; `None` if all of it is.
pub(crate) fn unknown(value: &Value) -> Option<AttributePath> {
    unknown_at(value, &AttributePath::root())
}

fn at(planned: &Value, actual: &Value, path: &AttributePath) -> Option<AttributePath> {
    let here = || Some(path.clone());
    match (planned.bare(), actual.bare()) {
        (Value::Unknown, _) => None,
        (Value::List(planned), Value::List(actual)) if planned.len() == actual.len() => {
            planned.iter().zip(actual).enumerate().find_map(|(index, (planned, actual))| at(planned, actual, &path.index(index)))
        }
        (Value::Map(planned), Value::Map(actual)) if planned.len() == actual.len() => planned.iter().find_map(|(name, planned)| {
            let path = path.attribute(name);
            match actual.get(name) {
                Some(actual) => at(planned, actual, &path),
                None => Some(path),
            }
        }),
        (Value::Set(planned), Value::Set(actual)) => {
            // Elements have no place in a set: each must keep to some element of the other, and unknown ones may have become alike.
            let kept = |planned: &Value| actual.iter().any(|actual| at(planned, actual, path).is_none());
            let meant = |actual: &Value| planned.iter().any(|planned| at(planned, actual, path).is_none());
            if planned.iter().all(kept) && actual.iter().all(meant) { None } else { here() }
        }
        (planned, actual) if planned == actual => None,
        _ => here(),
    }
}

fn unknown_at(value: &Value, path: &AttributePath) -> Option<AttributePath> {
    match value.bare() {
        Value::Unknown => Some(path.clone()),
        Value::List(elements) => elements.iter().enumerate().find_map(|(index, value)| unknown_at(value, &path.index(index))),
        Value::Set(elements) => elements.iter().find_map(|value| unknown_at(value, path)),
        Value::Map(elements) => elements.iter().find_map(|(name, value)| unknown_at(value, &path.attribute(name))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(id: Value, tags: Value) -> Value {
        Value::object([("id", id), ("tags", tags)])
    }

    #[test]
    fn what_was_unknown_may_be_anything_and_what_was_known_stays() {
        let planned = object(Value::Unknown, Value::list(["a", "b"]));
        assert_eq!(broken(&planned, &object("x".into(), Value::list(["a", "b"]))), None);
        assert_eq!(broken(&planned, &object("x".into(), Value::list(["a", "c"]))).unwrap().to_string(), "tags[1]");
        assert_eq!(broken(&planned, &object("x".into(), Value::list(["a"]))).unwrap().to_string(), "tags");
        assert_eq!(broken(&Value::Null, &"x".into()).unwrap().to_string(), "");
    }

    #[test]
    fn elements_of_a_set_are_matched_by_what_they_are() {
        let planned = Value::set([Value::from("a"), Value::Unknown]);
        assert_eq!(broken(&planned, &Value::set(["a", "z"])), None);
        assert_eq!(broken(&planned, &Value::set(["a"])), None);
        assert!(broken(&planned, &Value::set(["z"])).is_some());
        assert!(broken(&Value::set(["a"]), &Value::set(["a", "z"])).is_some());
    }

    #[test]
    fn what_is_left_unknown_is_found() {
        assert_eq!(unknown(&object("x".into(), Value::list([Value::Unknown]))).unwrap().to_string(), "tags[0]");
        assert_eq!(unknown(&object("x".into(), Value::Null)), None);
    }
}
