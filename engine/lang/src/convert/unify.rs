//! Which types convert to which, and the one type that several convert to.

use std::collections::BTreeMap;

use hotswap_value::Type;

/// Whether values of type `from` may convert to `to`. With `fallible`, conversions count that depend on the value: text to numbers
/// and bools, lists to sets, maps to objects.
pub(super) fn can_convert(from: &Type, to: &Type, fallible: bool) -> bool {
    match (from, to) {
        (_, Type::Dynamic) => true,
        (from, to) if from == to => true,
        (Type::Dynamic, _) => fallible,
        (Type::Number | Type::Bool, Type::String) => true,
        (Type::String, Type::Number | Type::Bool) => fallible,
        (Type::List(from) | Type::Set(from), Type::List(to)) | (Type::Set(from), Type::Set(to)) | (Type::Map(from), Type::Map(to)) => {
            can_convert(from, to, fallible)
        }
        (Type::List(from), Type::Set(to)) => fallible && can_convert(from, to, fallible),
        (Type::Tuple(from), Type::List(to) | Type::Set(to)) => match **to {
            Type::Dynamic => common(from, fallible).is_some(),
            _ => from.iter().all(|from| can_convert(from, to, fallible)),
        },
        (Type::Tuple(from), Type::Tuple(to)) => from.len() == to.len() && from.iter().zip(to).all(|(a, b)| can_convert(a, b, fallible)),
        (Type::Object(from), Type::Map(to)) => match **to {
            Type::Dynamic => common(&values(from), fallible).is_some(),
            _ => from.values().all(|from| can_convert(from, to, fallible)),
        },
        (Type::Object(from), Type::Object(to)) => {
            to.iter().all(|(name, to)| from.get(name).is_some_and(|from| can_convert(from, to, fallible)))
        }
        (Type::Map(from), Type::Object(to)) => fallible && to.values().all(|to| can_convert(from, to, fallible)),
        _ => false,
    }
}

/// The type that values of all these types convert to, as the two sides of a condition do; conversions that may fail count.
/// [`Type::Dynamic`] if that can't be told yet, `None` if there is none.
pub fn unify(types: &[Type]) -> Option<Type> {
    common(types, true)
}

fn common(types: &[Type], fallible: bool) -> Option<Type> {
    let Some((first, rest)) = types.split_first() else { return Some(Type::Dynamic) };
    if rest.iter().all(|ty| ty == first) {
        return Some(first.clone());
    }
    let count = |is: fn(&Type) -> bool| types.iter().filter(|ty| is(ty)).count();
    let dynamic = count(|ty| *ty == Type::Dynamic);
    let maps = count(|ty| matches!(ty, Type::Map(_)));
    let lists = count(|ty| matches!(ty, Type::List(_)));
    let sets = count(|ty| matches!(ty, Type::Set(_)));
    let objects = count(|ty| matches!(ty, Type::Object(_)));
    let tuples = count(|ty| matches!(ty, Type::Tuple(_)));
    let all = types.len() - dynamic;
    if all == maps && maps > 0
        || all == lists && lists > 0
        || all == sets && sets > 0
        || all == objects && objects > 0
        || all == tuples && tuples > 0
    {
        // What a value of unknown type turns out to be decides how the rest converts.
        if dynamic > 0 {
            return Some(Type::Dynamic);
        }
        return alike(types, fallible);
    }
    if maps > 0 && objects > 0 && all == maps + objects {
        if let Some(ty) = objects_as_maps(types, fallible) {
            return Some(ty);
        }
    } else if lists > 0 && tuples > 0 && all == lists + tuples {
        if let Some(ty) = tuples_as_lists(types, fallible) {
            return Some(ty);
        }
    } else if objects > 0 && tuples > 0 {
        return None;
    }
    let mut order: Vec<&Type> = types.iter().collect();
    order.sort_by_key(|ty| preference(ty));
    order.into_iter().find(|to| types.iter().all(|from| can_convert(from, to, fallible))).cloned()
}

/// Which type several convert to rather; lower is better. Everything converts to [`Type::Dynamic`], which says nothing.
fn preference(ty: &Type) -> u8 {
    match ty {
        Type::String => 0,
        Type::List(_) | Type::Map(_) => 1,
        Type::Set(_) => 2,
        Type::Number | Type::Bool | Type::Tuple(_) | Type::Object(_) => 3,
        Type::Dynamic => 4,
    }
}

/// Several types of one kind.
fn alike(types: &[Type], fallible: bool) -> Option<Type> {
    let mut elements = Vec::new();
    let mut objects = Vec::new();
    let mut tuples = Vec::new();
    for ty in types {
        match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => elements.push((**element).clone()),
            Type::Object(attributes) => objects.push(attributes),
            Type::Tuple(elements) => tuples.push(elements),
            _ => {}
        }
    }
    match &types[0] {
        Type::List(_) => common(&elements, fallible).map(Type::list),
        Type::Set(_) => common(&elements, fallible).map(Type::set),
        Type::Map(_) => common(&elements, fallible).map(Type::map),
        Type::Object(first) => common_object(first, &objects, fallible).or_else(|| {
            let every: Vec<Type> = objects.iter().flat_map(|attributes| attributes.values().cloned()).collect();
            common(&every, fallible).map(Type::map)
        }),
        Type::Tuple(first) => common_tuple(first, &tuples, fallible).or_else(|| {
            let every: Vec<Type> = tuples.iter().flat_map(|elements| elements.iter().cloned()).collect();
            common(&every, fallible).map(Type::list)
        }),
        _ => None,
    }
}

/// Objects of the same attributes, attribute by attribute.
fn common_object(first: &BTreeMap<String, Type>, objects: &[&BTreeMap<String, Type>], fallible: bool) -> Option<Type> {
    if objects.iter().any(|object| !object.keys().eq(first.keys())) {
        return None;
    }
    let attribute = |name: &String| {
        let types: Vec<Type> = objects.iter().filter_map(|object| object.get(name).cloned()).collect();
        Some((name.clone(), common(&types, fallible)?))
    };
    first.keys().map(attribute).collect::<Option<_>>().map(Type::Object)
}

/// Tuples of the same length, element by element.
fn common_tuple(first: &[Type], tuples: &[&Vec<Type>], fallible: bool) -> Option<Type> {
    if tuples.iter().any(|tuple| tuple.len() != first.len()) {
        return None;
    }
    let element = |index: usize| {
        let types: Vec<Type> = tuples.iter().map(|tuple| tuple[index].clone()).collect();
        common(&types, fallible)
    };
    (0..first.len()).map(element).collect::<Option<_>>().map(Type::Tuple)
}

fn objects_as_maps(types: &[Type], fallible: bool) -> Option<Type> {
    let as_map = |ty: &Type| match ty {
        Type::Object(attributes) => common(&values(attributes), fallible).map(Type::map),
        ty => Some(ty.clone()),
    };
    let maps = types.iter().map(as_map).collect::<Option<Vec<_>>>()?;
    common(&maps, fallible)
}

fn tuples_as_lists(types: &[Type], fallible: bool) -> Option<Type> {
    let as_list = |ty: &Type| match ty {
        Type::Tuple(elements) => common(elements, fallible).map(Type::list),
        ty => Some(ty.clone()),
    };
    let lists = types.iter().map(as_list).collect::<Option<Vec<_>>>()?;
    common(&lists, fallible)
}

fn values(attributes: &BTreeMap<String, Type>) -> Vec<Type> {
    attributes.values().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_primitives_have_in_common() {
        assert_eq!(unify(&[Type::Number, Type::String]), Some(Type::String));
        assert_eq!(unify(&[Type::Number, Type::Bool]), None);
        assert_eq!(unify(&[Type::Number, Type::Dynamic]), Some(Type::Number));
        assert_eq!(unify(&[]), Some(Type::Dynamic));
    }

    #[test]
    fn objects_of_different_attributes_become_a_map() {
        let object = |names: &[&str]| Type::object(names.iter().map(|name| (*name, Type::Number)));
        assert_eq!(unify(&[object(&["a"]), object(&["b"])]), Some(Type::map(Type::Number)));
        let a = Type::object([("a", Type::String)]);
        assert_eq!(unify(&[object(&["a"]), a.clone()]), Some(a));
    }

    #[test]
    fn tuples_and_objects_have_nothing_in_common() {
        assert_eq!(unify(&[Type::Tuple(Vec::new()), Type::object::<&str>([])]), None);
        assert_eq!(unify(&[Type::list(Type::String), Type::String]), None);
    }
}
