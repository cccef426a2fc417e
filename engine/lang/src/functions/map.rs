//! Maps and objects: taking them apart, putting them together.

use std::{collections::BTreeMap, sync::Arc};

use hotswap_value::Type;

use super::{
    Call, Function, FunctionError, Shape,
    arguments::a_kind,
    signature::{Outcome, STRINGS, function, takes},
};
use crate::{Kind, Marks, Val, convert::convert};

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "keys",
        "The keys of a map or the names of an object's attributes, sorted",
        &[takes("inputMap", Shape::Any).or_unknown().with_marks()],
        Shape::Any,
        keys,
    ),
    function(
        "lookup",
        "The element of a key, or a default if there is none",
        &[takes("inputMap", Shape::Any).with_marks(), takes("key", Shape::String).with_marks()],
        Shape::By(lookup_type),
        lookup,
    )
    .and(&takes("default", Shape::Any).or_null().or_unknown().with_marks()),
    function("merge", "One map or object of all; later ones win", &[], Shape::By(merge_type), merge).and(&MAPS),
    function(
        "transpose",
        "A map of lists turned round: elements become keys, keys elements",
        &[takes("values", Shape::Map(&STRINGS))],
        Shape::Map(&STRINGS),
        transpose,
    ),
    function(
        "values",
        "The elements of a map or the attributes of an object, by the order of their keys",
        &[takes("mapping", Shape::Any).with_marks()],
        Shape::By(values_type),
        values,
    ),
    function(
        "zipmap",
        "A map or object of keys and values given apart",
        &[takes("keys", STRINGS), takes("values", Shape::Any).with_marks()],
        Shape::By(zipmap_type),
        zipmap,
    ),
];

const MAPS: super::Parameter = {
    let mut maps = takes("maps", Shape::Any).or_null().with_marks();
    maps.typeless = true;
    maps
};

fn keys(call: &Call) -> Outcome {
    let value = call.value(0);
    let result = match &value.kind {
        Kind::Unknown(Type::Object(types)) => Val::tuple(types.keys().map(|name| name.as_str().into())),
        Kind::Unknown(Type::Map(_)) => Kind::Unknown(Type::list(Type::String)).into(),
        Kind::Unknown(Type::Dynamic) => Val::unknown(),
        Kind::Map(_, elements) => Val::list(Type::String, elements.keys().cloned().map(Val::from)),
        Kind::Object(attributes) => Val::tuple(attributes.keys().cloned().map(Val::from)),
        _ => return Err(FunctionError::at(0, format!("must be a map or object, not {}", a_kind(value)))),
    };
    Ok(result.marked(value.marks))
}

fn lookup(call: &Call) -> Outcome {
    if call.count() > 3 {
        return Err(FunctionError::new(format!("it takes two or three arguments, not {}", call.count())));
    }
    let (value, key) = (call.value(0), call.text(1));
    let elements = call.map(0)?;
    let marks = value.marks | call.value(1).marks;
    let ty = lookup_type(call.arguments)?;
    if !value.is_wholly_known() {
        return Ok(Val::from(Kind::Unknown(ty)).marked(marks));
    }
    if let Some(element) = elements.get(key) {
        return Ok(element.clone().marked(marks));
    }
    match call.arguments.get(2) {
        Some(default) => Ok(convert(default, &ty)
            .map_err(|error| FunctionError::at(2, format!("must be as the map's elements are: {error}")))?
            .marked(marks)),
        None if call.value(1).marks.any() => Err(FunctionError::at(1, "must be a key of the map, as no default is given")),
        None => Err(FunctionError::at(1, format!("must be a key of the map, as no default is given; there is no {key:?}"))),
    }
}

fn lookup_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    match arguments[0].ty() {
        Type::Object(types) => Ok(match (arguments[1].as_str(), arguments.get(2)) {
            (None, _) => Type::Dynamic,
            (Some(key), default) => match (types.get(key), default) {
                (Some(ty), _) => ty.clone(),
                (None, Some(default)) => default.ty(),
                (None, None) => Type::Dynamic,
            },
        }),
        Type::Map(element) => match arguments.get(2) {
            Some(default) if convert(default, &element).is_err() => {
                Err(FunctionError::at(2, format!("must be as the map's elements are, each a {element}")))
            }
            _ => Ok(*element),
        },
        Type::Dynamic => Ok(Type::Dynamic),
        _ => Err(FunctionError::at(0, format!("must be a map or object, not {}", a_kind(&arguments[0])))),
    }
}

fn merge(call: &Call) -> Outcome {
    let mut merged: BTreeMap<Arc<str>, Val> = BTreeMap::new();
    let mut marks = Marks::NONE;
    for (_, value) in call.from(0) {
        marks |= value.marks;
        if let Some(elements) = value.as_map() {
            merged.extend(elements.iter().map(|(key, element)| (key.clone(), element.clone())));
        }
    }
    let result = match merge_type(call.arguments)? {
        Type::Map(element) => Kind::Map(*element, Arc::new(merged)),
        _ => Kind::Object(Arc::new(merged)),
    };
    Ok(Val::from(result).marked(marks))
}

/// Maps of one type give a map of it; anything else gives an object, if all its attributes can be known.
fn merge_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    if arguments.iter().all(Val::is_null) {
        return Ok(Type::object::<String>([]));
    }
    let mut attributes = BTreeMap::new();
    let mut known = true;
    let mut settled = true;
    for (index, value) in arguments.iter().enumerate() {
        match (value.ty(), value.as_map()) {
            (Type::Dynamic, _) => settled = false,
            (Type::Object(types), _) if !value.is_null() => attributes.extend(types),
            (Type::Object(_), _) => {}
            (Type::Map(element), Some(elements)) => attributes.extend(elements.keys().map(|key| (key.to_string(), (*element).clone()))),
            (Type::Map(_), None) => known &= value.is_null(),
            _ => return Err(FunctionError::at(index, format!("must be maps or objects, argument {} is {}", index + 1, a_kind(value)))),
        }
    }
    if !settled {
        return Ok(Type::Dynamic);
    }
    let first = arguments[0].ty();
    if arguments.iter().all(|value| value.ty() == first) {
        return Ok(first);
    }
    Ok(if known { Type::Object(attributes) } else { Type::Dynamic })
}

fn transpose(call: &Call) -> Outcome {
    let elements = call.map(0)?;
    let value = call.value(0);
    if !value.is_wholly_known() {
        return Ok(Kind::Unknown(value.ty()).into());
    }
    let mut turned: BTreeMap<Arc<str>, Vec<Val>> = BTreeMap::new();
    for (key, list) in elements {
        let texts = list.as_elements().ok_or_else(|| FunctionError::at(0, format!("must hold no null, {key:?} is one")))?;
        for text in texts {
            match &text.kind {
                Kind::String(text) => turned.entry(text.clone()).or_default().push(key.clone().into()),
                _ => return Err(FunctionError::at(0, format!("must hold no null, there is one in {key:?}"))),
            }
        }
    }
    Ok(Val::map(Type::list(Type::String), turned.into_iter().map(|(key, keys)| (key, Val::list(Type::String, keys)))))
}

fn values(call: &Call) -> Outcome {
    let elements = call.map(0)?.values().cloned();
    let result = match &call.value(0).kind {
        Kind::Map(element, _) => Val::list(element.clone(), elements),
        _ => Val::tuple(elements),
    };
    Ok(result.marked(call.value(0).marks))
}

fn values_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    Ok(match arguments[0].ty() {
        Type::Map(element) => Type::List(element),
        Type::Object(types) => Type::Tuple(types.into_values().collect()),
        Type::Dynamic => Type::Dynamic,
        _ => return Err(FunctionError::at(0, "must be a map or object")),
    })
}

fn zipmap(call: &Call) -> Outcome {
    let (keys, values) = (call.elements(0), call.sequence(1)?);
    if keys.len() != values.len() {
        return Err(FunctionError::at(
            1,
            format!("must be as many as the keys: there are {} keys and {} values", keys.len(), values.len()),
        ));
    }
    if !call.value(0).is_wholly_known() {
        return Ok(Kind::Unknown(zipmap_type(call.arguments)?).into());
    }
    let mut map = BTreeMap::new();
    for (position, (key, value)) in keys.iter().zip(values).enumerate() {
        let Kind::String(key) = &key.kind else {
            return Err(FunctionError::at(0, format!("must hold no null, element {position} is one")));
        };
        map.insert(key.clone(), value.clone());
    }
    let result = match &call.value(1).kind {
        Kind::List(element, _) => Kind::Map(element.clone(), Arc::new(map)),
        _ => Kind::Object(Arc::new(map)),
    };
    Ok(Val::from(result).marked(call.value(1).marks))
}

fn zipmap_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    Ok(match arguments[1].ty() {
        Type::List(element) => Type::Map(element),
        Type::Tuple(types) => match arguments[0].as_elements() {
            Some(keys) if keys.iter().all(|key| key.as_str().is_some()) => {
                Type::object(keys.iter().zip(types).map(|(key, ty)| (key.as_str().unwrap_or_default(), ty)))
            }
            _ => Type::Dynamic,
        },
        Type::Dynamic => Type::Dynamic,
        _ => return Err(FunctionError::at(1, "must be a list or tuple")),
    })
}
