//! `value.name` and `value[key]`.

use std::{collections::BTreeMap, sync::Arc};

use hotswap_value::{Number, Type};

use super::{Evaluator, phrase::Cause, suggest::hint, unknown};
use crate::{
    Kind, Val,
    ast::Expr,
    convert::{convert, with_article},
};

/// A list of names in a message stops after so many.
const MOST_NAMES: usize = 10;

impl Evaluator<'_> {
    /// `base.name`, where `base` is `value`.
    pub(super) fn attribute(&mut self, expr: &Expr, base: &Expr, value: &Val, name: &Arc<str>) -> Val {
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            let key = name.parse::<Number>().map_or_else(|_| Val::from(name.clone()), Val::from);
            return self.index(expr, base, value, expr, &key);
        }
        let result = match &value.kind {
            Kind::Null(_) => {
                let detail = format!("This value is null, so it has no attribute {name:?}.");
                self.fault_on(expr, base, "Attempt to get attribute from null value", detail)
            }
            Kind::Object(attributes) => match attributes.get(name) {
                Some(value) => value.clone(),
                None => self.no_attribute(expr, base, name, attributes.keys().map(|name| &**name)),
            },
            Kind::Map(_, elements) => match elements.get(name) {
                Some(value) => value.clone(),
                None => self.no_element(expr, name, elements),
            },
            Kind::Unknown(Type::Dynamic) => Val::unknown(),
            Kind::Unknown(Type::Map(element)) => unknown((**element).clone()),
            Kind::Unknown(Type::Object(types)) => match types.get(&**name) {
                Some(ty) => unknown(ty.clone()),
                None => self.no_attribute(expr, base, name, types.keys().map(String::as_str)),
            },
            _ => {
                let ty = value.ty();
                let detail = match &ty {
                    Type::List(_) | Type::Tuple(_) => format!(
                        "This value is {}, which has no attributes itself. Name one of its elements by [INDEX], or all of them by [*].{name}.",
                        with_article(&ty)
                    ),
                    Type::Set(_) => format!(
                        "This value is {}, which has no attributes itself. To get this attribute of each of its elements, write [*].{name}.",
                        with_article(&ty)
                    ),
                    ty => format!("This value is {}, which has no attributes.", with_article(ty)),
                };
                self.fault_on(expr, base, "Unsupported attribute", detail)
            }
        };
        result.marked(value.marks)
    }

    /// `base[key]`, where `base` is `value` and `key` is `key_value`.
    pub(super) fn index(&mut self, expr: &Expr, base: &Expr, value: &Val, key: &Expr, key_value: &Val) -> Val {
        let marks = value.marks | key_value.marks;
        if value.is_null() {
            return self.fault_on(expr, base, "Attempt to index null value", "This value is null, so it has no elements.");
        }
        if key_value.is_null() {
            return self.fault_at(key.range, expr, Cause::Other, "Invalid index", "The key is null, which names no element.");
        }
        let result = match &value.kind {
            Kind::Unknown(Type::Dynamic) => Val::unknown(),
            Kind::Tuple(elements) => self.element(expr, key, key_value, elements, &Type::Dynamic),
            Kind::List(ty, elements) => self.element(expr, key, key_value, elements, ty),
            Kind::Unknown(Type::List(ty)) => match self.key(expr, key, key_value, &Type::Number) {
                Some(_) => unknown((**ty).clone()),
                None => Val::unknown(),
            },
            Kind::Unknown(Type::Tuple(types)) => {
                let elements: Vec<Val> = types.iter().cloned().map(unknown).collect();
                self.element(expr, key, key_value, &elements, &Type::Dynamic)
            }
            Kind::Map(ty, elements) => match self.key(expr, key, key_value, &Type::String) {
                None => Val::unknown(),
                Some(key_value) => match key_value.as_str() {
                    None => unknown(ty.clone()),
                    Some(name) => match elements.get(name) {
                        Some(value) => value.clone(),
                        None if marks.any() => self.no_index(expr, key, "The map has no element of this key."),
                        None => self.no_element(expr, name, elements),
                    },
                },
            },
            Kind::Unknown(Type::Map(ty)) => match self.key(expr, key, key_value, &Type::String) {
                Some(_) => unknown((**ty).clone()),
                None => Val::unknown(),
            },
            Kind::Object(_) | Kind::Unknown(Type::Object(_)) => match self.key(expr, key, key_value, &Type::String) {
                None => Val::unknown(),
                Some(key_value) => match key_value.as_str() {
                    None => Val::unknown(),
                    Some(_) if marks.any() && !has_attribute(value, &key_value) => {
                        self.no_index(expr, key, "The object has no attribute of this name.")
                    }
                    Some(name) => match &value.kind {
                        Kind::Object(attributes) => match attributes.get(name) {
                            Some(value) => value.clone(),
                            None => self.no_attribute(expr, base, name, attributes.keys().map(|name| &**name)),
                        },
                        Kind::Unknown(Type::Object(types)) => match types.get(name) {
                            Some(ty) => unknown(ty.clone()),
                            None => self.no_attribute(expr, base, name, types.keys().map(String::as_str)),
                        },
                        _ => Val::unknown(),
                    },
                },
            },
            Kind::Set(..) | Kind::Unknown(Type::Set(_)) => {
                let detail = "The elements of a set have no index or key; they can only be gone through, with for or [*]. \
                              tolist(...) makes a list of them.";
                self.fault_on(expr, base, "Invalid index", detail)
            }
            _ => {
                let detail = format!("This value is {}, which has no elements.", with_article(&value.ty()));
                self.fault_on(expr, base, "Invalid index", detail)
            }
        };
        result.marked(marks)
    }

    /// An element of a list or tuple. `ty` is what it is if the index is not known.
    fn element(&mut self, expr: &Expr, key: &Expr, key_value: &Val, elements: &[Val], ty: &Type) -> Val {
        let Some(index) = self.key(expr, key, key_value, &Type::Number) else { return Val::unknown() };
        let Some(number) = index.as_number() else { return unknown(ty.clone()) };
        if !number.is_integer() {
            return self.no_index(expr, key, "An index is a whole number; this one has a fraction.");
        }
        let index = number.to_u64().and_then(|index| usize::try_from(index).ok());
        if let Some(value) = index.and_then(|index| elements.get(index)) {
            return value.clone();
        }
        let detail = match (elements.len(), index) {
            (_, None) => "An index counts from 0 and can't be negative or so large.".to_owned(),
            (0, _) => "The collection is empty, so it has no element of any index.".to_owned(),
            (1, _) => "The collection has 1 element, of index 0.".to_owned(),
            (count, _) => format!("The collection has {count} elements, of index 0 to {}.", count - 1),
        };
        self.no_index(expr, key, detail)
    }

    /// The key as what the collection needs, without its mark; `None` if it isn't.
    fn key(&mut self, expr: &Expr, key: &Expr, value: &Val, ty: &Type) -> Option<Val> {
        match convert(value, ty) {
            Ok(value) => Some(value),
            Err(error) => {
                self.no_index(expr, key, format!("This key doesn't fit: {error}."));
                None
            }
        }
    }

    fn no_index(&mut self, expr: &Expr, key: &Expr, detail: impl Into<String>) -> Val {
        self.fault_at(key.range, expr, Cause::Other, "Invalid index", detail)
    }

    fn no_element(&mut self, expr: &Expr, key: &str, elements: &BTreeMap<Arc<str>, Val>) -> Val {
        let names = elements.keys().map(|name| &**name);
        let detail = format!("The map has no element {key:?}.{}", hint(key, names.clone()));
        self.fault_at(expr.range, expr, Cause::Other, "Invalid index", detail)
    }

    fn no_attribute<'n>(&mut self, expr: &Expr, base: &Expr, name: &str, names: impl Iterator<Item = &'n str>) -> Val {
        let names: Vec<&str> = names.collect();
        let hint = hint(name, names.iter().copied());
        let known = match names.len() {
            _ if !hint.is_empty() => hint,
            0 => " It has no attributes.".to_owned(),
            1..=MOST_NAMES => format!(" It has {}.", names.join(", ")),
            _ => String::new(),
        };
        self.fault_on(expr, base, "Unsupported attribute", format!("This object has no attribute {name:?}.{known}"))
    }

    /// An error about a step beyond `base`: the step is what is wrong, the value of `base` is what explains it.
    fn fault_on(&mut self, expr: &Expr, base: &Expr, summary: &str, detail: impl Into<String>) -> Val {
        let range = crate::Range { start: base.range.end.clamp(expr.range.start, expr.range.end), ..expr.range };
        let range = if range.start < range.end { range } else { expr.range };
        self.fault_at(range, base, Cause::Other, summary, detail)
    }
}

fn has_attribute(value: &Val, name: &Val) -> bool {
    let name = name.as_str().unwrap_or_default();
    match &value.kind {
        Kind::Object(attributes) => attributes.contains_key(name),
        Kind::Unknown(Type::Object(types)) => types.contains_key(name),
        _ => false,
    }
}
