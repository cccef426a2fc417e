//! Between blocks and values of a schema: decoding a body, what of a value is sensitive, where an attribute is written.

use std::{collections::BTreeMap, sync::Arc};

use hotswap_lang::{
    Diagnostic, Diagnostics, Kind, Range, Scope, Val,
    ast::{Body, Expr, ExprKind, ObjectKey},
    config::{Constraint, ObjectAttribute},
    convert::convert_to_constraint,
    evaluate::evaluate,
};
use hotswap_sdk::{
    Attribute, Mode, Schema,
    schema::{Kind as AttributeKind, Nesting},
};
use hotswap_value::{AttributePath, Step, Type, Typed, Value};

use crate::{ObjectType, suggest::did_you_mean, world::ConfigValue};

/// What a body says, of the type of its schema. `None` if there are errors.
pub(crate) fn decode_body(body: &Body, ty: &ObjectType, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Option<ConfigValue> {
    let before = diagnostics.len();
    let mut values = BTreeMap::new();
    let mut sensitive = Vec::new();
    for attribute in &body.attributes {
        let (Some(constraint), Some(due)) = (ty.constraints.get(&attribute.name), ty.schema.attributes.get(&*attribute.name)) else {
            let hint = did_you_mean(&attribute.name, ty.schema.attributes.keys().map(String::as_str));
            let detail = format!("There is no attribute {:?} here.{hint}", attribute.name);
            diagnostics.push(Diagnostic::error("Unsupported attribute", detail).at(attribute.name_range));
            continue;
        };
        let value = evaluate(&attribute.value, scope, diagnostics);
        match convert_to_constraint(&value, constraint) {
            Ok(value) => {
                if !due.write_only {
                    let root = AttributePath::from(&*attribute.name);
                    sensitive.extend(value.sensitive_paths().iter().map(|path| joined(&root, path)));
                }
                values.insert(attribute.name.to_string(), to_value(&value, &due.ty()));
            }
            Err(error) => {
                let detail = format!("The value of attribute {:?} does not have its type: {error}.", attribute.name);
                diagnostics.push(Diagnostic::error("Invalid value for attribute", detail).at(attribute.value.range));
            }
        }
    }
    for block in &body.blocks {
        let detail = match ty.schema.attributes.get(&*block.ty) {
            Some(_) => format!("{0:?} is an attribute, not a block: write {0} = {{ … }}.", block.ty),
            None => {
                let hint = did_you_mean(&block.ty, ty.schema.attributes.keys().map(String::as_str));
                format!("There is no block {:?} here.{hint}", block.ty)
            }
        };
        diagnostics.push(Diagnostic::error("Unsupported block", detail).at(block.header));
    }
    if diagnostics[before..].iter().any(Diagnostic::is_error) {
        return None;
    }
    match ty.ty.conform(Value::Map(values)) {
        Ok(value) => Some(ConfigValue { value, sensitive }),
        Err(error) => {
            diagnostics.push(Diagnostic::error("Invalid value for attribute", format!("{error}.")).at(body.range));
            None
        }
    }
}

/// What a block of this schema may say of each attribute: nested objects may leave out what isn't required of them.
pub(crate) fn constraints(schema: &Schema) -> BTreeMap<Arc<str>, Constraint> {
    schema.attributes.iter().map(|(name, attribute)| (name.as_str().into(), constraint_of(attribute))).collect()
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

/// Where what a path leads to is written, as deep as it is written out.
pub(crate) fn static_range(body: &Body, path: &AttributePath) -> Option<Range> {
    let (first, rest) = path.steps().split_first()?;
    let Step::Attribute(name) = first else { return None };
    let attribute = body.attribute(name)?;
    Some(deeper(&attribute.value, rest).unwrap_or(attribute.range))
}

fn deeper(expr: &Expr, steps: &[Step]) -> Option<Range> {
    let Some((step, rest)) = steps.split_first() else { return Some(expr.range) };
    let inner = match (&expr.kind, step) {
        (ExprKind::Object(items), Step::Attribute(name) | Step::Key(name)) => items.iter().find_map(|(key, value)| {
            let key = match key {
                ObjectKey::Name(key, _) => key,
                ObjectKey::Expr(Expr { kind: ExprKind::String(key), .. }) => key,
                ObjectKey::Expr(_) => return None,
            };
            (**key == **name).then_some(value)
        })?,
        (ExprKind::Tuple(elements), Step::Index(index)) => elements.get(*index)?,
        (ExprKind::Parenthesis(inner), _) => return deeper(inner, steps),
        _ => return None,
    };
    Some(deeper(inner, rest).unwrap_or(inner.range))
}

/// One path after another.
pub(crate) fn joined(first: &AttributePath, second: &AttributePath) -> AttributePath {
    first.steps().iter().chain(second.steps()).cloned().collect()
}
