//! `ignore_changes`: what the configuration says of these attributes doesn't count once the object exists.

use hotswap_lang::config::IgnoreChanges;
use hotswap_sdk::Schema;
use hotswap_value::{Step, Value};

/// The configuration with what is ignored as it was.
pub(crate) fn without_ignored(ignore: &IgnoreChanges, schema: &Schema, prior: &Value, config: &Value) -> Value {
    match ignore {
        IgnoreChanges::None => config.clone(),
        IgnoreChanges::All => {
            let mut kept = config.clone();
            for (name, attribute) in &schema.attributes {
                if attribute.mode.is_configurable() && !attribute.write_only {
                    kept.set_attribute(name, prior.get(name).clone());
                }
            }
            kept
        }
        IgnoreChanges::Paths(paths) => paths.iter().fold(config.clone(), |config, (path, _)| replaced(config, path.steps(), Some(prior))),
    }
}

/// The value with what the steps lead to as it was in `prior`; a key of a map that wasn't there is taken out.
fn replaced(value: Value, steps: &[Step], prior: Option<&Value>) -> Value {
    let Some((step, rest)) = steps.split_first() else { return prior.cloned().unwrap_or(value) };
    let before = prior.and_then(|prior| child(prior, step));
    match (value, step) {
        (Value::Map(mut elements), Step::Attribute(name) | Step::Key(name)) => {
            if rest.is_empty() {
                match before {
                    Some(before) => drop(elements.insert(name.clone(), before.clone())),
                    None if matches!(step, Step::Key(_)) => drop(elements.remove(name)),
                    None => {}
                }
            } else if let Some(element) = elements.remove(name) {
                elements.insert(name.clone(), replaced(element, rest, before));
            }
            Value::Map(elements)
        }
        (Value::List(mut elements), Step::Index(index)) => {
            if let Some(element) = elements.get_mut(*index) {
                *element = replaced(std::mem::take(element), rest, before);
            }
            Value::List(elements)
        }
        // A map that isn't there, of which one key is ignored: the key stays as it was.
        (Value::Null, Step::Key(name)) if rest.is_empty() && before.is_some() => {
            Value::Map([(name.clone(), before.cloned().unwrap_or_default())].into())
        }
        (value, _) => value,
    }
}

fn child<'a>(value: &'a Value, step: &Step) -> Option<&'a Value> {
    match (value.bare(), step) {
        (Value::Map(elements), Step::Attribute(name) | Step::Key(name)) => elements.get(name),
        (Value::List(elements), Step::Index(index)) => elements.get(*index),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use hotswap_lang::{Sources, config::IgnoreChanges};
    use hotswap_value::AttributePath;

    use super::*;

    #[test]
    fn what_is_ignored_stays_as_it_was() {
        let mut sources = Sources::default();
        let file = sources.add("main.tf", "");
        let range = hotswap_lang::Range { file, start: 0, end: 0 };
        let tags = |tags: &[(&str, &str)]| Value::object(tags.iter().copied());
        let prior = Value::object([("name", Value::from("a")), ("tags", tags(&[("x", "1")]))]);
        let config = Value::object([("name", Value::from("b")), ("tags", tags(&[("x", "2"), ("y", "3")]))]);
        let ignored = |paths: &[AttributePath]| {
            let ignore = IgnoreChanges::Paths(paths.iter().map(|path| (path.clone(), range)).collect());
            without_ignored(&ignore, &Schema::default(), &prior, &config)
        };
        assert_eq!(ignored(&["name".into()]), config.clone().with("name", "a"));
        let path = |key: &str| AttributePath::from("tags").key(key);
        assert_eq!(ignored(&[path("x"), path("y")]), config.clone().with("tags", tags(&[("x", "1")])));
    }
}
