//! Values without a type to go by: outputs, dynamic attributes, JSON documents. Null is a value here where a key has it.

use hotswap_value::{Value, json};

use super::{
    compare::{finish, hidden, keys, unknown},
    node::{Act, Node, Shape},
    pair::Pair,
    sequence,
};

/// The difference of two values by what they are.
pub(super) fn compare(pair: &Pair<'_>) -> Node {
    hidden(pair).or_else(|| unknown(pair, || known(&pair.gone()))).unwrap_or_else(|| known(pair))
}

/// What a value is like; values of different kinds are not compared part by part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Scalar,
    Text,
    List,
    Map,
}

fn likeness(value: &Value) -> Likeness {
    match value.bare() {
        Value::List(_) | Value::Set(_) => Likeness::List,
        Value::Map(_) => Likeness::Map,
        Value::String(text) if text.contains('\n') || document(text).is_some() => Likeness::Text,
        _ => Likeness::Scalar,
    }
}

fn known(pair: &Pair<'_>) -> Node {
    let kinds = (pair.before.map(likeness), pair.after.map(likeness));
    let kind = match kinds {
        (Some(before), Some(after)) if before == after => before,
        (Some(kind), None) | (None, Some(kind)) => kind,
        (None, None) => Likeness::Scalar,
        (Some(before), Some(after)) if texts(pair) && (before == Likeness::Text || after == Likeness::Text) => Likeness::Text,
        _ => return other(pair),
    };
    match kind {
        Likeness::Scalar => scalar(pair),
        Likeness::Text => text(pair),
        Likeness::List => finish(pair, Shape::List { elements: sequence::by_place(pair, compare), context: true }),
        Likeness::Map => {
            let attributes = keys(pair).into_iter().map(|key| (key.to_owned(), compare(&pair.at_name(key))));
            let attributes = attributes.collect();
            finish(pair, Shape::Object { attributes, of_schema: false })
        }
    }
}

fn texts(pair: &Pair<'_>) -> bool {
    [pair.before, pair.after].into_iter().flatten().all(|value| value.as_str().is_some())
}

fn scalar(pair: &Pair<'_>) -> Node {
    let owned = |value: Option<&Value>| value.map(|value| value.bare().clone());
    finish(pair, Shape::Scalar { before: owned(pair.before), after: owned(pair.after) })
}

fn text(pair: &Pair<'_>) -> Node {
    let sides = [pair.before, pair.after].into_iter().flatten().filter_map(Value::as_str);
    let Some(documents) = sides.map(document).collect::<Option<Vec<Value>>>() else { return scalar(pair) };
    let (before, after) = match (&*documents, pair.before) {
        ([before, after], _) => (Some(before), Some(after)),
        ([before], Some(_)) => (Some(before), None),
        ([after], None) => (None, Some(after)),
        _ => return scalar(pair),
    };
    let document = compare(&Pair { before, after, ..Pair::default() });
    let spaces = document.act == Act::Nothing && pair.before != pair.after;
    finish(pair, Shape::Json { document: Box::new(document), spaces })
}

/// The object or array a text is the JSON of.
fn document(text: &str) -> Option<Value> {
    // Cheap to tell for nearly every text.
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    json::from_text(text).ok().filter(|value| matches!(value, Value::Map(_) | Value::List(_)))
}

/// Something else in the place of something.
fn other(pair: &Pair<'_>) -> Node {
    let before = known(&pair.gone());
    let after = known(&Pair { before: None, ..pair.clone() });
    finish(pair, Shape::Other { before: Box::new(Node { replaces: false, ..before }), after: Box::new(Node { replaces: false, ..after }) })
}
