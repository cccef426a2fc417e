//! `condition ? yes : no`.

use hotswap_value::Type;

use super::{Evaluator, phrase::Cause, unknown};
use crate::{
    Kind, Val,
    ast::Expr,
    convert::{convert, unify, with_article},
};

impl Evaluator<'_> {
    /// Both sides are evaluated, for the type they have in common; faults of the one that isn't taken don't count.
    pub(super) fn conditional(&mut self, expr: &Expr, condition: &Expr, yes: &Expr, no: &Expr) -> Val {
        let truth = self.truth(condition);
        let (yes_value, yes_faults) = self.quietly(|this| this.eval(yes));
        let (no_value, no_faults) = self.quietly(|this| this.eval(no));
        let Some(ty) = common(&yes_value, &no_value) else {
            return self.mismatch(expr, &yes_value, &no_value);
        };
        // A result that is marked on one side is on both: which was taken would tell something of it.
        let marks = truth.marks | yes_value.marks | no_value.marks;
        match truth.as_bool() {
            None => {
                let ty = if ty == Common::Same { yes_value.ty() } else { ty.into_type() };
                unknown(ty).marked(marks)
            }
            Some(taken) => {
                let (value, faults) = if taken { (yes_value, yes_faults) } else { (no_value, no_faults) };
                self.diagnostics.extend(faults);
                let value = match ty {
                    Common::Same => value,
                    Common::Type(ty) => match convert(&value, &ty) {
                        Ok(value) => value,
                        Err(error) => {
                            let detail = format!("Both results must be of one type, here {}: {error}.", with_article(&ty));
                            self.fault(expr, "Inconsistent conditional result types", detail)
                        }
                    },
                };
                value.marked(marks)
            }
        }
    }

    /// A condition as a bool, or unknown; what is neither is told.
    pub(super) fn truth(&mut self, condition: &Expr) -> Val {
        let value = self.eval(condition);
        if value.is_null() {
            self.fault(condition, "Null condition", "The condition is null; it must be true or false.");
            return unknown(Type::Bool).marked(value.marks);
        }
        convert(&value, &Type::Bool).unwrap_or_else(|error| {
            let detail = format!("The condition must be true or false: {error}.");
            self.fault_at(condition.range, condition, Cause::Other, "Incorrect condition type", detail);
            unknown(Type::Bool).marked(value.marks)
        })
    }

    fn mismatch(&mut self, expr: &Expr, yes: &Val, no: &Val) -> Val {
        let (yes, no) = (yes.ty(), no.ty());
        let detail = match (&yes, &no) {
            (Type::Tuple(_), Type::Tuple(_)) | (Type::Object(_), Type::Object(_)) => {
                "Both results must be of one type, but some of their elements differ in type.".to_owned()
            }
            (yes, no) => {
                format!("Both results must be of one type, but the one is {} and the other {}.", with_article(yes), with_article(no))
            }
        };
        self.fault(expr, "Inconsistent conditional result types", detail)
    }
}

/// What two results have in common.
#[derive(PartialEq, Eq)]
enum Common {
    /// They are of the same type already.
    Same,
    /// This type, which one or both have to be converted to.
    Type(Type),
}

impl Common {
    fn into_type(self) -> Type {
        match self {
            Self::Same => Type::Dynamic,
            Self::Type(ty) => ty,
        }
    }
}

fn common(yes: &Val, no: &Val) -> Option<Common> {
    match (&yes.kind, &no.kind) {
        (Kind::Bool(_), Kind::Bool(_)) | (Kind::String(_), Kind::String(_)) | (Kind::Number(_), Kind::Number(_)) => Some(Common::Same),
        (Kind::Null(Type::Dynamic), _) => Some(Common::Type(no.ty())),
        (_, Kind::Null(Type::Dynamic)) => Some(Common::Type(yes.ty())),
        _ => unify(&[yes.ty(), no.ty()]).map(Common::Type),
    }
}
