use hotswap_state::Json;

use super::*;
use crate::journal::KeptObject;

fn intent(address: &str, act: Act) -> Intent {
    Intent {
        number: 1,
        address: address.parse().unwrap(),
        provider: "provider[\"registry.terraform.io/a/b\"]".into(),
        act,
        key: "k".into(),
        planned: None,
        config: None,
        private: None,
        dependencies: vec!["a_b.base".into()],
        create_before_destroy: false,
    }
}

fn outcome(attributes: Option<&str>) -> Outcome {
    let object = |attributes: &str| KeptObject {
        tainted: false,
        schema_version: 1,
        attributes: attributes.to_owned(),
        sensitive: vec![],
        private: None,
    };
    Outcome { number: 1, object: attributes.map(object) }
}

fn state() -> State {
    let mut state = State { serial: 4, ..State::new("lineage") };
    state.set_current(&"a_b.old".parse().unwrap(), "p", Object::new(1, Json::new(r#"{"n":1}"#).unwrap()));
    state
}

fn left(serial: u64) -> LeftOver {
    let done =
        vec![(intent("a_b.new", Act::Create), outcome(Some(r#"{"n":2}"#))), (intent("a_b.old", Act::Update), outcome(Some(r#"{"n":3}"#)))];
    LeftOver { lineage: "lineage".into(), serial, done, open: vec![] }
}

fn attributes(state: &State, address: &str) -> Option<String> {
    state.current(&address.parse().unwrap()).map(|object| object.attributes.as_str().to_owned())
}

#[test]
fn what_was_done_goes_into_the_state() {
    let mut state = state();
    assert_eq!(fold(&left(4), &mut state), 2);
    assert_eq!(attributes(&state, "a_b.new").unwrap(), r#"{"n":2}"#);
    assert_eq!(attributes(&state, "a_b.old").unwrap(), r#"{"n":3}"#);
    let new = state.current(&"a_b.new".parse().unwrap()).unwrap();
    assert_eq!(new.dependencies[0].to_string(), "a_b.base");
}

#[test]
fn a_state_that_another_has_written_since_is_only_told_what_it_does_not_know() {
    let mut state = state();
    assert_eq!(fold(&left(3), &mut state), 1);
    assert_eq!(attributes(&state, "a_b.new").unwrap(), r#"{"n":2}"#);
    assert_eq!(attributes(&state, "a_b.old").unwrap(), r#"{"n":1}"#);
}

#[test]
fn what_was_destroyed_is_gone() {
    let mut state = state();
    let done = vec![(intent("a_b.old", Act::Delete { deposed: None }), outcome(None))];
    fold(&LeftOver { lineage: "lineage".into(), serial: 4, done, open: vec![] }, &mut state);
    assert!(state.is_empty());
}
