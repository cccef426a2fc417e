//! The values behind an expression, as phrases for a message: `var.size is 3`.

use std::fmt::Write as _;

use hotswap_value::{Step, Type};

use super::{
    Evaluator,
    walk::{base, children, constant_step},
};
use crate::{
    Kind, Val,
    ast::{Expr, ExprKind},
    convert::{type_name, with_article},
};

/// What a message is about, which decides on whether unknown and marked values are worth a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Neither of these.
    Other,
    /// That something is not known yet.
    Unknown,
    /// That something is sensitive.
    Sensitive,
    /// That something is ephemeral.
    Ephemeral,
}

impl Evaluator<'_> {
    /// What each reference in an expression stands for, sorted by its text, each once.
    pub(super) fn phrases(&mut self, expr: &Expr, cause: Cause) -> Vec<(String, String)> {
        if std::mem::replace(&mut self.explaining, true) {
            return Vec::new();
        }
        let mut traversals = Vec::new();
        collect(expr, &mut traversals);
        let mut phrases = Vec::new();
        for traversal in traversals {
            // Of one that leads nowhere, the part that leads somewhere explains why.
            let mut rest = Some(traversal);
            while let Some(traversal) = rest {
                let (value, faults) = self.quietly(|this| this.eval(traversal));
                if !faults.is_empty() {
                    rest = base(traversal);
                    continue;
                }
                phrases.extend(text(traversal).zip(phrase(&value, cause)));
                break;
            }
        }
        self.explaining = false;
        phrases.sort();
        phrases.dedup();
        phrases
    }
}

/// The longest parts of an expression that are a name with constant steps after it.
fn collect<'e>(expr: &'e Expr, found: &mut Vec<&'e Expr>) {
    if text(expr).is_some() {
        found.push(expr);
        return;
    }
    children(expr, &mut |child, _| collect(child, found));
}

/// A name with constant steps after it, as it is written; `None` for anything else.
fn text(expr: &Expr) -> Option<String> {
    if let ExprKind::Variable(name) = &expr.kind {
        return Some(name.to_string());
    }
    let mut text = text(base(expr)?)?;
    // Writing to a String can't fail.
    let _ = match constant_step(expr)? {
        Step::Attribute(name) => write!(text, ".{name}"),
        Step::Key(key) => write!(text, "[{key:?}]"),
        Step::Index(index) => write!(text, "[{index}]"),
    };
    Some(text)
}

/// What a value is, to follow its name; `None` if there is nothing to be said.
fn phrase(value: &Val, cause: Cause) -> Option<String> {
    let marks = value.all_marks();
    if marks.any() {
        return match cause {
            Cause::Ephemeral if marks.ephemeral => Some("has an ephemeral value".to_owned()),
            Cause::Sensitive if marks.sensitive => Some("has a sensitive value".to_owned()),
            _ => None,
        };
    }
    if let Kind::Unknown(ty) = &value.kind {
        return match (cause, ty) {
            (Cause::Unknown, Type::Dynamic) => Some("is known only after apply".to_owned()),
            (Cause::Unknown, ty) => Some(format!("is {}, known only after apply", with_article(ty))),
            (_, Type::Dynamic) => None,
            (_, ty) => Some(format!("is {}", with_article(ty))),
        };
    }
    Some(format!("is {}", brief(value)))
}

/// A value in a few words: itself if it is simple, otherwise its type and size.
fn brief(value: &Val) -> String {
    match &value.kind {
        Kind::Null(_) => "null".to_owned(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => format!("{text:?}"),
        Kind::Object(attributes) => match attributes.len() {
            0 => "object with no attributes".to_owned(),
            1 => format!("object with 1 attribute {:?}", attributes.keys().next().map_or("", |name| name)),
            count => format!("object with {count} attributes"),
        },
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => sized(&value.ty(), elements.len()),
        Kind::Map(_, elements) => sized(&value.ty(), elements.len()),
        Kind::Unknown(ty) => type_name(ty),
    }
}

fn sized(ty: &Type, elements: usize) -> String {
    let name = type_name(ty);
    match elements {
        0 => format!("empty {name}"),
        1 => format!("{name} with 1 element"),
        count => format!("{name} with {count} elements"),
    }
}
