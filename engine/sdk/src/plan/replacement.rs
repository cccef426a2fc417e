//! Which changed attributes mean a new object.

use std::collections::BTreeMap;

use hotswap_value::{AttributePath, Value};

use crate::{
    Attribute,
    schema::{Kind, Nesting, nested_objects},
};

/// The flagged attributes whose planned value differs from the prior one (unknown differs), and those the resource asked for, if they differ.
pub(super) fn paths(
    attributes: &BTreeMap<String, Attribute>,
    prior: &Value,
    planned: &Value,
    asked: Vec<AttributePath>,
) -> Vec<AttributePath> {
    let mut paths: Vec<AttributePath> = asked.into_iter().filter(|path| prior.at(path) != planned.at(path)).collect();
    flagged(attributes, prior, planned, &AttributePath::root(), &mut paths);
    paths.sort();
    paths.dedup();
    paths
}

fn flagged(attributes: &BTreeMap<String, Attribute>, prior: &Value, planned: &Value, path: &AttributePath, paths: &mut Vec<AttributePath>) {
    for (name, attribute) in attributes {
        let (prior, planned) = (prior.get(name), planned.get(name));
        let path = path.attribute(name);
        if prior == planned {
            continue;
        }
        match &attribute.kind {
            _ if attribute.requires_replace => paths.push(path),
            Kind::Nested(nesting, nested) if any_flagged(nested) => match pairs(*nesting, prior, planned) {
                Some(pairs) => pairs.into_iter().for_each(|(step, prior, planned)| {
                    let path = step.map_or_else(|| path.clone(), |step| path.with(step));
                    flagged(nested, prior, planned, &path, paths);
                }),
                None => paths.push(path),
            },
            _ => {}
        }
    }
}

fn any_flagged(attributes: &BTreeMap<String, Attribute>) -> bool {
    attributes
        .values()
        .any(|attribute| attribute.requires_replace || matches!(&attribute.kind, Kind::Nested(_, nested) if any_flagged(nested)))
}

type Pair<'a> = (Option<hotswap_value::Step>, &'a Value, &'a Value);

/// The nested objects before and after, if each has its counterpart. Those of a set never do.
fn pairs<'a>(nesting: Nesting, prior: &'a Value, planned: &'a Value) -> Option<Vec<Pair<'a>>> {
    if nesting == Nesting::Set || !prior.is_known() || !planned.is_known() {
        return None;
    }
    let (before, after) = (nested_objects(nesting, prior), nested_objects(nesting, planned));
    if before.len() != after.len() {
        return None;
    }
    let pair = |((step, prior), (other, planned))| (step == other).then_some((step, prior, planned));
    before.into_iter().zip(after).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::attribute::{list_of, string};

    #[test]
    fn only_the_nested_attribute_that_is_flagged_counts() {
        let rules = list_of([("zone", string().requires_replace()), ("note", string())]);
        let attributes = BTreeMap::from([("rules".to_owned(), rules)]);
        let rule = |zone: &str, note: &str| Value::object([("zone", zone), ("note", note)]);
        let object = |rules: Vec<Value>| Value::object([("rules", Value::List(rules))]);
        let prior = object(vec![rule("a", "x")]);
        let of = |planned| paths(&attributes, &prior, &planned, vec![]);
        assert_eq!(of(object(vec![rule("a", "y")])), []);
        assert_eq!(of(object(vec![rule("b", "x")])), [AttributePath::from("rules").index(0).attribute("zone")]);
        assert_eq!(of(object(vec![rule("a", "x"), rule("c", "x")])), ["rules".into()]);
    }

    #[test]
    fn what_the_resource_asks_counts_only_if_it_differs() {
        let (prior, planned) = (Value::object([("a", 1), ("b", 1)]), Value::object([("a", 1), ("b", 2)]));
        assert_eq!(paths(&BTreeMap::new(), &prior, &planned, vec!["a".into(), "b".into()]), ["b".into()]);
    }
}
