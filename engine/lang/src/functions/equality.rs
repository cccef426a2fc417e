//! Whether two values are the same, where parts of them may not be known yet.

use crate::{Kind, Val};

/// Whether two values are equal; `None` if that depends on what is not known yet. Values of different types are not, but a null
/// equals any other null. Marks don't count.
pub(super) fn equal(a: &Val, b: &Val) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => None,
        (Kind::Null(_), Kind::Null(_)) => Some(true),
        _ => same(a, b),
    }
}

fn same(a: &Val, b: &Val) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => None,
        (Kind::Null(a), Kind::Null(b)) => Some(a == b),
        (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
        (Kind::Number(a), Kind::Number(b)) => Some(a == b),
        (Kind::String(a), Kind::String(b)) => Some(a == b),
        (Kind::Set(a_type, a), Kind::Set(b_type, b)) => {
            if a_type != b_type {
                return Some(false);
            }
            if a.iter().chain(b.iter()).all(Val::is_wholly_known) { Some(a == b) } else { None }
        }
        (Kind::List(a_type, a), Kind::List(b_type, b)) => {
            if a_type != b_type {
                return Some(false);
            }
            each_same(a.iter().zip(b.iter()), a.len() == b.len())
        }
        (Kind::Tuple(a), Kind::Tuple(b)) => each_same(a.iter().zip(b.iter()), a.len() == b.len()),
        (Kind::Map(a_type, a), Kind::Map(b_type, b)) => {
            if a_type != b_type {
                return Some(false);
            }
            each_same(a.values().zip(b.values()), a.keys().eq(b.keys()))
        }
        (Kind::Object(a), Kind::Object(b)) => each_same(a.values().zip(b.values()), a.keys().eq(b.keys())),
        _ => Some(false),
    }
}

fn each_same<'a>(mut pairs: impl Iterator<Item = (&'a Val, &'a Val)>, same_shape: bool) -> Option<bool> {
    if !same_shape {
        return Some(false);
    }
    pairs
        .try_fold(Some(true), |all, (a, b)| match same(a, b) {
            Some(false) => Err(Some(false)),
            Some(true) => Ok(all),
            None => Ok(None),
        })
        .unwrap_or_else(|different| different)
}
