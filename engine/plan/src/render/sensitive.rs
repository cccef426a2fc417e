//! Which parts of a value are hidden by its schema.

use std::collections::BTreeMap;

use hotswap_sdk::schema::{Attribute, Kind, Nesting, Schema};
use hotswap_value::{AttributePath, Step, Value};

/// The paths of what the schema calls sensitive, null values included; where the schema hides a part of a set's elements, the set.
pub(super) fn by_schema(schema: &Schema, object: &Value) -> Vec<AttributePath> {
    let mut paths = Vec::new();
    collect(&schema.attributes, object, &AttributePath::root(), &mut paths);
    paths
}

fn collect(attributes: &BTreeMap<String, Attribute>, object: &Value, path: &AttributePath, paths: &mut Vec<AttributePath>) {
    for (name, attribute) in attributes {
        let (value, path) = (object.get(name), path.attribute(name));
        match &attribute.kind {
            _ if attribute.sensitive => paths.push(path),
            Kind::Nested(nesting, nested) if value.is_known() => match (nesting, value.bare()) {
                (Nesting::Single, object) => collect(nested, object, &path, paths),
                (Nesting::Set, _) if any(nested) => paths.push(path),
                (_, Value::List(objects)) => {
                    objects.iter().enumerate().for_each(|(index, object)| collect(nested, object, &path.index(index), paths));
                }
                (Nesting::Map, Value::Map(objects)) => {
                    objects.iter().for_each(|(key, object)| collect(nested, object, &path.key(key), paths));
                }
                _ => {}
            },
            _ => {}
        }
    }
}

fn any(attributes: &BTreeMap<String, Attribute>) -> bool {
    attributes.values().any(|attribute| attribute.sensitive || matches!(&attribute.kind, Kind::Nested(_, nested) if any(nested)))
}

/// Some paths of a value, seen from a part of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Paths<'a>(Vec<&'a [Step]>);

impl<'a> Paths<'a> {
    pub(super) fn new(paths: &'a [AttributePath]) -> Self {
        Self(paths.iter().map(AttributePath::steps).collect())
    }

    /// Whether this very part is among them.
    pub(super) fn hold_this(&self) -> bool {
        self.0.iter().any(|steps| steps.is_empty())
    }

    /// Those of an attribute or key.
    pub(super) fn of_name(&self, name: &str) -> Self {
        self.of_part(|step| matches!(step, Step::Attribute(at) | Step::Key(at) if at == name))
    }

    /// Those of an element of a list.
    pub(super) fn of_index(&self, index: usize) -> Self {
        self.of_part(|step| *step == Step::Index(index))
    }

    fn of_part(&self, leads_there: impl Fn(&Step) -> bool) -> Self {
        let rest = self.0.iter().filter_map(|steps| steps.split_first().filter(|(first, _)| leads_there(first)).map(|(_, rest)| rest));
        Self(rest.collect())
    }
}
