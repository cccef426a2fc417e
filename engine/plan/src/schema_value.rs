//! Between blocks and values of a schema: what a block says, and what of a value is sensitive.

use std::collections::BTreeMap;

use hotswap_lang::{
    Diagnostic, Diagnostics, Kind, Scope, Val,
    ast::Body,
    config::{Constraint, ObjectAttribute},
    evaluate::{AttributeSpec, BlockSpec, Presence, attribute_range, decode},
};
use hotswap_sdk::{
    Attribute, Mode, Schema,
    schema::{Kind as AttributeKind, Nesting},
};
use hotswap_value::{AttributePath, Step, Type, Typed, Value};

use crate::{ObjectType, world::ConfigValue};

/// Where a block takes ephemeral values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ephemeral {
    /// Anywhere: nothing of it is kept.
    Allowed,
    /// In write-only attributes: everything else is kept in the plan and the state.
    WriteOnly,
}

/// What a body says, of the type of its schema. `None` if there are errors.
pub(crate) fn decode_body(
    body: &Body,
    ty: &ObjectType,
    ephemeral: Ephemeral,
    scope: &dyn Scope,
    diagnostics: &mut Diagnostics,
) -> Option<ConfigValue> {
    let (value, mut found) = decode(body, &ty.spec, scope);
    if ephemeral == Ephemeral::WriteOnly {
        let kept = value.ephemeral_paths().into_iter().filter(|path| !is_write_only(&ty.schema, path));
        found.extend(kept.map(|path| would_be_kept(&path, body)));
    }
    let failed = found.iter().any(Diagnostic::is_error);
    diagnostics.extend(found);
    if failed {
        return None;
    }
    let sensitive = value.sensitive_paths().into_iter().filter(|path| !is_write_only(&ty.schema, path)).collect();
    match ty.ty.conform(to_value(&value, &ty.ty)) {
        Ok(value) => Some(ConfigValue { value, sensitive }),
        Err(error) => {
            diagnostics.push(Diagnostic::error("Invalid value for attribute", format!("{error}.")).at(body.range));
            None
        }
    }
}

/// Whether an attribute on the path is one that is never kept.
fn is_write_only(schema: &Schema, path: &AttributePath) -> bool {
    let mut attributes = &schema.attributes;
    for step in path.steps() {
        // Keys and indexes of what is nested lead to objects of the same attributes.
        let Step::Attribute(name) = step else { continue };
        let Some(attribute) = attributes.get(name) else { return false };
        if attribute.write_only {
            return true;
        }
        let AttributeKind::Nested(_, nested) = &attribute.kind else { return false };
        attributes = nested;
    }
    false
}

fn would_be_kept(path: &AttributePath, body: &Body) -> Diagnostic {
    let detail = format!(
        "The plan and the state keep {path}, and this value is ephemeral: it is there for one run only. Ephemeral values go into \
         write-only attributes, provider blocks and ephemeral blocks."
    );
    Diagnostic::error("Ephemeral value would be kept", detail).at(attribute_range(body, path).unwrap_or(body.range))
}

/// What a block of this schema takes: nested objects may leave out what isn't required of them.
pub(crate) fn block_spec(schema: &Schema) -> BlockSpec {
    let attributes = schema.attributes.iter().map(|(name, attribute)| {
        let presence = match attribute.mode {
            Mode::Required => Presence::Required,
            Mode::Optional | Mode::OptionalComputed => Presence::Optional,
            Mode::Computed => Presence::ProviderOnly,
        };
        let deprecated = attribute.deprecation.as_deref().map(Into::into);
        (name.as_str().into(), AttributeSpec { deprecated, ..AttributeSpec::new(constraint_of(attribute), presence) })
    });
    BlockSpec { attributes: attributes.collect(), blocks: BTreeMap::new() }
}

fn constraint_of(attribute: &Attribute) -> Constraint {
    let (nesting, nested) = match &attribute.kind {
        AttributeKind::Plain(ty) => return constraint(ty),
        AttributeKind::Nested(nesting, nested) => (nesting, nested),
    };
    let attributes = nested.iter().map(|(name, attribute)| {
        let optional = attribute.mode != Mode::Required;
        (name.as_str().into(), ObjectAttribute { ty: constraint_of(attribute), optional, default: None })
    });
    let object = Constraint::Object(attributes.collect());
    match nesting {
        Nesting::Single => object,
        Nesting::List => Constraint::List(Box::new(object)),
        Nesting::Set => Constraint::Set(Box::new(object)),
        Nesting::Map => Constraint::Map(Box::new(object)),
    }
}

fn constraint(ty: &Type) -> Constraint {
    match ty {
        Type::Dynamic => Constraint::Any,
        Type::String | Type::Number | Type::Bool => Constraint::Primitive(ty.clone()),
        Type::List(element) => Constraint::List(Box::new(constraint(element))),
        Type::Set(element) => Constraint::Set(Box::new(constraint(element))),
        Type::Map(element) => Constraint::Map(Box::new(constraint(element))),
        Type::Tuple(types) => Constraint::Tuple(types.iter().map(constraint).collect()),
        Type::Object(types) => Constraint::Object(
            types
                .iter()
                .map(|(name, ty)| (name.as_str().into(), ObjectAttribute { ty: constraint(ty), optional: false, default: None }))
                .collect(),
        ),
    }
}

/// A converted value in the form of its type: where any type is allowed, with the type it has.
pub(crate) fn to_value(value: &Val, ty: &Type) -> Value {
    match (&value.kind, ty) {
        (Kind::Null(_), _) => Value::Null,
        (Kind::Unknown(_), _) => Value::Unknown,
        (_, Type::Dynamic) => value.to_dynamic(),
        (Kind::List(_, elements) | Kind::Tuple(elements), Type::List(element)) => {
            Value::List(elements.iter().map(|value| to_value(value, element)).collect())
        }
        (Kind::List(_, elements) | Kind::Tuple(elements), Type::Tuple(types)) => {
            Value::List(elements.iter().zip(types).map(|(value, ty)| to_value(value, ty)).collect())
        }
        (Kind::Set(_, elements), Type::Set(element)) => Value::Set(elements.iter().map(|value| to_value(value, element)).collect()),
        (Kind::Map(_, elements) | Kind::Object(elements), Type::Map(element)) => {
            Value::Map(elements.iter().map(|(key, value)| (key.to_string(), to_value(value, element))).collect())
        }
        (Kind::Map(_, elements) | Kind::Object(elements), Type::Object(types)) => {
            let attribute = |(name, ty): (&String, &Type)| {
                let value = elements.get(name.as_str()).map_or(Value::Null, |value| to_value(value, ty));
                (name.clone(), value)
            };
            Value::Map(types.iter().map(attribute).collect())
        }
        _ => value.to_value(),
    }
}

/// A value with its type where that isn't known from elsewhere, as an output's is.
pub(crate) fn typed(value: &Val) -> Typed {
    let ty = value.ty();
    Typed { value: to_value(value, &ty), ty }
}

/// What of a value is sensitive: what its schema says, and `marked`. Sorted; nothing below another.
pub(crate) fn sensitive_paths(schema: &Schema, value: &Value, marked: &[AttributePath]) -> Vec<AttributePath> {
    let mut paths = marked.to_vec();
    collect(&schema.attributes, value, &AttributePath::root(), &mut paths);
    paths.sort();
    paths.dedup_by(|longer, shorter| longer.steps().starts_with(shorter.steps()));
    paths
}

/// What of a value is sensitive by its schema alone.
pub(crate) fn schema_sensitive_paths(schema: &Schema, value: &Value) -> Vec<AttributePath> {
    sensitive_paths(schema, value, &[])
}

fn collect(attributes: &BTreeMap<String, Attribute>, object: &Value, path: &AttributePath, paths: &mut Vec<AttributePath>) {
    for (name, attribute) in attributes {
        let nested = match &attribute.kind {
            AttributeKind::Nested(nesting, nested) => Some((*nesting, nested)),
            AttributeKind::Plain(_) => None,
        };
        if attribute.sensitive {
            if object.is_known() {
                paths.push(path.attribute(name));
            }
        } else if let Some((nesting, nested)) = nested {
            collect_nested(nesting, nested, object.get(name), &path.attribute(name), paths);
        }
    }
}

fn collect_nested(
    nesting: Nesting,
    nested: &BTreeMap<String, Attribute>,
    value: &Value,
    path: &AttributePath,
    paths: &mut Vec<AttributePath>,
) {
    match (nesting, value.bare()) {
        (Nesting::Single, object @ Value::Map(_)) => collect(nested, object, path, paths),
        (Nesting::List, Value::List(objects)) => {
            objects.iter().enumerate().for_each(|(index, object)| collect(nested, object, &path.index(index), paths));
        }
        (Nesting::Map, Value::Map(objects)) => objects.iter().for_each(|(key, object)| collect(nested, object, &path.key(key), paths)),
        // An element of a set has no path: the whole set is hidden.
        (Nesting::Set, Value::Set(objects)) if !objects.is_empty() && any_sensitive(nested) => paths.push(path.clone()),
        _ => {}
    }
}

fn any_sensitive(attributes: &BTreeMap<String, Attribute>) -> bool {
    attributes
        .values()
        .any(|attribute| attribute.sensitive || matches!(&attribute.kind, AttributeKind::Nested(_, nested) if any_sensitive(nested)))
}
