//! Any state comes back as it was written, and its bytes are those Go's encoder makes of them.

#![allow(clippy::unwrap_used)]

use hotswap_state::{Json, Object, State, Status};
use hotswap_value::{
    AttributePath, Step, Type, Value,
    address::{InstanceKey, ModuleInstance, ResourceBlock, ResourceInstance, ResourceMode, ResourceName},
};
use proptest::{collection::vec, prelude::*};

fn name() -> impl Strategy<Value = String> {
    "[a-z_][a-z0-9_-]{0,4}".prop_filter("no word of the address syntax", |name| name != "data" && name != "module")
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,8}", any::<String>(), Just("<&>\u{2028}\u{2029}\"\\\n\r\t\u{8}\u{c}\u{1}\u{7f}${x}%{y}".to_owned())]
}

fn key() -> impl Strategy<Value = InstanceKey> {
    prop_oneof![
        Just(InstanceKey::None),
        (0..20_u64).prop_map(InstanceKey::Index),
        text().prop_map(|key| InstanceKey::Key(key.as_str().into()))
    ]
}

fn address() -> impl Strategy<Value = ResourceInstance> {
    let module = vec((name(), key()), 0..3)
        .prop_map(|calls| ModuleInstance(calls.into_iter().map(|(call, key)| (call.as_str().into(), key)).collect()));
    let mode = prop_oneof![Just(ResourceMode::Managed), Just(ResourceMode::Data)];
    (module, mode, name(), name(), key()).prop_map(|(module, mode, ty, name, key)| {
        let resource = ResourceName { mode, ty: ty.as_str().into(), name: name.as_str().into() };
        ResourceInstance { module, resource, key }
    })
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        text().prop_map(Into::into)
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Into::into),
            vec((text(), inner), 0..4).prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn path() -> impl Strategy<Value = AttributePath> {
    let step = prop_oneof![
        text().prop_map(Step::Attribute),
        text().prop_map(Step::Key),
        any::<u32>().prop_map(|index| Step::Index(index as usize))
    ];
    vec(step, 0..4).prop_map(|steps| steps.into_iter().collect())
}

prop_compose! {
    fn object()(
        tainted in any::<bool>(),
        schema_version in 0..9_i64,
        attributes in json(),
        sensitive_attributes in vec(path(), 0..3),
        private in vec(any::<u8>(), 0..9),
        dependencies in vec(address(), 0..3),
        create_before_destroy in any::<bool>(),
    ) -> Object {
        Object {
            status: if tainted { Status::Tainted } else { Status::Ready },
            sensitive_attributes,
            private,
            dependencies: dependencies.iter().map(ResourceInstance::block).collect::<Vec<ResourceBlock>>(),
            create_before_destroy,
            ..Object::new(schema_version, Json::new(&attributes.to_string()).unwrap())
        }
    }
}

prop_compose! {
    fn state()(
        lineage in text(),
        serial in any::<u64>(),
        outputs in vec((text(), json(), any::<bool>()), 0..4),
        objects in vec((address(), proptest::option::of("[0-9a-f]{8}"), object()), 0..6),
        checks in proptest::option::of(json().prop_filter("null is absent", |json| !json.is_null())),
    ) -> State {
        let mut state = State::new(lineage);
        state.serial = serial;
        for (name, value, sensitive) in outputs {
            let value = hotswap_value::json::from_text(&value.to_string()).unwrap();
            state.set_output(&name, Type::of(&value), value, sensitive);
        }
        for (address, deposed, object) in objects {
            match deposed {
                Some(key) => state.set_deposed(&address, &key, "provider[\"x\"]", object),
                None => state.set_current(&address, "provider[\"x\"]", object),
            }
        }
        state.check_results = checks.map(|checks| Json::new(&checks.to_string()).unwrap());
        state
    }
}

proptest! {
    #[test]
    fn a_state_comes_back_as_it_was_written(state in state()) {
        let bytes = state.to_bytes().unwrap();
        let back = State::from_slice(&bytes).unwrap();
        prop_assert_eq!(&back.resources, &state.resources);
        let outputs = |state: &State| state.outputs.iter().map(|(name, output)| (name.clone(), output.value.clone(), output.sensitive)).collect::<Vec<_>>();
        prop_assert_eq!(outputs(&back), outputs(&state));
        prop_assert_eq!((back.serial, &back.lineage, &back.check_results), (state.serial, &state.lineage, &state.check_results));
        prop_assert_eq!(back.to_bytes().unwrap(), bytes);
    }

    #[test]
    fn the_bytes_are_indented_and_escaped_as_go_does(state in state()) {
        let bytes = String::from_utf8(state.to_bytes().unwrap()).unwrap();
        let unescaped = bytes.contains(['<', '>', '&', '\u{2028}', '\u{2029}']);
        prop_assert!(!unescaped);
        // `serde_json` writes the same lines but for Go's escapes, which it reads.
        let value: serde_json::Value = serde_json::from_str(&bytes).unwrap();
        let lines = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(lines.lines().count(), bytes.lines().count());
    }

    #[test]
    fn no_damage_makes_reading_panic(at in 0.0..1.0_f64, byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = include_bytes!("states/newer.tfstate").to_vec();
        let at = (bytes.len() as f64 * at) as usize;
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        if let Ok(state) = State::from_slice(&bytes) {
            let written = state.to_bytes().unwrap();
            prop_assert_eq!(State::from_slice(&written).unwrap().to_bytes().unwrap(), written);
        }
    }
}

#[test]
fn an_output_that_is_not_known_cannot_be_stored() {
    let mut state = State::new("l");
    state.set_output("o", Type::String, Value::Unknown, false);
    let error = state.to_bytes().unwrap_err();
    assert_eq!(error.to_string(), "output \"o\" can't be stored");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "is not known yet");
}
