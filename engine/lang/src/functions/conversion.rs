//! Conversion between types, and marks taken off and put on.

use hotswap_value::Type;

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    signature::{LIST, Outcome, SET, function, takes},
};
use crate::{Kind, Val, convert::convert};

const V: Parameter = takes("v", Shape::Any).or_null().or_unknown().with_marks();
const VALUE: Parameter = takes("value", Shape::Any).or_null().or_unknown().with_marks();

pub(super) const FUNCTIONS: &[Function] = &[
    function("ephemeralasnull", "The value, or null if it is ephemeral", &[VALUE], Shape::Any, |call| Ok(call.value(0).clone())),
    function("issensitive", "Whether the value is sensitive", &[VALUE], Shape::Bool, |call| Ok(call.value(0).sensitive.into())),
    function("nonsensitive", "The value, shown in output", &[VALUE], Shape::Any, nonsensitive),
    function("sensitive", "The value, hidden in output", &[VALUE], Shape::Any, |call| Ok(call.value(0).clone().marked(true))),
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
    let value = call.value(0);
    // An unknown value may turn out to be of any kind; its mark goes all the same.
    Ok(Val { kind: Kind::clone(&value.kind), sensitive: false })
}
