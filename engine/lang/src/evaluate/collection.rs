//! `{ key = value }` and `for`.

use std::{collections::BTreeMap, sync::Arc};

use hotswap_value::Type;

use super::{Evaluator, phrase::Cause};
use crate::{
    Kind, Marks, Val,
    ast::{Expr, For, ObjectKey},
    convert::{convert, with_article},
};

/// A key of an object: a text, not known yet, or a fault that was told.
enum Key {
    Name(Arc<str>),
    Unknown,
}

impl Evaluator<'_> {
    /// A later item of the same key takes the place of an earlier one. With a key that is not known, nothing of the object is.
    pub(super) fn object(&mut self, items: &[(ObjectKey, Expr)]) -> Val {
        let mut attributes = BTreeMap::new();
        let mut known = true;
        let mut marks = Marks::NONE;
        for (key, value) in items {
            let name = match key {
                ObjectKey::Name(name, _) => Key::Name(name.clone()),
                ObjectKey::Expr(key) => {
                    let value = self.eval(key);
                    marks |= value.marks;
                    self.object_key(key, &value)
                }
            };
            let value = self.eval(value);
            match name {
                Key::Name(name) => {
                    attributes.insert(name, value);
                }
                Key::Unknown => known = false,
            }
        }
        let result = if known { Kind::Object(Arc::new(attributes)).into() } else { Val::unknown() };
        result.marked(marks)
    }

    fn object_key(&mut self, expr: &Expr, value: &Val) -> Key {
        if value.is_null() {
            self.fault(expr, "Null value as key", "The key is null; a key is text.");
            return Key::Unknown;
        }
        match convert(value, &Type::String) {
            Ok(value) => value.as_str().map_or(Key::Unknown, |name| Key::Name(name.into())),
            Err(error) => {
                self.fault(expr, "Invalid object key", format!("This value can't be a key: {error}."));
                Key::Unknown
            }
        }
    }

    pub(super) fn for_expression(&mut self, this: &For) -> Val {
        let errors = self.errors();
        let collection = self.eval(&this.collection);
        let failed = self.errors() > errors;
        let mut marks = collection.marks;
        if collection.is_unknown() && (failed || collection.ty() == Type::Dynamic) {
            return Val::unknown().marked(marks);
        }
        let Some(pairs) = self.pairs(&this.collection, &collection) else { return Val::unknown().marked(marks) };
        let mut result = Gathered { known: true, ..Gathered::default() };
        for (key, value) in pairs {
            let names = this.key_name.iter().map(|name| (name.clone(), key.clone())).chain([(this.value_name.clone(), value)]);
            let names: Vec<_> = names.collect();
            self.with_names(names, |evaluator| evaluator.for_item(this, &mut result, &mut marks));
        }
        if !result.known {
            return Val::unknown().marked(marks);
        }
        let value = match (&this.key, this.group) {
            (None, _) => Val::tuple(result.list),
            (Some(_), false) => Kind::Object(Arc::new(result.object)).into(),
            (Some(_), true) => Val::object(result.groups.into_iter().map(|(key, values)| (key, Val::tuple(values)))),
        };
        value.marked(marks)
    }

    /// Keys and values of what can be gone through; `None`, with an error told, if it can't, and without if it isn't known yet.
    pub(super) fn pairs(&mut self, expr: &Expr, collection: &Val) -> Option<Vec<(Val, Val)>> {
        match &collection.kind {
            Kind::Null(_) => {
                self.fault(expr, "Iteration over null value", "This value is null; only collections can be gone through.");
                None
            }
            Kind::List(_, elements) | Kind::Tuple(elements) => {
                Some(elements.iter().enumerate().map(|(index, value)| (Val::from(index as u64), value.clone())).collect())
            }
            Kind::Set(_, elements) => Some(elements.iter().map(|value| (value.clone(), value.clone())).collect()),
            Kind::Map(_, elements) | Kind::Object(elements) => {
                Some(elements.iter().map(|(key, value)| (Val::from(key.clone()), value.clone())).collect())
            }
            Kind::Unknown(Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Tuple(_) | Type::Object(_) | Type::Dynamic) => None,
            _ => {
                let detail = format!("This value is {}; only collections can be gone through.", with_article(&collection.ty()));
                self.fault(expr, "Iteration over non-iterable value", detail);
                None
            }
        }
    }

    fn for_item(&mut self, this: &For, result: &mut Gathered, marks: &mut Marks) {
        if let Some(condition) = &this.condition {
            let value = self.eval(condition);
            *marks |= value.marks;
            if value.is_null() {
                self.fault(condition, "Invalid 'for' condition", "The condition is null; it must be true or false.");
                result.known = false;
                return;
            }
            match convert(&value, &Type::Bool).map(|value| value.as_bool()) {
                Ok(Some(true)) => {}
                Ok(Some(false)) => return,
                Ok(None) => {
                    result.known = false;
                    return;
                }
                Err(error) => {
                    self.fault(condition, "Invalid 'for' condition", format!("The condition must be true or false: {error}."));
                    result.known = false;
                    return;
                }
            }
        }
        let Some(key) = &this.key else {
            let value = self.eval(&this.value);
            result.list.push(value);
            return;
        };
        let key_value = self.eval(key);
        *marks |= key_value.marks;
        let name = self.object_key(key, &key_value);
        let value = self.eval(&this.value);
        match name {
            Key::Unknown => result.known = false,
            Key::Name(name) if this.group => result.groups.entry(name).or_default().push(value),
            Key::Name(name) if result.object.contains_key(&name) => {
                let shown = if key_value.marks.any() { String::new() } else { format!(" {name:?}") };
                let detail = format!(
                    "Two items of this 'for' have the same key{shown}. Where several belong together, write ... after the value to gather them."
                );
                self.fault_at(key.range, key, Cause::Other, "Duplicate object key", detail);
            }
            Key::Name(name) => {
                result.object.insert(name, value);
            }
        }
    }
}

/// What a `for` has made so far.
#[derive(Default)]
struct Gathered {
    known: bool,
    list: Vec<Val>,
    object: BTreeMap<Arc<str>, Val>,
    groups: BTreeMap<Arc<str>, Vec<Val>>,
}
