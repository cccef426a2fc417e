//! The order in which the elements of a set are gone through: Terraform's, which shows in `for`, `tolist` and in states.
//!
//! Text, numbers and bools by value; null and then unknown last. Everything else by a text that stands for the value.

use std::{cmp::Ordering, fmt::Write as _};

use crate::{Kind, Val};

pub(super) fn sort(elements: &mut [Val]) {
    let simple = |value: &Val| matches!(value.kind, Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Null(_) | Kind::Unknown(_));
    if elements.iter().all(simple) {
        elements.sort_by(compare);
    } else {
        elements.sort_by_cached_key(|value| (rank(value), text(value)));
    }
}

fn rank(value: &Val) -> u8 {
    match value.kind {
        Kind::Unknown(_) => 2,
        Kind::Null(_) => 1,
        _ => 0,
    }
}

fn compare(a: &Val, b: &Val) -> Ordering {
    match (&a.kind, &b.kind) {
        (Kind::Bool(a), Kind::Bool(b)) => a.cmp(b),
        (Kind::Number(a), Kind::Number(b)) => a.cmp(b),
        (Kind::String(a), Kind::String(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)),
    }
}

/// A text that is the same for equal values, made as Terraform makes it, so that the order is the same too.
fn text(value: &Val) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Val) {
    match &value.kind {
        Kind::Unknown(_) => out.push('?'),
        Kind::Null(_) => out.push('~'),
        Kind::Bool(truth) => out.push(if *truth { 'T' } else { 'F' }),
        // Writing to a String can't fail, here and below.
        Kind::Number(number) => drop(write!(out, "{number}")),
        Kind::String(text) => drop(write!(out, "{text:?}")),
        Kind::List(_, elements) | Kind::Set(_, elements) => write_all(out, '[', elements.iter(), ']'),
        Kind::Tuple(elements) => write_all(out, '<', elements.iter(), '>'),
        Kind::Object(attributes) => write_all(out, '<', attributes.values(), '>'),
        Kind::Map(_, elements) => {
            out.push('{');
            for (key, value) in &**elements {
                let _ = write!(out, "{key:?}:");
                write(out, value);
                out.push(';');
            }
            out.push('}');
        }
    }
}

fn write_all<'v>(out: &mut String, open: char, elements: impl Iterator<Item = &'v Val>, close: char) {
    out.push(open);
    for element in elements {
        write(out, element);
        out.push(';');
    }
    out.push(close);
}
