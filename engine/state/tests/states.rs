//! States that Terraform 1.11.4 wrote, read and written back.

#![allow(clippy::unwrap_used)]

use hotswap_state::{FormatError, Object, State, Status};

fn round_trip(bytes: &str) -> State {
    let state = State::from_slice(bytes.as_bytes()).unwrap();
    let written = String::from_utf8(state.to_bytes().unwrap()).unwrap();
    for (number, (was, is)) in bytes.lines().zip(written.lines()).enumerate() {
        assert_eq!(is, was, "line {}", number + 1);
    }
    assert_eq!(written.len(), bytes.len());
    state
}

#[test]
fn a_state_of_every_shape_is_written_as_it_was_read() {
    let state = round_trip(include_str!("states/everything.tfstate"));
    let current = |address: &str| state.current(&address.parse().unwrap()).unwrap_or_else(|| panic!("no {address}"));
    assert_eq!(current("terraform_data.count[3]").status, Status::Tainted);
    assert_eq!(current(r#"terraform_data.each["<&>"]"#).dependencies[0].to_string(), "terraform_data.plain");
    assert_eq!(current(r#"module.many["q\"uote"].module.inner[1].terraform_data.i"#).status, Status::Ready);
    let paths = &current("terraform_data.secret").sensitive_attributes;
    assert!(paths.iter().any(|path| path.to_string() == r#"input.map["a.b"]"#), "{paths:?}");
    assert!(state.outputs["secret"].sensitive);
    assert_eq!(state.outputs["tuple"].value.as_elements().unwrap()[1].as_str(), Some("a"));
    assert!(state.check_results.is_some() && state.serial > 0);
}

#[test]
fn deposed_objects_are_written_as_they_were_read() {
    let state = round_trip(include_str!("states/deposed.tfstate"));
    let instance = state.get(&"terraform_data.d".parse().unwrap()).unwrap();
    assert_eq!(instance.deposed.len(), 2);
    let (_, dependent) = state.get(&"terraform_data.e".parse().unwrap()).unwrap().deposed.iter().next().unwrap();
    assert!(matches!(dependent, Object { status: Status::Tainted, create_before_destroy: true, .. }));
}

#[test]
fn a_destroyed_configuration_leaves_an_empty_state_with_its_checks() {
    let state = round_trip(include_str!("states/destroyed.tfstate"));
    assert!(state.is_empty() && state.check_results.is_some());
}

#[test]
fn a_newer_terraforms_fields_stay_where_they_are() {
    let state = round_trip(include_str!("states/newer.tfstate"));
    assert_eq!(state.terraform_version, "1.99.0");
    let object = state.current(&"hotswap_tenant.t".parse().unwrap()).unwrap();
    assert_eq!(object.private, br#"{"schema_version":"2"}"#);
}

#[test]
fn an_output_of_a_new_value_is_written_anew_and_the_rest_as_before() {
    let bytes = include_str!("states/everything.tfstate");
    let mut state = State::from_slice(bytes.as_bytes()).unwrap();
    for (name, output) in state.outputs.clone() {
        state.set_output(&name, output.ty, output.value, output.sensitive);
    }
    assert_eq!(String::from_utf8(state.to_bytes().unwrap()).unwrap(), bytes);
    let output = state.outputs["string"].clone();
    state.set_output("string", output.ty, "<new>".into(), true);
    let written = String::from_utf8(state.to_bytes().unwrap()).unwrap();
    assert!(written.contains(
        "    \"string\": {\n      \"value\": \"\\u003cnew\\u003e\",\n      \"type\": \"string\",\n      \"sensitive\": true\n    }"
    ));
}

#[test]
fn what_is_no_usable_state_is_told_why() {
    let error = |text: &str| State::from_slice(text.as_bytes()).unwrap_err();
    let told = |text: &str| error(text).to_string();
    let whole = include_str!("states/everything.tfstate");

    assert_eq!(told(&whole[..2000]), "it breaks off after 2000 bytes");
    assert_eq!(told(&whole.replacen("\"outputs\": {", "\"outputs\": {,", 1)), "it is not well-formed JSON (line 6, column 15)");
    assert_eq!(told(&format!("{whole}}}")), format!("it is not well-formed JSON (line {}, column 1)", whole.lines().count() + 1));
    assert_eq!(told("resource \"a\" \"b\" {}"), "it is not well-formed JSON (line 1, column 1)");
    assert_eq!(told("[1, 2]"), "it is no state: a JSON object with a \"version\" of 4 is due");
    assert_eq!(told("{\"a\": {}}"), "it is no state: a JSON object with a \"version\" of 4 is due");
    assert_eq!(told("{\"version\": \"4\"}"), "it is no state: a JSON object with a \"version\" of 4 is due");
    assert!(error("{}").hint().unwrap().contains("-state"));

    let old = r#"{"version": 3, "terraform_version": "0.11.14", "serial": 1, "modules": [{"path": ["root"]}], "resources": {}}"#;
    assert_eq!(told(old), "it has the state format 3, which this program does not read");
    assert!(error(old).hint().unwrap().contains("Terraform 1.x"));
    let new = r#"{"version": 5, "terraform_version": "2.0.0", "resources": {"a": 1}}"#;
    assert_eq!(told(new), "it has the state format 5 (written by Terraform 2.0.0), newer than 4");
    assert_eq!(told(r#"{"version": 5}"#), "it has the state format 5, newer than 4");
    assert!(error(new).hint().unwrap().contains("newer hotswap"));
}

#[test]
fn a_wrong_part_of_a_state_is_named() {
    let told = |resource: &str| {
        let text = format!(r#"{{"version": 4, "serial": 1, "lineage": "l", "outputs": {{}}, "resources": [{resource}]}}"#);
        State::from_slice(text.as_bytes()).unwrap_err()
    };
    let with = |fields: &str| {
        told(&format!(r#"{{"mode": "managed", "type": "a_b", "name": "c", "provider": "p", "instances": [{{"index_key": 0, {fields}}}]}}"#))
            .to_string()
    };
    assert_eq!(with(r#""status": "dead""#), r#"a_b.c[0]: the status "dead" is not known; tainted is, or none"#);
    assert_eq!(
        with(r#""dependencies": ["x"]"#),
        r#"a_b.c[0]: "x" is not an address: a dot and the name of the resource, as in TYPE.NAME are due"#
    );
    assert_eq!(with(r#""private": "*""#), "a_b.c[0]: its private bytes: Invalid symbol 42, offset 0.");
    assert!(with(r#""attributes_flat": {"a": "b"}"#).contains("flat form"));
    assert_eq!(with(r#""schema_version": "x""#), "line 1, column 190: invalid type: string \"x\", expected i64");
    assert_eq!(
        told(r#"{"mode": "odd", "type": "a_b", "name": "c"}"#).to_string(),
        r#"resource a_b.c: the mode "odd" is neither managed nor data"#
    );
    assert_eq!(told(r#"{"mode": "data"}"#).to_string(), "resource .: a type and a name are due");

    let twice = r#"{"mode": "managed", "type": "a_b", "name": "c", "instances": [{"attributes": {}}]}"#;
    let error = told(&format!("{twice}, {twice}"));
    assert_eq!(error.to_string(), "a_b.c is in it twice");
    assert!(matches!(error, FormatError::Duplicate { .. }) && error.hint().is_some());
}
