//! Which elements of two lists or sets belong together.

use std::collections::BTreeMap;

use hotswap_value::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{node::Node, pair::Pair};

/// Above so many pairs of elements a list is compared place by place: what is shown is longer, but it is shown soon.
const MOST_PAIRS: usize = 25_000_000;

/// The first with the first, and so on.
pub(super) fn by_place(pair: &Pair<'_>, mut each: impl FnMut(&Pair<'_>) -> Node) -> Vec<Node> {
    let (before, after) = (elements(pair.before).len(), elements(pair.after).len());
    let place = |index: usize, length: usize| (index < length).then_some(index);
    (0..before.max(after)).map(|index| each(&pair.at_index(place(index, before), place(index, after)))).collect()
}

/// Equal ones together, in order; what is between was added or removed. `objects`: what was removed and added in the same place is
/// taken for one object that changed.
pub(super) fn by_content(pair: &Pair<'_>, objects: bool, mut each: impl FnMut(&Pair<'_>) -> Node) -> Vec<Node> {
    let (before, after) = (elements(pair.before), elements(pair.after));
    if before.len().saturating_mul(after.len()) > MOST_PAIRS {
        return by_place(pair, each);
    }
    let mut nodes = Vec::new();
    let mut push = |before: Option<usize>, after: Option<usize>| nodes.push(each(&pair.at_index(before, after)));
    for op in capture_diff_slices(Algorithm::Myers, &numbered(before, after).0, &numbered(before, after).1) {
        let (old, new) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            old.zip(new).for_each(|(old, new)| push(Some(old), Some(new)));
            continue;
        }
        let paired = if objects { old.len().min(new.len()) } else { 0 };
        (0..paired).for_each(|offset| push(Some(old.start + offset), Some(new.start + offset)));
        old.skip(paired).for_each(|old| push(Some(old), None));
        new.skip(paired).for_each(|new| push(None, Some(new)));
    }
    nodes
}

/// Those that stay, those that go, those that come.
pub(super) fn by_membership(pair: &Pair<'_>, mut each: impl FnMut(&Pair<'_>) -> Node) -> Vec<Node> {
    let (before, after) = (elements(pair.before), elements(pair.after));
    // A set is marked as a whole or not at all, so elements carry no paths.
    let mut element = |before: Option<&Value>, after: Option<&Value>| each(&Pair { before, after, ..Pair::default() });
    let mut matched = vec![false; after.len()];
    let mut nodes = Vec::new();
    let mut places: BTreeMap<&Value, Vec<usize>> = BTreeMap::new();
    after.iter().enumerate().rev().for_each(|(index, value)| places.entry(value).or_default().push(index));
    for value in before {
        let found = places.get_mut(value).and_then(Vec::pop);
        found.iter().for_each(|index| matched[*index] = true);
        nodes.push(element(Some(value), found.map(|index| &after[index])));
    }
    let added = after.iter().zip(matched).filter(|(_, matched)| !matched);
    nodes.extend(added.map(|(value, _)| element(None, Some(value))));
    nodes
}

fn elements(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_elements).unwrap_or_default()
}

/// Both lists with a number in the place of each value, the same for equal ones.
fn numbered(before: &[Value], after: &[Value]) -> (Vec<usize>, Vec<usize>) {
    let mut numbers: BTreeMap<&Value, usize> = BTreeMap::new();
    let mut list = Vec::with_capacity(before.len() + after.len());
    for value in before.iter().chain(after) {
        let next = numbers.len();
        list.push(*numbers.entry(value).or_insert(next));
    }
    let after = list.split_off(before.len());
    (list, after)
}
