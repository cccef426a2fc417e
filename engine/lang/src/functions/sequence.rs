//! Lists and tuples: cutting, joining, ordering.

use std::sync::Arc;

use hotswap_value::{Number, Type};

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    arguments::a_kind,
    equality::equal,
    signature::{LIST, Outcome, STRINGS, function, takes},
};
use crate::{
    Kind, Marks, Val,
    convert::{convert, unify},
    number,
};

/// The most numbers `range` gives: Terraform's own limit.
const MOST_IN_RANGE: usize = 1024;

const ANY: Parameter = takes("list", Shape::Any).with_marks();

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "chunklist",
        "The list cut into lists of a size; the last may be shorter",
        &[takes("list", LIST).with_marks(), takes("size", Shape::Number)],
        Shape::By(|arguments| Ok(Type::list(arguments[0].ty()))),
        chunklist,
    ),
    function("compact", "The list without nulls and empty text", &[takes("list", STRINGS)], STRINGS, compact),
    function("concat", "One list or tuple of all, one after the other", &[], Shape::By(concat_type), concat)
        .and(&takes("seqs", Shape::Any).with_marks()),
    function(
        "distinct",
        "The list with every value kept where it comes first only",
        &[takes("list", LIST)],
        Shape::By(first_type),
        distinct,
    ),
    function("flatten", "A tuple of the elements of all lists, tuples and sets within", &[ANY], Shape::Any, flatten),
    function(
        "matchkeys",
        "The values whose keys, at the same index, are among those searched for",
        &[takes("values", LIST), takes("keys", LIST), takes("searchset", LIST)],
        Shape::By(first_type),
        matchkeys,
    ),
    function("range", "The numbers from a start to before an end, by a step", &[], Shape::List(&Shape::Number), range)
        .and(&takes("params", Shape::Number)),
    function("reverse", "The elements in opposite order", &[ANY], Shape::By(reverse_type), reverse),
    function(
        "slice",
        "The elements from an index to before another",
        &[ANY, takes("start_index", Shape::Number), takes("end_index", Shape::Number)],
        Shape::By(slice_type),
        slice,
    ),
    function("sort", "The strings in the order of their characters' numbers", &[takes("list", STRINGS)], STRINGS, sort),
];

fn first_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    Ok(arguments[0].ty())
}

/// The same elements in a list of another type of element, or in a tuple, as `like` is.
fn sequence_like(like: &Val, elements: Vec<Val>) -> Val {
    match &like.kind {
        Kind::List(element, _) | Kind::Set(element, _) => Val::list(element.clone(), elements),
        _ => Val::tuple(elements),
    }
}

fn chunklist(call: &Call) -> Outcome {
    let (list, elements) = (call.value(0), call.elements(0));
    let size = usize::try_from(call.integer(1)?).map_err(|_| FunctionError::at(1, "must not be negative"))?;
    let size = if size == 0 { elements.len().max(1) } else { size };
    let chunks = elements.chunks(size).map(|chunk| sequence_like(list, chunk.to_vec()));
    Ok(Val::list(list.ty(), chunks).marked(list.marks))
}

fn compact(call: &Call) -> Outcome {
    let list = call.value(0);
    if !list.is_wholly_known() {
        return Ok(Kind::Unknown(list.ty()).into());
    }
    Ok(Val::list(Type::String, call.elements(0).iter().filter(|element| element.as_str().is_some_and(|text| !text.is_empty())).cloned()))
}

fn concat(call: &Call) -> Outcome {
    let ty = concat_type(call.arguments)?;
    let mut marks = Marks::NONE;
    let mut elements = Vec::new();
    for (index, value) in call.from(0) {
        marks |= value.marks;
        for element in call.sequence(index)? {
            elements.push(match &ty {
                Type::List(ty) => convert(element, ty).map_err(|error| FunctionError::at(index, error.to_string()))?,
                _ => element.clone(),
            });
        }
    }
    let result = match ty {
        Type::List(element) => Val::list(*element, elements),
        _ => Val::tuple(elements),
    };
    Ok(result.marked(marks))
}

/// Lists whose elements have a type in common give a list; anything else gives a tuple, if its length can be known.
fn concat_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    if arguments.is_empty() {
        return Err(FunctionError::new("it takes at least one argument"));
    }
    let mut elements = Vec::new();
    let mut all_lists = true;
    let mut tuple = Some(Vec::new());
    for (index, value) in arguments.iter().enumerate() {
        match (value.ty(), value.as_elements()) {
            (Type::List(element), values) => {
                match (&mut tuple, values) {
                    (Some(types), Some(values)) => types.extend(values.iter().map(|_| (*element).clone())),
                    _ => tuple = None,
                }
                elements.push(*element);
            }
            (Type::Tuple(types), _) => {
                all_lists = false;
                if let Some(tuple) = &mut tuple {
                    tuple.extend(types);
                }
            }
            (Type::Dynamic, _) => return Ok(Type::Dynamic),
            _ => return Err(FunctionError::at(index, format!("must be lists or tuples, argument {} is {}", index + 1, a_kind(value)))),
        }
    }
    let typed: Vec<Type> = elements.iter().filter(|ty| **ty != Type::Dynamic).cloned().collect();
    if all_lists {
        if typed.is_empty() {
            return Ok(Type::list(Type::Dynamic));
        }
        if let Some(element) = unify(&typed) {
            return Ok(Type::list(element));
        }
    }
    Ok(tuple.map_or(Type::Dynamic, Type::Tuple))
}

fn distinct(call: &Call) -> Outcome {
    let list = call.value(0);
    if !list.is_wholly_known() {
        return Ok(Kind::Unknown(list.ty()).into());
    }
    let mut seen = std::collections::BTreeSet::new();
    let kept = call.elements(0).iter().filter(|element| seen.insert(*element)).cloned().collect();
    Ok(sequence_like(list, kept))
}

fn flatten(call: &Call) -> Outcome {
    let value = call.value(0);
    if value.as_elements().is_none() {
        return Err(FunctionError::at(0, format!("must be a list, tuple or set, not {}", a_kind(value))));
    }
    let mut flat = Flat { elements: Vec::new(), marks: Marks::NONE, known: true };
    flat.add(value);
    let result = if flat.known { Val::tuple(flat.elements) } else { Val::unknown() };
    Ok(result.marked(flat.marks))
}

struct Flat {
    elements: Vec<Val>,
    marks: Marks,
    /// Whether how many there are is known.
    known: bool,
}

impl Flat {
    /// Adds the elements of a list, set or tuple.
    fn add(&mut self, value: &Val) {
        self.marks |= value.marks;
        for element in value.as_elements().unwrap_or_default() {
            match &element.kind {
                Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) => self.add(element),
                Kind::Unknown(Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic) => {
                    self.known = false;
                    self.marks |= element.marks;
                }
                _ => self.elements.push(element.clone()),
            }
        }
    }
}

fn matchkeys(call: &Call) -> Outcome {
    let [values, keys, wanted] = [call.value(0), call.value(1), call.value(2)];
    let wholly_known = keys.is_wholly_known() && wanted.is_wholly_known();
    if call.elements(0).len() != call.elements(1).len() {
        let (values, keys) = (call.elements(0).len(), call.elements(1).len());
        return Err(FunctionError::at(1, format!("must be as many as the values: there are {keys} keys and {values} values")));
    }
    let types: Vec<Type> = [keys.ty(), wanted.ty()].into_iter().filter(|ty| *ty != Type::list(Type::Dynamic)).collect();
    let common = if types.is_empty() { Some(Type::list(Type::Dynamic)) } else { unify(&types) };
    let common = common.ok_or_else(|| FunctionError::at(2, "must be of the same type as the keys"))?;
    if !wholly_known {
        return Ok(Kind::Unknown(values.ty()).into());
    }
    let converted = |index: usize| convert(call.value(index), &common).map_err(|error| FunctionError::at(index, error.to_string()));
    let (keys, wanted) = (converted(1)?, converted(2)?);
    let wanted = wanted.as_elements().unwrap_or_default();
    let keys = keys.as_elements().unwrap_or_default();
    let is_wanted = |key: &Val| wanted.iter().any(|wanted| equal(key, wanted) == Some(true));
    let kept = call.elements(0).iter().zip(keys).filter(|(_, key)| is_wanted(key)).map(|(value, _)| value.clone()).collect();
    Ok(sequence_like(values, kept))
}

fn range(call: &Call) -> Outcome {
    let zero = Number::from(0_i64);
    let (start, end) = match call.count() {
        1 => (&zero, call.number(0)?),
        2 | 3 => (call.number(0)?, call.number(1)?),
        count => return Err(FunctionError::new(format!("it takes one, two or three numbers, not {count}"))),
    };
    let step = match call.count() {
        3 => call.number(2)?.clone(),
        _ if end < start => Number::from(-1_i64),
        _ => Number::from(1_i64),
    };
    let down = step < zero;
    if call.count() == 3 && ((down && end > start) || (step > zero && end < start)) {
        let way = if down { "negative" } else { "positive" };
        return Err(FunctionError::at(2, format!("must lead from the start to the end, and a {way} step leads away from it")));
    }
    let mut numbers: Vec<Val> = Vec::new();
    let mut next = start.clone();
    while if down { next > *end } else { next < *end } {
        if numbers.len() == MOST_IN_RANGE {
            return Err(FunctionError::new(format!("it would give more than {MOST_IN_RANGE} numbers")));
        }
        let following = number::add(&next, &step).ok_or_else(|| FunctionError::new("the numbers have too many digits"))?;
        numbers.push(next.into());
        next = following;
    }
    Ok(Val::list(Type::Number, numbers))
}

fn reverse(call: &Call) -> Outcome {
    let value = call.value(0);
    let Some(elements) = value.as_elements() else {
        return Err(FunctionError::at(0, format!("must be a list, tuple or set, not {}", a_kind(value))));
    };
    Ok(sequence_like(value, elements.iter().rev().cloned().collect()).marked(value.marks))
}

fn reverse_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    Ok(match arguments[0].ty() {
        Type::List(element) | Type::Set(element) => Type::List(element),
        Type::Tuple(types) => Type::Tuple(types.into_iter().rev().collect()),
        Type::Dynamic => Type::Dynamic,
        _ => return Err(FunctionError::at(0, "must be a list, tuple or set")),
    })
}

fn slice(call: &Call) -> Outcome {
    let elements = call.sequence(0)?;
    let bounds = |length: usize| -> Result<(usize, usize), FunctionError> {
        let index = |at: usize| -> Result<usize, FunctionError> {
            let index = call.integer(at)?;
            let short = || FunctionError::at(at, format!("must be from 0 to {length}, the number of elements, not {index}"));
            usize::try_from(index).ok().filter(|index| *index <= length).ok_or_else(short)
        };
        Ok((index(1)?, index(2)?))
    };
    let (start, end) = bounds(elements.len())?;
    let kept =
        elements.get(start..end).ok_or_else(|| FunctionError::at(1, format!("must not be greater than the end, {end}; it is {start}")))?;
    Ok(sequence_like(call.value(0), kept.to_vec()).marked(call.value(0).marks))
}

fn slice_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    Ok(match arguments[0].ty() {
        Type::List(element) => Type::List(element),
        Type::Tuple(types) => {
            let index = |value: &Val| value.as_number().and_then(Number::to_u64).and_then(|index| usize::try_from(index).ok());
            match (index(&arguments[1]), index(&arguments[2])) {
                (Some(start), Some(end)) => types.get(start..end).map_or(Type::Dynamic, |types| Type::Tuple(types.to_vec())),
                _ => Type::Dynamic,
            }
        }
        Type::Dynamic => Type::Dynamic,
        _ => return Err(FunctionError::at(0, "must be a list or tuple")),
    })
}

fn sort(call: &Call) -> Outcome {
    if !call.value(0).is_wholly_known() {
        return Ok(Kind::Unknown(Type::list(Type::String)).into());
    }
    let mut texts: Vec<Arc<str>> = Vec::with_capacity(call.elements(0).len());
    for (position, element) in call.elements(0).iter().enumerate() {
        match &element.kind {
            Kind::String(text) => texts.push(text.clone()),
            _ => return Err(FunctionError::at(0, format!("must hold no null, element {position} is one"))),
        }
    }
    texts.sort();
    Ok(Val::list(Type::String, texts.into_iter().map(Val::from)))
}
