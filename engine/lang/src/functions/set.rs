//! Sets against each other.

use std::collections::BTreeSet;

use hotswap_value::Type;

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    arguments::a_kind,
    signature::{Outcome, SET, function, takes},
};
use crate::{
    Kind, Marks, Val,
    convert::{convert, unify},
};

/// The most elements all combinations together may have, so that a few short lists can't fill memory.
const MOST_COMBINED: usize = 4_000_000;

const FIRST: Parameter = takes("first_set", SET);
const OTHERS: Parameter = takes("other_sets", SET);
const A: Parameter = takes("a", SET);
const B: Parameter = takes("b", SET);

pub(super) const FUNCTIONS: &[Function] = &[
    function("setintersection", "What is in every set", &[FIRST], Shape::By(common), |call| combine(call, Combine::Intersect)).and(&OTHERS),
    function("setproduct", "Every combination of one element of each", &[], Shape::By(product_type), product)
        .and(&takes("sets", Shape::Any).with_marks()),
    function("setsubtract", "What is in the first set and not in the second", &[A, B], Shape::By(common), |call| {
        combine(call, Combine::Subtract)
    }),
    function("setunion", "What is in any set", &[FIRST], Shape::By(common), |call| combine(call, Combine::Unite)).and(&OTHERS),
];

#[derive(Clone, Copy, PartialEq)]
enum Combine {
    Intersect,
    Subtract,
    Unite,
}

/// The type of set all arguments can be.
fn common(arguments: &[Val]) -> Result<Type, FunctionError> {
    let elements: Vec<Type> = arguments
        .iter()
        .filter_map(|value| match value.ty() {
            Type::Set(element) if *element != Type::Dynamic => Some(*element),
            _ => None,
        })
        .collect();
    if elements.is_empty() {
        return Ok(Type::set(Type::Dynamic));
    }
    unify(&elements).map(Type::set).ok_or_else(|| FunctionError::new("the elements of its sets have no type in common"))
}

fn combine(call: &Call, how: Combine) -> Outcome {
    let ty = common(call.arguments)?;
    let sets = call.from(0).map(|(index, value)| convert(value, &ty).map_err(|error| FunctionError::at(index, error.to_string())));
    let sets = sets.collect::<Result<Vec<_>, _>>()?;
    let Type::Set(element) = &ty else { return Ok(Kind::Unknown(ty).into()) };
    if how != Combine::Unite && !sets.iter().all(Val::is_wholly_known) {
        return Ok(Kind::Unknown(ty).into());
    }
    let mut sets = sets.iter().map(|set| set.as_elements().unwrap_or_default());
    let mut result: Vec<&Val> = sets.next().unwrap_or_default().iter().collect();
    for set in sets {
        match how {
            Combine::Unite => result.extend(set),
            Combine::Intersect | Combine::Subtract => {
                let set: BTreeSet<&Val> = set.iter().collect();
                result.retain(|value| set.contains(value) == (how == Combine::Intersect));
            }
        }
    }
    Ok(Val::set((**element).clone(), result.into_iter().cloned()))
}

fn product(call: &Call) -> Outcome {
    let ty = product_type(call.arguments)?;
    let (Type::Set(tuple) | Type::List(tuple)) = &ty else { return Ok(Val::unknown()) };
    let Type::Tuple(types) = &**tuple else { return Ok(Val::unknown()) };
    let mut total = 1_usize;
    let mut marks = Marks::NONE;
    let mut sets = Vec::with_capacity(types.len());
    for ((index, value), ty) in call.from(0).zip(types) {
        marks |= value.marks;
        let elements = value.as_elements().unwrap_or_default();
        total = total.saturating_mul(elements.len());
        let elements = elements.iter().map(|element| convert(element, ty).map_err(|error| FunctionError::at(index, error.to_string())));
        sets.push(elements.collect::<Result<Vec<_>, _>>()?);
    }
    if total.saturating_mul(sets.len()) > MOST_COMBINED {
        return Err(FunctionError::new(format!("there are too many combinations: {total}")));
    }
    // The last set turns fastest, as the digits of a number do.
    let combinations = (0..total).map(|mut number| {
        let mut tuple: Vec<Val> = Vec::with_capacity(sets.len());
        for set in sets.iter().rev() {
            tuple.push(set[number % set.len()].clone());
            number /= set.len();
        }
        tuple.reverse();
        Val::tuple(tuple)
    });
    let result = match &ty {
        Type::Set(_) => Val::set((**tuple).clone(), combinations),
        _ => Val::list((**tuple).clone(), combinations),
    };
    Ok(result.marked(marks))
}

/// A list of tuples, or a set of them if any argument is a set.
fn product_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    if arguments.len() < 2 {
        return Err(FunctionError::new("it takes at least two arguments"));
    }
    let mut any_set = false;
    let mut types = Vec::with_capacity(arguments.len());
    for (index, value) in arguments.iter().enumerate() {
        types.push(match value.ty() {
            Type::Set(element) => {
                any_set = true;
                *element
            }
            Type::List(element) => *element,
            Type::Tuple(elements) if elements.is_empty() => Type::Dynamic,
            Type::Tuple(elements) => {
                unify(&elements).ok_or_else(|| FunctionError::at(index, "must have elements of one type, and these have none in common"))?
            }
            _ => {
                return Err(FunctionError::at(
                    index,
                    format!("must be lists, tuples or sets, argument {} is {}", index + 1, a_kind(value)),
                ));
            }
        });
    }
    let tuple = Type::Tuple(types);
    Ok(if any_set { Type::set(tuple) } else { Type::list(tuple) })
}
