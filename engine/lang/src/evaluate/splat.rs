//! `base[*].each`.

use hotswap_value::Type;

use super::{Evaluator, phrase::Cause, unknown};
use crate::{Kind, Marks, Val, ast::Expr, convert::unify};

impl Evaluator<'_> {
    /// What is no collection counts as one of itself, and null as one of nothing.
    pub(super) fn splat(&mut self, expr: &Expr, base: &Expr, each: &Expr) -> Val {
        let value = self.eval(base);
        let marked = |result: Val| result.marked(value.marks);
        match &value.kind {
            Kind::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                let detail = "This value is null where a collection is due; an empty one has elements to go through, if none.";
                self.fault_at(expr.range, base, Cause::Other, "Splat of null value", detail)
            }
            Kind::Null(_) => marked(Val::tuple([])),
            Kind::Unknown(Type::List(element) | Type::Set(element)) => {
                let element = self.item(each, unknown((**element).clone())).ty();
                marked(unknown(Type::list(element)))
            }
            Kind::Unknown(Type::Tuple(types)) => {
                let types = types.iter().map(|ty| self.item(each, unknown(ty.clone())).ty()).collect();
                marked(unknown(Type::Tuple(types)))
            }
            Kind::Unknown(Type::Dynamic) => marked(Val::unknown()),
            Kind::Unknown(ty) => {
                // Whether it will be null is not known, so neither is the number of elements. Still, faults in the steps show now.
                self.item(each, unknown(ty.clone()));
                marked(Val::unknown())
            }
            Kind::Tuple(elements) => {
                let elements: Vec<Val> = elements.iter().map(|element| self.item(each, element.clone())).collect();
                marked(Val::tuple(elements))
            }
            Kind::List(ty, elements) | Kind::Set(ty, elements) => {
                if elements.is_empty() {
                    let element = self.item(each, unknown(ty.clone())).ty();
                    return marked(Val::list(element, []));
                }
                let elements: Vec<Val> = elements.iter().map(|element| self.item(each, element.clone())).collect();
                let types: Vec<Type> = elements.iter().map(Val::ty).collect();
                // Steps can lead to values of several types only through what is not known yet.
                match unify(&types) {
                    Some(ty) if types.iter().all(|other| *other == ty) => marked(Val::list(ty, elements)),
                    _ => marked(Val::tuple(elements)),
                }
            }
            _ => marked(Val::tuple([self.item(each, Val { marks: Marks::NONE, ..value.clone() })])),
        }
    }

    fn item(&mut self, each: &Expr, value: Val) -> Val {
        self.items.push(value);
        let result = self.eval(each);
        self.items.pop();
        result
    }
}
