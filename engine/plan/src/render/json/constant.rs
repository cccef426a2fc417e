//! Expressions whose value the configuration alone tells.

use std::path::Path;

use hotswap_lang::{
    Diagnostic, Range, Scope, Subject, Val,
    ast::{Expr, ExprKind, ObjectKey, TemplatePart},
    evaluate::evaluate,
};

/// The value of an expression that refers to nothing and calls no function; `None` for any other, and for one with an error in it.
pub(super) fn value(expr: &Expr) -> Option<Val> {
    if calls(expr) {
        return None;
    }
    let mut diagnostics = Vec::new();
    let value = evaluate(expr, &Nothing, &mut diagnostics);
    (!diagnostics.iter().any(Diagnostic::is_error) && value.is_wholly_known()).then_some(value)
}

/// A scope in which nothing is to be had.
struct Nothing;

impl Scope for Nothing {
    fn get(&self, subject: &Subject, range: Range) -> Result<Val, Box<Diagnostic>> {
        Err(Box::new(Diagnostic::error("Not a constant", format!("{subject} has no value here.")).at(range)))
    }

    fn folder(&self) -> &Path {
        Path::new(".")
    }
}

/// Whether a function is called anywhere in it.
fn calls(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call { .. } => true,
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Variable(_) | ExprKind::SplatItem => {
            false
        }
        ExprKind::Template(parts) => parts.iter().any(part_calls),
        ExprKind::Tuple(elements) => elements.iter().any(calls),
        ExprKind::Object(items) => items.iter().any(|(key, value)| {
            let key = match key {
                ObjectKey::Name(..) => false,
                ObjectKey::Expr(key) => calls(key),
            };
            key || calls(value)
        }),
        ExprKind::Attribute(base, _) | ExprKind::Unary(_, base) | ExprKind::Parenthesis(base) => calls(base),
        ExprKind::Index(one, other) | ExprKind::Binary(one, _, other) => calls(one) || calls(other),
        ExprKind::Splat { base, each, .. } => calls(base) || calls(each),
        ExprKind::Conditional(condition, yes, no) => calls(condition) || calls(yes) || calls(no),
        ExprKind::For(each) => {
            calls(&each.collection) || calls(&each.value) || [&each.key, &each.condition].into_iter().flatten().any(calls)
        }
    }
}

fn part_calls(part: &TemplatePart) -> bool {
    match part {
        TemplatePart::Text(_) => false,
        TemplatePart::Interpolation(expr) => calls(expr),
        TemplatePart::If(parts) => {
            let (condition, yes, no) = &**parts;
            calls(condition) || yes.iter().chain(no).any(part_calls)
        }
        TemplatePart::For(each) => calls(&each.collection) || each.body.iter().any(part_calls),
    }
}
