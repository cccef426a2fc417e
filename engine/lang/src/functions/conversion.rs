//! Conversion between types, and marks taken off and put on.

use std::sync::Arc;

use hotswap_value::Type;

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    signature::{LIST, Outcome, SET, function, takes},
};
use crate::{Kind, Marks, Val, convert::convert};

const V: Parameter = takes("v", Shape::Any).or_null().or_unknown().with_marks();
const VALUE: Parameter = takes("value", Shape::Any).or_null().or_unknown().with_marks();

pub(super) const FUNCTIONS: &[Function] = &[
    function("ephemeralasnull", "The value, with null for what is ephemeral of it", &[VALUE], Shape::Any, |call| Ok(kept(call.value(0)))),
    function("issensitive", "Whether the value is sensitive", &[VALUE], Shape::Bool, |call| Ok(call.value(0).marks.sensitive.into())),
    function("nonsensitive", "The value, shown in output", &[VALUE], Shape::Any, nonsensitive),
    function("sensitive", "The value, hidden in output", &[VALUE], Shape::Any, |call| Ok(call.value(0).clone().marked(Marks::SENSITIVE))),
    function("tobool", "The value as a bool", &[V], Shape::Bool, |call| to(call, &Type::Bool)),
    function("tolist", "The value as a list", &[V], LIST, |call| to(call, &Type::list(Type::Dynamic))),
    function("tomap", "The value as a map", &[V], Shape::Map(&Shape::Any), |call| to(call, &Type::map(Type::Dynamic))),
    function("tonumber", "The value as a number", &[V], Shape::Number, |call| to(call, &Type::Number)),
    function("toset", "The value as a set", &[V], SET, |call| to(call, &Type::set(Type::Dynamic))),
    function("tostring", "The value as a string", &[V], Shape::String, |call| to(call, &Type::String)),
];

fn to(call: &Call, ty: &Type) -> Outcome {
    convert(call.value(0), ty).map_err(|error| FunctionError::at(0, format!("can't become a {ty}: {error}")))
}

fn nonsensitive(call: &Call) -> Outcome {
    let value = call.value(0).clone();
    // An unknown value may turn out to be of any kind; its mark goes all the same.
    Ok(Val { marks: Marks { sensitive: false, ..value.marks }, ..value })
}

/// The value with null, of the same type, for what is ephemeral of it.
fn kept(value: &Val) -> Val {
    if !value.all_marks().ephemeral {
        return value.clone();
    }
    let marks = Marks { ephemeral: false, ..value.marks };
    if value.marks.ephemeral {
        return Val { kind: Kind::Null(value.ty()), marks };
    }
    let kind = match &value.kind {
        Kind::List(ty, elements) => Kind::List(ty.clone(), Arc::new(elements.iter().map(kept).collect())),
        Kind::Set(ty, elements) => Kind::Set(ty.clone(), Arc::new(elements.iter().map(kept).collect())),
        Kind::Tuple(elements) => Kind::Tuple(Arc::new(elements.iter().map(kept).collect())),
        Kind::Map(ty, elements) => {
            Kind::Map(ty.clone(), Arc::new(elements.iter().map(|(key, value)| (key.clone(), kept(value))).collect()))
        }
        Kind::Object(elements) => Kind::Object(Arc::new(elements.iter().map(|(key, value)| (key.clone(), kept(value))).collect())),
        kind => kind.clone(),
    };
    Val { kind, marks }
}
