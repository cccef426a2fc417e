//! Questions to a collection: how long it is, what is in it, which of several it is.

use hotswap_value::Type;

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    arguments::a_kind,
    equality::equal,
    signature::{Outcome, function, takes},
};
use crate::{
    Kind, Val,
    convert::{convert, unify},
    number,
};

const LIST: Parameter = takes("list", Shape::Any);
const VALUE: Parameter = takes("value", Shape::Any);
const VALUES: Parameter = takes("vals", Shape::Any).or_null().or_unknown();
const BOOLS: Parameter = takes("list", Shape::List(&Shape::Bool));

pub(super) const FUNCTIONS: &[Function] = &[
    function("alltrue", "Whether every element is true; true if there are none", &[BOOLS], Shape::Bool, alltrue),
    function("anytrue", "Whether any element is true; false if there are none", &[BOOLS], Shape::Bool, anytrue),
    function("coalesce", "The first argument that is neither null nor empty text", &[], Shape::Any, coalesce).and(&VALUES),
    function("coalescelist", "The first list that is not empty", &[], Shape::Any, coalescelist).and(&VALUES),
    function("contains", "Whether a list, tuple or set holds a value", &[LIST, VALUE], Shape::Bool, contains),
    function(
        "element",
        "The element at an index, counted on from the start where the list is shorter",
        &[LIST.with_marks(), takes("index", Shape::Number)],
        Shape::By(element_type),
        element,
    ),
    function("index", "The index of the first element that equals a value", &[LIST, VALUE], Shape::Number, index),
    function("length", "The number of elements, attributes or characters", &[VALUE.or_unknown().with_marks()], Shape::Number, length),
    function("one", "The only element, or null if there is none", &[LIST], Shape::By(one_type), one),
    function("sum", "The sum of the numbers", &[LIST], Shape::Number, sum),
];

fn alltrue(call: &Call) -> Outcome {
    for element in call.elements(0) {
        match element.kind {
            Kind::Unknown(_) => return Ok(Kind::Unknown(Type::Bool).into()),
            Kind::Bool(true) => {}
            _ => return Ok(false.into()),
        }
    }
    Ok(true.into())
}

fn anytrue(call: &Call) -> Outcome {
    let elements = call.elements(0);
    if elements.iter().any(|element| element.as_bool() == Some(true)) {
        return Ok(true.into());
    }
    if elements.iter().any(Val::is_unknown) {
        return Ok(Kind::Unknown(Type::Bool).into());
    }
    Ok(false.into())
}

fn coalesce(call: &Call) -> Outcome {
    // A null without a type has no say in what type the result is.
    let types: Vec<Type> = call.from(0).map(|(_, value)| value.ty()).filter(|ty| *ty != Type::Dynamic).collect();
    let typeless_unknown = call.from(0).any(|(_, value)| matches!(value.kind, Kind::Unknown(Type::Dynamic)));
    let ty = match unify(&types) {
        _ if typeless_unknown || types.is_empty() => Type::Dynamic,
        Some(ty) => ty,
        None => return Err(FunctionError::new("its arguments have no type in common")),
    };
    for (index, value) in call.from(0) {
        let value = convert(value, &ty).map_err(|error| FunctionError::at(index, error.to_string()))?;
        match &value.kind {
            Kind::Unknown(_) => return Ok(Kind::Unknown(ty).into()),
            Kind::Null(_) => {}
            Kind::String(text) if text.is_empty() => {}
            _ => return Ok(value),
        }
    }
    Err(FunctionError::new("every argument is null or empty text"))
}

fn coalescelist(call: &Call) -> Outcome {
    for (index, value) in call.from(0) {
        let ty = value.ty();
        if !matches!(ty, Type::List(_) | Type::Tuple(_)) && !matches!(value.kind, Kind::Unknown(Type::Dynamic)) {
            return Err(FunctionError::at(index, format!("must be a list or tuple, not {}", a_kind(value))));
        }
    }
    for (_, value) in call.from(0) {
        match &value.kind {
            Kind::Unknown(_) => return Ok(Val::unknown()),
            Kind::List(_, elements) | Kind::Tuple(elements) if !elements.is_empty() => return Ok(value.clone()),
            _ => {}
        }
    }
    Err(FunctionError::new("every argument is null or empty"))
}

fn contains(call: &Call) -> Outcome {
    let value = call.value(0);
    let elements =
        value.as_elements().ok_or_else(|| FunctionError::at(0, format!("must be a list, tuple or set, not {}", a_kind(value))))?;
    let mut unsure = false;
    for element in elements {
        match equal(element, call.value(1)) {
            Some(true) => return Ok(true.into()),
            Some(false) => {}
            None => unsure = true,
        }
    }
    Ok(if unsure { Kind::Unknown(Type::Bool).into() } else { false.into() })
}

fn element(call: &Call) -> Outcome {
    let elements = call.sequence(0)?;
    let index = call.integer(1)?;
    if elements.is_empty() {
        return Err(FunctionError::at(0, "must not be empty"));
    }
    let index = usize::try_from(index).map_err(|_| FunctionError::at(1, format!("must not be negative, it is {index}")))?;
    Ok(elements[index % elements.len()].clone().marked(call.value(0).marks))
}

fn element_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    Ok(match arguments[0].ty() {
        Type::List(element) => *element,
        Type::Tuple(types) => {
            let index = arguments[1].as_number().and_then(hotswap_value::Number::to_u64);
            let index = index.and_then(|index| index.checked_rem(types.len() as u64));
            index.and_then(|index| types.get(index as usize).cloned()).unwrap_or(Type::Dynamic)
        }
        Type::Dynamic => Type::Dynamic,
        _ => return Err(FunctionError::at(0, "must be a list or tuple")),
    })
}

fn index(call: &Call) -> Outcome {
    for (index, element) in call.sequence(0)?.iter().enumerate() {
        match equal(element, call.value(1)) {
            Some(true) => return Ok((index as u64).into()),
            Some(false) => {}
            None => return Ok(Kind::Unknown(Type::Number).into()),
        }
    }
    Err(FunctionError::at(0, "must hold the value looked for, and doesn't"))
}

fn length(call: &Call) -> Outcome {
    let value = call.value(0);
    let length = match &value.kind {
        Kind::Unknown(Type::Tuple(types)) => types.len(),
        Kind::Unknown(Type::Object(types)) => types.len(),
        Kind::Unknown(Type::Bool | Type::Number) => return Err(no_length(value)),
        Kind::Unknown(_) => return Ok(Val::from(Kind::Unknown(Type::Number)).marked(value.marks)),
        Kind::String(text) => unicode_segmentation::UnicodeSegmentation::graphemes(&**text, true).count(),
        // What is not known yet may turn out to be the same as another element.
        Kind::Set(_, elements) if elements.len() > 1 && !value.is_wholly_known() => {
            return Ok(Val::from(Kind::Unknown(Type::Number)).marked(value.marks));
        }
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => elements.len(),
        Kind::Map(_, elements) | Kind::Object(elements) => elements.len(),
        Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) => return Err(no_length(value)),
    };
    Ok(Val::from(length as u64).marked(value.marks))
}

fn no_length(value: &Val) -> FunctionError {
    FunctionError::at(0, format!("must be a string, list, set, map, tuple or object, not {}", a_kind(value)))
}

fn one(call: &Call) -> Outcome {
    match call.value(0).as_elements() {
        Some([]) => Ok(Kind::Null(one_type(call.arguments)?).into()),
        Some([element]) => Ok(element.clone()),
        Some(elements) => Err(FunctionError::at(0, format!("must have no more than one element, it has {}", elements.len()))),
        None => Err(FunctionError::at(0, format!("must be a list, tuple or set, not {}", a_kind(call.value(0))))),
    }
}

fn one_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    match arguments[0].ty() {
        Type::List(element) | Type::Set(element) => Ok(*element),
        Type::Tuple(types) if types.len() > 1 => {
            Err(FunctionError::at(0, format!("must have no more than one element, it has {}", types.len())))
        }
        Type::Tuple(types) => Ok(types.into_iter().next().unwrap_or(Type::Dynamic)),
        Type::Dynamic => Ok(Type::Dynamic),
        _ => Err(FunctionError::at(0, "must be a list, tuple or set")),
    }
}

fn sum(call: &Call) -> Outcome {
    let value = call.value(0);
    let elements =
        value.as_elements().ok_or_else(|| FunctionError::at(0, format!("must be a list, tuple or set, not {}", a_kind(value))))?;
    if elements.is_empty() {
        return Err(FunctionError::at(0, "must not be empty"));
    }
    let mut total = hotswap_value::Number::from(0_i64);
    let mut unsure = false;
    for (position, element) in elements.iter().enumerate() {
        let wrong = || FunctionError::at(0, format!("must hold numbers, element {position} is {}", a_kind(element)));
        let element = convert(element, &Type::Number).map_err(|_| wrong())?;
        match &element.kind {
            Kind::Unknown(_) => unsure = true,
            Kind::Number(number) => {
                total = number::add(&total, number).ok_or_else(|| FunctionError::new("the result has too many digits"))?;
            }
            _ => return Err(wrong()),
        }
    }
    Ok(if unsure { Kind::Unknown(Type::Number).into() } else { total.into() })
}
