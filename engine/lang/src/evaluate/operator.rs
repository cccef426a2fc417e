//! Operators, and when two values are equal.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use hotswap_value::{Number, Type};

use super::{Evaluator, phrase::Cause, unknown};
use crate::{
    Kind, Val,
    ast::{BinaryOp, Expr, UnaryOp},
    convert::{convert, has_dynamic},
    number,
};

impl Evaluator<'_> {
    pub(super) fn unary(&mut self, expr: &Expr, operator: UnaryOp, operand: &Expr) -> Val {
        let ty = match operator {
            UnaryOp::Negate => Type::Number,
            UnaryOp::Not => Type::Bool,
        };
        let value = self.eval(operand);
        let Some(value) = self.operand(operand, &value, &ty) else { return unknown(ty).marked(value.marks) };
        let result = match &value.kind {
            Kind::Bool(truth) => (!truth).into(),
            Kind::Number(number) => match number::negate(number) {
                Some(number) => number.into(),
                None => self.fault(expr, "Operation failed", "The result has too many digits."),
            },
            _ => unknown(ty),
        };
        result.marked(value.marks)
    }

    /// Both operands are evaluated before the operator is looked at: `&&` and `||` spare nothing.
    pub(super) fn binary(&mut self, expr: &Expr, left: &Expr, operator: BinaryOp, right: &Expr) -> Val {
        let errors = self.errors();
        let (left_value, right_value) = (self.eval(left), self.eval(right));
        let failed = self.errors() > errors;
        if let BinaryOp::Equal | BinaryOp::NotEqual = operator {
            let marks = left_value.all_marks() | right_value.all_marks();
            let equal = if failed { None } else { equal(&left_value, &right_value) };
            let result = match equal {
                Some(equal) => (equal == (operator == BinaryOp::Equal)).into(),
                None => unknown(Type::Bool),
            };
            return result.marked(marks);
        }
        let operands = match operator {
            BinaryOp::And | BinaryOp::Or => Type::Bool,
            _ => Type::Number,
        };
        let result_type = match operator {
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => Type::Number,
            _ => Type::Bool,
        };
        let marks = left_value.marks | right_value.marks;
        let a = self.operand(left, &left_value, &operands);
        let b = self.operand(right, &right_value, &operands);
        let result = match (a.as_ref().map(|value| &value.kind), b.as_ref().map(|value| &value.kind)) {
            (Some(Kind::Number(a)), Some(Kind::Number(b))) => self.arithmetic(expr, right, operator, a, b),
            (Some(Kind::Bool(a)), Some(Kind::Bool(b))) => match operator {
                BinaryOp::And => (*a && *b).into(),
                _ => (*a || *b).into(),
            },
            _ => unknown(result_type),
        };
        result.marked(marks)
    }

    fn arithmetic(&mut self, expr: &Expr, right: &Expr, operator: BinaryOp, a: &Number, b: &Number) -> Val {
        let result = match operator {
            BinaryOp::Less => return (a < b).into(),
            BinaryOp::LessOrEqual => return (a <= b).into(),
            BinaryOp::Greater => return (a > b).into(),
            BinaryOp::GreaterOrEqual => return (a >= b).into(),
            BinaryOp::Divide | BinaryOp::Modulo if *b == Number::from(0_i64) => {
                let _ = self.fault_at(right.range, expr, Cause::Other, "Division by zero", "The divisor is zero.");
                return unknown(Type::Number);
            }
            BinaryOp::Add => number::add(a, b),
            BinaryOp::Subtract => number::subtract(a, b),
            BinaryOp::Multiply => number::multiply(a, b),
            BinaryOp::Divide => number::divide(a, b),
            _ => number::remainder(a, b),
        };
        match result {
            Some(number) => number.into(),
            None => {
                self.fault(expr, "Operation failed", "The result has more digits than a number can have here.");
                unknown(Type::Number)
            }
        }
    }

    /// The operand as the operator needs it; `None`, with an error told, if it isn't.
    fn operand(&mut self, operand: &Expr, value: &Val, ty: &Type) -> Option<Val> {
        if value.is_null() {
            self.fault(operand, "Invalid operand", "The operand is null.");
            return None;
        }
        match convert(value, ty) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(operand, "Invalid operand", format!("The operand doesn't fit the operator: {error}."));
                None
            }
        }
    }
}

/// Whether two values are equal, type and all; `None` if that is not known yet. Marks don't count.
pub(crate) fn equal(a: &Val, b: &Val) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Unknown(_), Kind::Unknown(_)) => return None,
        (Kind::Unknown(ty), _) => return equal_to_unknown(b, ty),
        (_, Kind::Unknown(ty)) => return equal_to_unknown(a, ty),
        (Kind::Null(_), Kind::Null(_)) => return Some(true),
        (Kind::Null(_), _) | (_, Kind::Null(_)) => return Some(false),
        (Kind::Bool(a), Kind::Bool(b)) => return Some(a == b),
        (Kind::Number(a), Kind::Number(b)) => return Some(a.cmp(b) == Ordering::Equal),
        (Kind::String(a), Kind::String(b)) => return Some(a == b),
        (Kind::Tuple(a), Kind::Tuple(b)) if a.len() != b.len() => return Some(false),
        (Kind::Object(a), Kind::Object(b)) if !a.keys().eq(b.keys()) => return Some(false),
        (Kind::Tuple(_), Kind::Tuple(_))
        | (Kind::Object(_), Kind::Object(_))
        | (Kind::List(..), Kind::List(..))
        | (Kind::Map(..), Kind::Map(..))
        | (Kind::Set(..), Kind::Set(..)) => {}
        _ => return Some(false),
    }
    let (a_type, b_type) = (a.ty(), b.ty());
    if a_type != b_type {
        // What is not known yet may turn out to be of the other's type.
        let open = has_unknown(a, b) && (has_dynamic(&a_type) || has_dynamic(&b_type)) && could_be(&a_type, &b_type);
        return if open { None } else { Some(false) };
    }
    all_equal(a, b)
}

/// Whether a known value can equal one of which the type alone is known.
fn equal_to_unknown(known: &Val, ty: &Type) -> Option<bool> {
    // Nulls of every type are equal, and the other may turn out null.
    if known.is_null() || has_dynamic(ty) {
        return None;
    }
    let own = known.ty();
    if own == *ty || has_dynamic(&own) { None } else { Some(false) }
}

/// Elements compared one by one: one that differs decides, otherwise one that is not known does.
fn all_equal(a: &Val, b: &Val) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Tuple(a), Kind::Tuple(b)) | (Kind::List(_, a), Kind::List(_, b)) => {
            if a.len() != b.len() {
                Some(false)
            } else {
                every(a.iter().zip(b.iter()))
            }
        }
        (Kind::Object(a), Kind::Object(b)) | (Kind::Map(_, a), Kind::Map(_, b)) => maps_equal(a, b),
        (Kind::Set(..), Kind::Set(..)) if !a.is_wholly_known() || !b.is_wholly_known() => None,
        (Kind::Set(_, a), Kind::Set(_, b)) => Some(a == b),
        _ => equal(a, b),
    }
}

fn maps_equal(a: &BTreeMap<Arc<str>, Val>, b: &BTreeMap<Arc<str>, Val>) -> Option<bool> {
    if !a.keys().eq(b.keys()) {
        return Some(false);
    }
    every(a.values().zip(b.values()))
}

fn every<'a>(pairs: impl Iterator<Item = (&'a Val, &'a Val)>) -> Option<bool> {
    let mut result = Some(true);
    for (a, b) in pairs {
        match equal(a, b) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => result = None,
        }
    }
    result
}

/// Whether values of two types could turn out to be of the same type.
fn could_be(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => could_be(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| could_be(a, b)),
        (Type::Object(a), Type::Object(b)) => a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| could_be(a, b)),
        (a, b) => a == b,
    }
}

/// Whether some part of either is unknown.
fn has_unknown(a: &Val, b: &Val) -> bool {
    !a.is_wholly_known() || !b.is_wholly_known()
}
