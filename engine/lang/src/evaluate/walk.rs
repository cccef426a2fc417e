//! Going through an expression without evaluating it.

use std::sync::Arc;

use hotswap_value::Step;

use crate::ast::{Expr, ExprKind, ObjectKey, TemplatePart};

/// Calls `visit` for each expression directly in this one, with the names that are variables there in addition.
pub(super) fn children<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr, &[Arc<str>])) {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Variable(_) | ExprKind::SplatItem => {}
        ExprKind::Template(parts) => template(parts, &[], visit),
        ExprKind::Tuple(elements) => elements.iter().for_each(|element| visit(element, &[])),
        ExprKind::Object(items) => {
            for (key, value) in items {
                if let ObjectKey::Expr(key) = key {
                    visit(key, &[]);
                }
                visit(value, &[]);
            }
        }
        ExprKind::Attribute(base, _) => visit(base, &[]),
        ExprKind::Index(base, key) => {
            visit(base, &[]);
            visit(key, &[]);
        }
        ExprKind::Splat { base, each, .. } => {
            visit(base, &[]);
            visit(each, &[]);
        }
        ExprKind::Call { arguments, .. } => arguments.iter().for_each(|argument| visit(argument, &[])),
        ExprKind::Conditional(condition, yes, no) => [condition, yes, no].into_iter().for_each(|part| visit(part, &[])),
        ExprKind::Unary(_, operand) => visit(operand, &[]),
        ExprKind::Binary(left, _, right) => {
            visit(left, &[]);
            visit(right, &[]);
        }
        ExprKind::For(this) => {
            visit(&this.collection, &[]);
            let names: Vec<_> = this.key_name.iter().chain([&this.value_name]).cloned().collect();
            this.key.iter().chain([&this.value]).chain(&this.condition).for_each(|part| visit(part, &names));
        }
        ExprKind::Parenthesis(inner) => visit(inner, &[]),
    }
}

fn template<'e>(parts: &'e [TemplatePart], names: &[Arc<str>], visit: &mut dyn FnMut(&'e Expr, &[Arc<str>])) {
    for part in parts {
        match part {
            TemplatePart::Text(_) => {}
            TemplatePart::Interpolation(expr) => visit(expr, names),
            TemplatePart::If(parts) => {
                let (condition, yes, no) = &**parts;
                visit(condition, names);
                template(yes, names, visit);
                template(no, names, visit);
            }
            TemplatePart::For(this) => {
                visit(&this.collection, names);
                let names: Vec<_> = names.iter().chain(&this.key).chain([&this.value]).cloned().collect();
                template(&this.body, &names, visit);
            }
        }
    }
}

/// The step a `.name` or a constant `[key]` takes.
pub(super) fn constant_step(expr: &Expr) -> Option<Step> {
    match &expr.kind {
        ExprKind::Attribute(_, name) => Some(match name.parse() {
            Ok(index) if name.starts_with(|first: char| first.is_ascii_digit()) => Step::Index(index),
            _ => Step::Attribute(name.to_string()),
        }),
        ExprKind::Index(_, key) => match &key.kind {
            ExprKind::String(key) => Some(Step::Key(key.to_string())),
            ExprKind::Number(index) => index.to_u64().and_then(|index| usize::try_from(index).ok()).map(Step::Index),
            _ => None,
        },
        _ => None,
    }
}

/// What `.name` or `[key]` is applied to.
pub(super) fn base(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Attribute(base, _) | ExprKind::Index(base, _) => Some(base),
        _ => None,
    }
}
