//! Evaluation of expressions.

use crate::{Diagnostics, Range, Scope, Subject, Val, ast::Expr};

/// Something an expression refers to, found without evaluating it.
#[derive(Debug, Clone)]
pub struct Reference {
    /// What.
    pub subject: Subject,
    /// The part of the expression that names it, with the constant steps after it.
    pub range: Range,
    /// The constant steps that follow the subject, up to the first that is not constant.
    pub steps: Vec<hotswap_value::Step>,
}

/// The value of an expression. What can't be evaluated is told in `diagnostics` and is unknown in the value, so that one run finds many faults.
pub fn evaluate(_expr: &Expr, _scope: &dyn Scope, _diagnostics: &mut Diagnostics) -> Val {
    Val::unknown()
}

/// What an expression refers to, and faults in how it does (`var` alone, `each.kee`).
pub fn references(_expr: &Expr, _diagnostics: &mut Diagnostics) -> Vec<Reference> {
    Vec::new()
}
