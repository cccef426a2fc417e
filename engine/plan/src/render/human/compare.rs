//! From two values to the tree of their difference, along a schema or type; without one, by what the values are (`plain`).

use std::collections::{BTreeMap, BTreeSet};

use hotswap_sdk::schema::{Attribute, Kind, Nesting};
use hotswap_value::{Type, Value};

use super::{
    node::{Act, Hiding, Node, Shape},
    pair::Pair,
    plain, sequence,
};

/// An object by its schema's attributes. Those without a value on either side are left out.
pub(super) fn object(attributes: &BTreeMap<String, Attribute>, pair: &Pair<'_>) -> Node {
    let parts = attributes.iter().filter_map(|(name, attribute)| {
        let part = pair.at_name(name).without_null();
        if attribute.write_only {
            // It comes and goes with its object, whether it is set or not: that is nowhere to be seen.
            let act = Act::of(pair.before.map(|_| ()), pair.after.map(|_| ()));
            return Some((name.clone(), Node::new(act, Shape::WriteOnly)));
        }
        (part.before.is_some() || part.after.is_some()).then(|| (name.clone(), self::attribute(attribute, &part)))
    });
    finish(pair, Shape::Object { attributes: parts.collect(), of_schema: true })
}

fn attribute(attribute: &Attribute, pair: &Pair<'_>) -> Node {
    match &attribute.kind {
        Kind::Plain(ty) => by_type(ty, pair),
        Kind::Nested(nesting, attributes) => nested(*nesting, attributes, pair),
    }
}

fn nested(nesting: Nesting, attributes: &BTreeMap<String, Attribute>, pair: &Pair<'_>) -> Node {
    let gone = || match nesting {
        // Each attribute of the one object is shown on its way to what is not known yet.
        Nesting::Single => object(attributes, pair),
        _ => shape(nesting, attributes, &pair.gone()),
    };
    hidden(pair).or_else(|| unknown(pair, gone)).unwrap_or_else(|| shape(nesting, attributes, pair))
}

fn shape(nesting: Nesting, attributes: &BTreeMap<String, Attribute>, pair: &Pair<'_>) -> Node {
    let each = |pair: &Pair<'_>| {
        let pair = pair.clone().without_null();
        hidden(&pair).or_else(|| unknown(&pair, || object(attributes, &pair.gone()))).unwrap_or_else(|| object(attributes, &pair))
    };
    let shape = match nesting {
        Nesting::Single if is_map(pair) => return object(attributes, pair),
        Nesting::List if is_list(pair) => Shape::List { elements: sequence::by_place(pair, each), context: false },
        Nesting::Set if is_list(pair) => Shape::Set { elements: sequence::by_membership(pair, each) },
        Nesting::Map if is_map(pair) => {
            Shape::Map { elements: keys(pair).into_iter().map(|key| (key.to_owned(), each(&pair.at_name(key)))).collect() }
        }
        _ => return plain::compare(pair),
    };
    finish(pair, shape)
}

/// By a type. What is not of the type is shown by what it is.
pub(super) fn by_type(ty: &Type, pair: &Pair<'_>) -> Node {
    hidden(pair).or_else(|| unknown(pair, || known(ty, &pair.gone()))).unwrap_or_else(|| known(ty, pair))
}

fn known(ty: &Type, pair: &Pair<'_>) -> Node {
    let shape = match ty {
        Type::List(element) if is_list(pair) => {
            let objects = matches!(**element, Type::Object(_));
            Shape::List {
                elements: sequence::by_content(pair, objects, |pair| by_type(element, &pair.clone().without_null())),
                context: true,
            }
        }
        Type::Set(element) if is_list(pair) => {
            Shape::Set { elements: sequence::by_membership(pair, |pair| by_type(element, &pair.clone().without_null())) }
        }
        Type::Tuple(types) if is_list(pair) => {
            let mut types = types.iter();
            let each = |pair: &Pair<'_>| by_type(types.next().unwrap_or(&Type::Dynamic), &pair.clone().without_null());
            Shape::List { elements: sequence::by_place(pair, each), context: true }
        }
        Type::Map(element) if is_map(pair) => {
            let each = |key: &str| (key.to_owned(), by_type(element, &pair.at_name(key).without_null()));
            Shape::Map { elements: keys(pair).into_iter().map(each).collect() }
        }
        Type::Object(types) if is_map(pair) => {
            let attributes = types.iter().filter_map(|(name, ty)| {
                let part = pair.at_name(name).without_null();
                (part.before.is_some() || part.after.is_some()).then(|| (name.clone(), by_type(ty, &part)))
            });
            Shape::Object { attributes: attributes.collect(), of_schema: false }
        }
        _ => return plain::compare(pair),
    };
    finish(pair, shape)
}

/// What stands for a pair of which one side is hidden.
pub(super) fn hidden(pair: &Pair<'_>) -> Option<Node> {
    let before = pair.before.is_some() && pair.before_sensitive.hold_this();
    let after = pair.after.is_some() && pair.after_sensitive.hold_this();
    if !before && !after {
        return None;
    }
    let change = match (pair.before.is_some() && pair.after.is_some(), before, after) {
        (true, false, true) => Some(Hiding::Begins),
        (true, true, false) => Some(Hiding::Ends),
        _ => None,
    };
    let mut node = finish(pair, Shape::Sensitive { change });
    if change.is_some() {
        node.act = Act::Update;
    }
    Some(node)
}

/// What stands for a pair whose outcome is not known; `gone` shows what there was.
pub(super) fn unknown(pair: &Pair<'_>, gone: impl FnOnce() -> Node) -> Option<Node> {
    pair.after.filter(|after| after.is_unknown())?;
    let before = pair.before.filter(|before| !before.is_unknown()).map(|_| Box::new(gone()));
    let act = if before.is_some() { Act::Update } else { Act::Create };
    Some(Node { replaces: pair.replace.hold_this(), ..Node::new(act, Shape::Unknown { before }) })
}

/// A node for the pair, with what happens to it.
pub(super) fn finish(pair: &Pair<'_>, shape: Shape) -> Node {
    let mut act = Act::of(pair.before.map(Value::bare), pair.after.map(Value::bare));
    // Equal values differ all the same where a part begins or ceases to be hidden.
    if act == Act::Nothing && shape.has_change() {
        act = Act::Update;
    }
    Node { replaces: pair.replace.hold_this(), ..Node::new(act, shape) }
}

/// The keys or attributes of both sides.
pub(super) fn keys<'a>(pair: &Pair<'a>) -> BTreeSet<&'a str> {
    [pair.before, pair.after].into_iter().flatten().filter_map(Value::as_map).flat_map(|map| map.keys().map(String::as_str)).collect()
}

fn is_list(pair: &Pair<'_>) -> bool {
    [pair.before, pair.after].into_iter().flatten().all(|value| value.as_elements().is_some())
}

fn is_map(pair: &Pair<'_>) -> bool {
    [pair.before, pair.after].into_iter().flatten().all(|value| value.as_map().is_some() || value.is_unknown())
}
