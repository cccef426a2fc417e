//! Evaluation of expressions: what each part of the language does, and what is said when it can't.

mod body;
#[cfg(test)]
mod body_tests;
mod call;
mod collection;
mod condition;
mod operator;
mod phrase;
mod reference;
mod splat;
mod suggest;
mod template;
#[cfg(test)]
mod tests;
mod traverse;
mod walk;

use std::{collections::BTreeMap, sync::Arc};

pub use body::{AttributeSpec, BlockSpec, NestedBlockSpec, Nesting, Presence, attribute_range, decode};
pub use phrase::Cause;
pub use reference::{Reference, references};
pub use suggest::suggest;

use crate::{
    Diagnostic, Diagnostics, Kind, Range, Scope, Val,
    ast::{Expr, ExprKind},
    number,
};

/// The value of an expression. What can't be evaluated is told in `diagnostics` and is unknown in the value, so that one run finds many faults.
pub fn evaluate(expr: &Expr, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Val {
    let mut evaluator = Evaluator::new(scope);
    let value = evaluator.eval(expr);
    diagnostics.append(&mut evaluator.diagnostics);
    value
}

/// The value of an expression that can refer to the given values only: how `templatefile` sees its variables.
pub fn evaluate_template(expr: &Expr, variables: &BTreeMap<Arc<str>, Val>, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Val {
    let mut evaluator = Evaluator { variables_only: true, ..Evaluator::new(scope) };
    evaluator.names.extend(variables.iter().map(|(name, value)| (name.clone(), value.clone())));
    let value = evaluator.eval(expr);
    diagnostics.append(&mut evaluator.diagnostics);
    value
}

/// What each reference in an expression stands for, as [`Diagnostic::values`](crate::Diagnostic) has it: for messages that are not
/// about evaluation itself, such as a condition that doesn't hold.
pub fn explain(expr: &Expr, scope: &dyn Scope, cause: Cause) -> Vec<(String, String)> {
    Evaluator::new(scope).phrases(expr, cause)
}

/// Evaluates one expression: the scope, and the names and elements in hand on the way down.
pub(crate) struct Evaluator<'a> {
    scope: &'a dyn Scope,
    /// The variables of the `for`s around, innermost last.
    names: Vec<(Arc<str>, Val)>,
    /// The elements of the splats around, innermost last.
    items: Vec<Val>,
    diagnostics: Diagnostics,
    /// Evaluating only to explain a fault; what fails meanwhile needs no explanation of its own.
    explaining: bool,
    /// Only the names in hand can be referred to.
    variables_only: bool,
}

impl<'a> Evaluator<'a> {
    fn new(scope: &'a dyn Scope) -> Self {
        Self { scope, names: Vec::new(), items: Vec::new(), diagnostics: Vec::new(), explaining: false, variables_only: false }
    }

    fn eval(&mut self, expr: &Expr) -> Val {
        match &expr.kind {
            ExprKind::Null => Val::null(),
            ExprKind::Bool(truth) => (*truth).into(),
            ExprKind::Number(number) => match number::rounded(number) {
                Some(number) => number.into(),
                None => self.fault(expr, "Invalid number", "The number has too many digits."),
            },
            ExprKind::String(text) => Val::from(text.clone()),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Tuple(elements) => Val::tuple(elements.iter().map(|element| self.eval(element)).collect::<Vec<_>>()),
            ExprKind::Object(items) => self.object(items),
            ExprKind::Variable(name) => match self.name(name) {
                Some(value) => value.clone(),
                None => self.subject_or(expr, |this| this.no_variable(expr, name)),
            },
            ExprKind::Attribute(base, name) => self.subject_or(expr, |this| {
                let value = this.eval(base);
                this.attribute(expr, base, &value, name)
            }),
            ExprKind::Index(base, key) => {
                let value = self.eval(base);
                let key_value = self.eval(key);
                self.index(expr, base, &value, key, &key_value)
            }
            ExprKind::Splat { base, each, .. } => self.splat(expr, base, each),
            ExprKind::SplatItem => self.items.last().cloned().unwrap_or_else(Val::unknown),
            ExprKind::Call { name, name_range, arguments, expand } => self.call(expr, name, *name_range, arguments, *expand),
            ExprKind::Conditional(condition, yes, no) => self.conditional(expr, condition, yes, no),
            ExprKind::Unary(operator, operand) => self.unary(expr, *operator, operand),
            ExprKind::Binary(left, operator, right) => self.binary(expr, left, *operator, right),
            ExprKind::For(this) => self.for_expression(this),
            ExprKind::Parenthesis(inner) => self.eval(inner),
        }
    }

    /// The value of the `for` variable of that name, if there is one.
    fn name(&self, name: &str) -> Option<&Val> {
        self.names.iter().rev().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// The scope's value, if the expression is the name of something the scope has; otherwise what `other` gives.
    fn subject_or(&mut self, expr: &Expr, other: impl FnOnce(&mut Self) -> Val) -> Val {
        if self.variables_only {
            return other(self);
        }
        match reference::subject(expr, &|name| self.name(name).is_some()) {
            None => other(self),
            Some(Ok(subject)) => self.scope.get(&subject, expr.range).unwrap_or_else(|diagnostic| {
                self.diagnostics.push(*diagnostic);
                Val::unknown()
            }),
            Some(Err(diagnostic)) => {
                self.diagnostics.push(*diagnostic);
                Val::unknown()
            }
        }
    }

    fn no_variable(&mut self, expr: &Expr, name: &str) -> Val {
        let names: Vec<_> = self.names.iter().map(|(name, _)| name.clone()).collect();
        let hint = suggest::hint(name, names.iter().map(|name| &**name));
        self.fault(expr, "Invalid reference", format!("The template is given no value {name:?}.{hint}"))
    }

    /// Evaluates with the name standing for the value.
    fn with_names<T>(&mut self, names: impl IntoIterator<Item = (Arc<str>, Val)>, then: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.names.len();
        self.names.extend(names);
        let result = then(self);
        self.names.truncate(before);
        result
    }

    /// What was evaluated and what came up, which is not told yet.
    fn quietly<T>(&mut self, then: impl FnOnce(&mut Self) -> T) -> (T, Diagnostics) {
        let told = std::mem::take(&mut self.diagnostics);
        let result = then(self);
        (result, std::mem::replace(&mut self.diagnostics, told))
    }

    /// How many errors there are; more of them afterwards mean that something in between failed.
    fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count()
    }

    /// Tells an error about an expression, with the values it refers to. The value of what failed: unknown.
    fn fault(&mut self, about: &Expr, summary: &str, detail: impl Into<String>) -> Val {
        self.fault_at(about.range, about, Cause::Other, summary, detail)
    }

    fn fault_at(&mut self, range: Range, about: &Expr, cause: Cause, summary: &str, detail: impl Into<String>) -> Val {
        let values = self.phrases(about, cause);
        let diagnostic = Diagnostic { values, ..Diagnostic::error(summary, detail).at(range) };
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
        Val::unknown()
    }
}

/// An unknown value of that type.
fn unknown(ty: hotswap_value::Type) -> Val {
    Kind::Unknown(ty).into()
}
