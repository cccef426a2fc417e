//! Expressions that must not refer to anything: defaults, sources, settings.

use std::path::Path;

use crate::{
    Diagnostic, Diagnostics, Range, Scope, Subject, Val,
    ast::{Expr, ExprKind},
    evaluate,
};

/// A scope that has nothing.
struct Nothing;

impl Scope for Nothing {
    fn get(&self, subject: &Subject, range: Range) -> Result<Val, Box<Diagnostic>> {
        Err(Box::new(
            Diagnostic::error("References not allowed", format!("The value must be written out here: it can't depend on {subject}."))
                .at(range),
        ))
    }

    fn folder(&self) -> &Path {
        Path::new(".")
    }
}

/// The value of an expression that is written out.
pub(crate) fn evaluate(expr: &Expr) -> Result<Val, Diagnostics> {
    let mut faults = Diagnostics::new();
    if let Some(range) = call(expr) {
        let detail = "The value must be written out here: functions are not available.";
        return Err(vec![Diagnostic::error("Function calls not allowed", detail).at(range)]);
    }
    let value = evaluate::evaluate(expr, &Nothing, &mut faults);
    if faults.is_empty() { Ok(value) } else { Err(faults) }
}

/// The first call in the parts that a constant is usually made of.
fn call(expr: &Expr) -> Option<Range> {
    match &expr.kind {
        ExprKind::Call { name_range, .. } => Some(*name_range),
        ExprKind::Tuple(elements) => elements.iter().find_map(call),
        ExprKind::Object(items) => items.iter().find_map(|(_, value)| call(value)),
        ExprKind::Parenthesis(inner) => call(inner),
        _ => None,
    }
}
