//! How many objects a block stands for: `count` and `for_each`, evaluated once for a block in a module instance.

use std::{collections::BTreeMap, sync::Arc};

use hotswap_lang::{Diagnostic, Diagnostics, Kind, Scope, Val, ast::Expr, config::Repeat, evaluate::evaluate};
use hotswap_value::{Number, Type, address::InstanceKey};

/// How many objects a block stands for, and what tells them apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Repetition {
    /// One.
    Once,
    /// As many as `count` says.
    Count(u64),
    /// One for each element of `for_each`.
    ForEach(Arc<BTreeMap<Arc<str>, Val>>),
    /// `count`, not evaluated: where a configuration is only validated.
    SomeCount,
    /// `for_each`, not evaluated: where a configuration is only validated.
    SomeForEach,
}

/// What `each` and `count` are for one object.
#[derive(Debug, Clone, Default)]
pub struct InstanceData {
    /// `count.index`
    pub index: Option<Val>,
    /// `each.key` and `each.value`
    pub each: Option<(Val, Val)>,
}

impl Repetition {
    /// Evaluates `count` or `for_each`. What can't be told is an error in `diagnostics`, and `None`.
    pub fn evaluate(repeat: &Repeat, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Option<Self> {
        match repeat {
            Repeat::Once => Some(Self::Once),
            Repeat::Count(expr) => count(expr, scope, diagnostics).map(Self::Count),
            Repeat::ForEach(expr) => for_each(expr, "for_each", scope, diagnostics).map(Self::ForEach),
        }
    }

    /// Stands for whatever `count` or `for_each` will be; the expression is evaluated for its faults alone.
    pub fn validate(repeat: &Repeat, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Self {
        match repeat {
            Repeat::Once => Self::Once,
            Repeat::Count(expr) => {
                if known_now(expr, scope, diagnostics) {
                    count(expr, scope, diagnostics);
                }
                Self::SomeCount
            }
            Repeat::ForEach(expr) => {
                if known_now(expr, scope, diagnostics) {
                    for_each(expr, "for_each", scope, diagnostics);
                }
                Self::SomeForEach
            }
        }
    }

    /// The keys of the objects, in order.
    pub fn keys(&self) -> Vec<InstanceKey> {
        match self {
            Self::Count(count) => (0..*count).map(InstanceKey::Index).collect(),
            Self::ForEach(elements) => elements.keys().cloned().map(InstanceKey::Key).collect(),
            Self::Once | Self::SomeCount | Self::SomeForEach => vec![InstanceKey::None],
        }
    }

    /// Whether there is an object by that key.
    pub fn contains(&self, key: &InstanceKey) -> bool {
        match (self, key) {
            (Self::Count(count), InstanceKey::Index(index)) => index < count,
            (Self::ForEach(elements), InstanceKey::Key(key)) => elements.contains_key(key),
            (Self::Once | Self::SomeCount | Self::SomeForEach, InstanceKey::None) => true,
            _ => false,
        }
    }

    /// What `each` and `count` are for the object by that key.
    pub fn data(&self, key: &InstanceKey) -> InstanceData {
        let unknown_of = |ty| Val::from(Kind::Unknown(ty));
        match (self, key) {
            (Self::ForEach(elements), InstanceKey::Key(key)) => {
                let value = elements.get(key).cloned().unwrap_or_else(Val::unknown);
                InstanceData { each: Some((Val::from(key.clone()), value)), index: None }
            }
            (Self::SomeForEach, _) => InstanceData { each: Some((unknown_of(Type::String), Val::unknown())), index: None },
            (Self::SomeCount, _) => InstanceData { index: Some(unknown_of(Type::Number)), each: None },
            (_, InstanceKey::Index(index)) => InstanceData { index: Some(Val::from(*index)), each: None },
            _ => InstanceData::default(),
        }
    }
}

/// Whether an expression is known while validating; where it isn't, only the faults found on the way are told.
fn known_now(expr: &Expr, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> bool {
    let mut found = Vec::new();
    let value = evaluate(expr, scope, &mut found);
    // That something is ephemeral is known of what is not known itself.
    let known = value.is_wholly_known() || value.marks.ephemeral;
    let failed = !found.is_empty();
    if failed || !known {
        diagnostics.extend(found);
    }
    known && !failed
}

fn count(expr: &Expr, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Option<u64> {
    let before = diagnostics.len();
    let value = evaluate(expr, scope, diagnostics);
    if diagnostics[before..].iter().any(Diagnostic::is_error) {
        return None;
    }
    let problem = match &value.kind {
        _ if value.all_marks().ephemeral => {
            "It is ephemeral, or made of something ephemeral, and how many objects there are is kept. Give a number that may be kept."
                .to_owned()
        }
        Kind::Null(_) => "It is null; give a whole number, 0 for none.".to_owned(),
        Kind::Unknown(_) => {
            diagnostics.push(not_known("count", "number of objects", expr));
            return None;
        }
        Kind::Number(number) => match whole(number) {
            Some(count) => return Some(count),
            None => format!("It must be a whole number that is not negative; it is {number}."),
        },
        Kind::String(text) => match text.parse::<Number>().ok().as_ref().and_then(whole) {
            Some(count) => return Some(count),
            None => format!("It must be a whole number that is not negative; it is {text:?}."),
        },
        _ => format!("It must be a whole number that is not negative; it is of type {}.", value.ty()),
    };
    diagnostics.push(Diagnostic::error("Invalid count", problem).at(expr.range));
    None
}

fn whole(number: &Number) -> Option<u64> {
    number.to_u64()
}

/// The elements of a `for_each` expression; `name` is what it is called where it is written.
pub(crate) fn for_each(expr: &Expr, name: &str, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Option<Arc<BTreeMap<Arc<str>, Val>>> {
    let before = diagnostics.len();
    let value = evaluate(expr, scope, diagnostics);
    if diagnostics[before..].iter().any(Diagnostic::is_error) {
        return None;
    }
    match elements(&value, name, expr) {
        Ok(elements) => Some(elements),
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            None
        }
    }
}

fn elements(value: &Val, name: &str, expr: &Expr) -> Result<Arc<BTreeMap<Arc<str>, Val>>, Box<Diagnostic>> {
    let invalid = |problem: String| Box::new(Diagnostic::error(format!("Invalid {name}"), problem).at(expr.range));
    if value.marks.ephemeral {
        return Err(invalid("It is ephemeral, or made of something ephemeral, and its keys would be kept in addresses.".to_owned()));
    }
    if value.marks.sensitive {
        return Err(invalid(
            "It is sensitive, or made of something sensitive, and its keys would be shown in addresses. Give keys that are not, with \
             the sensitive part in the values; nonsensitive() takes the mark off what is not secret."
                .to_owned(),
        ));
    }
    match &value.kind {
        Kind::Null(_) => Err(invalid("It is null; give a map or a set of strings, empty for none.".to_owned())),
        Kind::Unknown(_) => Err(Box::new(not_known(name, "keys of the objects", expr))),
        Kind::Map(_, elements) | Kind::Object(elements) => Ok(elements.clone()),
        Kind::Set(_, elements) => {
            let mut keyed = BTreeMap::new();
            for element in elements.iter() {
                match &element.kind {
                    Kind::String(text) => keyed.insert(text.clone(), element.clone()),
                    Kind::Unknown(_) => return Err(Box::new(not_known(name, "keys of the objects", expr))),
                    Kind::Null(_) => return Err(invalid("The set has a null among its elements; each must be a string.".to_owned())),
                    _ => {
                        let ty = element.ty();
                        return Err(invalid(format!("The elements of the set must be strings; they are of type {ty}.")));
                    }
                };
            }
            Ok(Arc::new(keyed))
        }
        Kind::List(..) | Kind::Tuple(_) => Err(invalid(
            "It must be a map or a set of strings, and a list is given. toset() makes a set of it; a for expression makes a map."
                .to_owned(),
        )),
        _ => Err(invalid(format!("It must be a map or a set of strings; it is of type {}.", value.ty()))),
    }
}

fn not_known(name: &str, what: &str, expr: &Expr) -> Diagnostic {
    let detail = format!(
        "The {what} must be known before anything is made, and they follow from values that only apply brings. Use what is known now \
         (the values of a map may be unknown, its keys may not), or apply first what it depends on, with -target."
    );
    Diagnostic::error(format!("{name} is not known yet"), detail).at(expr.range)
}
