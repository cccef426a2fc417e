//! Property tests: whatever value of whatever type, it comes back from either encoding as it went in.

use proptest::prelude::*;

use crate::{Number, Type, Value, json, msgpack};

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool), Just(Type::Dynamic)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..3).prop_map(Type::Object),
        ]
    })
}

fn numbers() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        prop::num::f64::NORMAL.prop_map(|float| Number::try_from(float).unwrap()),
        "-?[0-9]{1,40}\\.[0-9]{1,40}".prop_map(|text| text.parse().unwrap()),
    ]
}

fn values_of(ty: &Type, unknown: bool) -> BoxedStrategy<Value> {
    let known: BoxedStrategy<Value> = match ty {
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::Number => numbers().prop_map(Value::Number).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Dynamic => prop_oneof![
            values_of(&Type::String, unknown),
            values_of(&Type::list(Type::Number), unknown),
            values_of(&Type::object([("a", Type::Bool)]), unknown)
        ]
        .boxed(),
        Type::List(element) => prop::collection::vec(values_of(element, unknown), 0..4).prop_map(Value::List).boxed(),
        Type::Set(element) => prop::collection::vec(values_of(element, unknown), 0..4).prop_map(Value::set).boxed(),
        Type::Map(element) => prop::collection::btree_map("[a-z]{0,3}", values_of(element, unknown), 0..4).prop_map(Value::Map).boxed(),
        Type::Tuple(types) => types.iter().map(|ty| values_of(ty, unknown)).collect::<Vec<_>>().prop_map(Value::List).boxed(),
        Type::Object(types) => {
            let attributes: Vec<_> = types.iter().map(|(name, ty)| (Just(name.clone()), values_of(ty, unknown))).collect();
            attributes.prop_map(|attributes| Value::Map(attributes.into_iter().collect())).boxed()
        }
    };
    if unknown {
        prop_oneof![8 => known, 1 => Just(Value::Null), 1 => Just(Value::Unknown)].boxed()
    } else {
        prop_oneof![8 => known, 1 => Just(Value::Null)].boxed()
    }
}

fn typed_values(unknown: bool) -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(move |ty| {
        let values = values_of(&ty, unknown);
        (Just(ty), values)
    })
}

proptest! {
    #[test]
    fn msgpack_gives_back_what_it_took((ty, value) in typed_values(true)) {
        let value = ty.conform(value).unwrap();
        let bytes = msgpack::encode(&value, &ty).unwrap();
        prop_assert_eq!(msgpack::decode(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn json_gives_back_what_it_took((ty, value) in typed_values(false)) {
        let value = ty.conform(value).unwrap();
        let text = json::encode(&value, &ty).unwrap();
        prop_assert_eq!(json::decode(text.as_bytes(), &ty).unwrap(), value);
    }

    #[test]
    fn types_give_back_what_they_took(ty in types()) {
        prop_assert_eq!(Type::from_json(&ty.to_json()).unwrap(), ty);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), ty in types()) {
        let _ = msgpack::decode(&bytes, &ty);
        let _ = json::decode(&bytes, &ty);
    }

    #[test]
    fn the_order_of_values_is_total((_, a) in typed_values(true), (_, b) in typed_values(true)) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
    }
}
