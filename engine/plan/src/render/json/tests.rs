use std::{collections::BTreeMap, time::Duration};

use hotswap_lang::{Diagnostic, Range, Sources, Val};
use hotswap_state::{Object, Output, State};
use hotswap_value::{AttributePath, Type, Value};
use serde_json::{Value as Json, json};

use super::events;
use crate::{
    Action, Mode, Plan, ResourceChange,
    render::testing::{self, FIXTURES},
};

fn parsed(plan: &Plan) -> Json {
    serde_json::from_str(&super::plan(plan, &testing::config(), &testing::schemas())).unwrap()
}

/// Terraform knows the type of an unknown `output` of `terraform_data`; a plan that was read back from JSON doesn't.
fn without_untold_types(json: &mut Json) {
    match json {
        Json::Object(parts) => {
            for name in ["after_sensitive", "sensitive_values"] {
                if let Some(Json::Object(shape)) = parts.get_mut(name) {
                    shape.retain(|name, part| name != "output" || !(part == &json!({}) || part == &json!([])));
                }
            }
            parts.values_mut().for_each(without_untold_types);
        }
        Json::Array(elements) => elements.iter_mut().for_each(without_untold_types),
        _ => {}
    }
}

/// The type of an output is what its value tells, where the plan was read back from JSON.
fn without_types_of_outputs(json: &mut Json) {
    for output in json["outputs"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        output.as_object_mut().unwrap().remove("type");
    }
}

#[test]
fn plans_are_terraforms_key_by_key() {
    let schemas = testing::schemas();
    for (name, text) in FIXTURES {
        let mut expected: Json = serde_json::from_str(text).unwrap();
        let mut plan = parsed(&testing::plan(&expected, &schemas));
        without_untold_types(&mut expected);
        without_types_of_outputs(&mut expected["planned_values"]);
        without_types_of_outputs(&mut plan["planned_values"]);
        for part in ["resource_changes", "resource_drift", "output_changes", "planned_values", "applyable", "complete"] {
            assert_eq!(plan.get(part), expected.get(part), "{part} of {name}");
        }
    }
}

fn applied() -> State {
    let mut state = State::new("lineage");
    let provider = r#"provider["registry.terraform.io/hotswap/hotswap"]"#;
    let attributes = r#"{"id":"ten_1","name":"acme","labels":{"a<b":"c"},"quotas":null,"allowed_categories":["a"],"gone":1}"#;
    let mut object = Object::new(0, hotswap_state::Json::new(attributes).unwrap());
    object.sensitive_attributes = vec![AttributePath::from("labels")];
    object.dependencies = vec!["hotswap_plugin.g".parse::<hotswap_value::address::ResourceInstance>().unwrap().block()];
    state.set_current(&"module.a.module.b[0].hotswap_tenant.t[\"k\"]".parse().unwrap(), provider, object.clone());
    object.status = hotswap_state::Status::Tainted;
    state.set_current(&"hotswap_tenant.t".parse().unwrap(), provider, object.clone());
    state.set_deposed(&"hotswap_tenant.t".parse().unwrap(), "abcdef12", provider, Object { dependencies: vec![], ..object });
    state.outputs.insert("o".into(), Output::new(Type::Dynamic, Value::object([("a", Value::list([1]))]), false));
    state.outputs.insert("s".into(), Output::new(Type::String, "hush".into(), true));
    state
}

#[test]
fn a_state_is_told_by_modules() {
    let text = super::state(&applied(), &testing::schemas());
    insta::assert_json_snapshot!(serde_json::from_str::<Json>(&text).unwrap());
    assert!(text.contains(r"a\u003cb"), "what Go escapes is escaped: {text}");
    assert_eq!(super::state(&State::new("l"), &testing::schemas()), r#"{"format_version":"1.0"}"#);
}

#[test]
fn a_state_is_shown_to_people_as_its_objects_and_outputs() {
    let shown = crate::render::human::state(&applied(), &testing::schemas(), Default::default());
    insta::assert_snapshot!(shown);
}

#[test]
fn the_prior_state_has_the_outputs_that_are_known_already() {
    let output = |action, before: &str, after: Val| crate::OutputChange { action, before: before.into(), after, sensitive: false };
    let outputs = BTreeMap::from([
        ("gone".into(), output(Action::Delete, "old", Val::null())),
        ("known".into(), output(Action::Update, "old", "new".into())),
        ("later".into(), output(Action::Update, "old", Val::unknown())),
    ]);
    let mut plan = Plan { outputs, ..testing::empty() };
    for name in ["gone", "known", "later"] {
        plan.prior.outputs.insert(name.into(), Output::new(Type::String, "old".into(), false));
    }
    let value = |text: &str| json!({"sensitive": false, "value": text, "type": "string"});
    let json = parsed(&plan);
    assert_eq!(json["prior_state"]["values"]["outputs"], json!({"gone": value("old"), "known": value("new"), "later": value("old")}));
    assert_eq!(json["planned_values"]["outputs"], json!({"known": value("new"), "later": {"sensitive": false}}));
    assert_eq!(parsed(&testing::empty()).get("prior_state"), None);
}

#[test]
fn a_plan_that_is_limited_is_not_complete_and_one_of_nothing_not_applyable() {
    let nothing = parsed(&testing::empty());
    assert_eq!((&nothing["applyable"], &nothing["complete"], &nothing["errored"]), (&json!(false), &json!(true), &json!(false)));
    let targets = vec!["hotswap_tenant.t".parse().unwrap()];
    assert_eq!(parsed(&Plan { targets, ..testing::empty() })["complete"], json!(false));
    let mut changed = testing::empty();
    changed.mode = Mode::RefreshOnly;
    changed.prior = applied();
    assert_eq!(parsed(&changed)["applyable"], json!(true));
}

fn line(event: &events::Event) -> String {
    event.line("2026-11-24T22:52:47.998704Z".parse().unwrap())
}

fn changes(fixture: &str) -> Vec<ResourceChange> {
    let (_, text) = FIXTURES.iter().find(|(name, _)| *name == fixture).unwrap();
    testing::plan(&serde_json::from_str(text).unwrap(), &testing::schemas()).changes
}

#[test]
fn planned_changes_are_lines_as_terraforms() {
    let changes = [changes("replaced_moved_imported"), changes("tainted_deposed_forgotten"), changes("values_changed")].concat();
    let lines: Vec<String> = changes.iter().filter_map(events::planned_change).map(|event| line(&event)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_happens_to_an_object_is_told_line_by_line() {
    let address = r#"module.n["x"].hotswap_tenant.t["k"]"#.parse().unwrap();
    let object = Value::object([("id", "ten_1")]);
    let id = events::identity(&object);
    let lines = [
        events::version("0.1.0"),
        events::refresh_start(&address, id),
        events::refresh_complete(&address, id),
        events::apply_start(&address, Action::Create, None),
        events::apply_progress(&address, Action::Create, Duration::from_secs(10)),
        events::apply_complete(&address, Action::Create, id, Duration::from_millis(11_900)),
        events::apply_start(&address, Action::Delete, id),
        events::apply_complete(&address, Action::Delete, None, Duration::ZERO),
        events::apply_errored(&address, Action::Update, Duration::from_secs(3)),
        events::apply_start(&address, Action::Read, None),
        events::outputs(&applied()).unwrap(),
    ];
    let counts = crate::render::human::Counts { add: 6, ..Default::default() };
    let summaries = [events::Operation::Plan, events::Operation::Apply, events::Operation::Destroy];
    let summaries = summaries.map(|operation| events::change_summary(counts, operation));
    let lines: Vec<String> = lines.iter().chain(&summaries).map(line).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_diagnostic_shows_its_lines() {
    let mut sources = Sources::default();
    let text = "check \"c\" {\n  assert {\n    condition = a.é == \"x\"\n  }\n}\n";
    let file = sources.add("main.tf", text);
    let at = |part: &str| {
        let start = u32::try_from(text.find(part).unwrap()).unwrap();
        Range { file, start, end: start + u32::try_from(part.len()).unwrap() }
    };
    let mut diagnostic = Diagnostic::warning("Check failed", "It is <y>.").at(at("a.é == \"x\"")).within(at("check \"c\""));
    diagnostic.values.push(("a.é".into(), "is \"y\"".into()));
    let json: Json = serde_json::from_str(&line(&events::diagnostic(&diagnostic, &sources))).unwrap();
    assert_eq!((&json["@level"], &json["@message"]), (&json!("warn"), &json!("Warning: Check failed")));
    let expected = json!({
        "severity": "warning", "summary": "Check failed", "detail": "It is <y>.",
        "range": {"filename": "main.tf", "start": {"line": 3, "column": 17, "byte": 39}, "end": {"line": 3, "column": 27, "byte": 50}},
        "snippet": {"context": "check \"c\"", "code": "    condition = a.é == \"x\"", "start_line": 3, "highlight_start_offset": 16,
            "highlight_end_offset": 27, "values": [{"traversal": "a.é", "statement": "is \"y\""}]},
    });
    assert_eq!(json["diagnostic"], expected);
}
