use hotswap_model::{Fault, Timestamp};
use hotswap_sdk::Resource;

use super::*;
use crate::testing::{block, errors, resource, warnings};

fn deployment() -> std::sync::Arc<dyn Resource> {
    resource("hotswap_deployment")
}

fn config(version: impl Into<Value>) -> Value {
    block(&*deployment(), [("name", "hello".into()), ("tenant", "acme".into()), ("plugin", "greeter".into()), ("version", version.into())])
}

/// What the schema makes of a configuration.
fn proposed(prior: Option<&Value>, config: &Value) -> Value {
    let schema = deployment().schema().clone();
    schema.ty().conform(hotswap_sdk::plan::propose(&schema, prior, config)).unwrap()
}

/// A deployment that serves `version` of the constraint.
fn existing(constraint: &str, version: &str, status: &str) -> Value {
    let state = proposed(None, &config(constraint));
    state
        .with("id", "dep_1")
        .with("resolved_version", version)
        .with("sha256", "a".repeat(64))
        .with("rollout_plan", rollout_plan(&preview(None).rollout_plan))
        .with("revision", 3)
        .with("active_revision", 3)
        .with("active_version", version)
        .with("status", status)
        .with("url", "http://hello.acme.localhost")
}

fn preview(version: Option<&str>) -> Preview {
    serde_json::from_value(serde_json::json!({
        "rollout_plan": {"strategy": "direct", "stages": [{"weight": 100, "hold": "10s"}], "shortest": "10s", "longest": "10m", "worst_rollback": "5s"},
        "resolved_version": version,
        "sha256": version.map(|_| "b".repeat(64)),
        "quotas": [], "warnings": [], "faults": [],
    }))
    .unwrap()
}

fn planned(prior: Option<Value>, config: Value, preview: Option<&Preview>) -> PlanResponse {
    let mut request = PlanRequest { proposed: proposed(prior.as_ref(), &config), prior, config, private: vec![] };
    if let Some(prior) = &request.prior {
        request.proposed = keep(MEANINGS, prior, request.proposed);
    }
    let change = change(&request);
    decide(request, change, preview)
}

#[test]
fn a_create_that_pins_one_published_version_knows_what_will_run() {
    let plan = planned(None, config("1.0.0"), Some(&preview(Some("1.0.0")))).planned;
    assert_eq!(plan.get("resolved_version"), &"1.0.0".into());
    assert_eq!(plan.get("sha256"), &"b".repeat(64).into());
    assert_eq!(plan.get("rollout_plan").get("shortest"), &"10s".into());
    for name in ["id", "revision", "active_revision", "active_version", "status", "url"] {
        assert!(plan.get(name).is_unknown(), "{name} is {:?}", plan.get(name));
    }
}

#[test]
fn a_create_by_a_range_says_what_would_be_chosen_and_promises_nothing() {
    let response = planned(None, config("~> 1.0"), Some(&preview(Some("1.1.0"))));
    assert!(response.planned.get("resolved_version").is_unknown() && response.planned.get("sha256").is_unknown());
    let told = warnings(&response.diagnostics);
    assert!(told.len() == 1 && told[0].starts_with("version: \"~> 1.0\" would choose version 1.1.0 now"), "{told:?}");
}

#[test]
fn a_pinned_version_that_is_published_by_the_same_apply_is_not_known_yet() {
    let mut preview = preview(None);
    preview.warnings.push("no version of greeter satisfies 1.1.0".into());
    let response = planned(None, config("1.1.0"), Some(&preview));
    assert!(response.planned.get("resolved_version").is_unknown());
    assert_eq!(warnings(&response.diagnostics), [": No version of greeter satisfies 1.1.0."]);
    assert!(!response.diagnostics.has_errors());
}

#[test]
fn without_a_server_a_plan_is_made_of_what_the_configuration_says() {
    let response = planned(None, config(Value::Unknown), None);
    assert!(response.diagnostics.is_empty());
    for name in ["version", "resolved_version", "sha256", "rollout_plan", "revision"] {
        assert!(response.planned.get(name).is_unknown(), "{name} is {:?}", response.planned.get(name));
    }
    assert_eq!(response.planned.get("instances"), &1.into());
}

#[test]
fn the_same_configuration_is_no_change() {
    let prior = existing("~> 1.0", "1.0.0", "active");
    let response = planned(Some(prior.clone()), config("~> 1.0"), None);
    assert_eq!(response.planned, prior);
    assert!(response.diagnostics.is_empty());
}

#[test]
fn a_change_beside_the_constraint_leaves_the_version_and_opens_the_outcome() {
    let prior = existing("~> 1.0", "1.0.0", "active");
    let response = planned(Some(prior), config("~> 1.0").with("instances", 4), Some(&preview(Some("1.0.0"))));
    assert_eq!(response.planned.get("resolved_version"), &"1.0.0".into());
    assert_eq!(response.planned.get("sha256"), &"a".repeat(64).into());
    assert_eq!((response.planned.get("id"), response.planned.get("url")), (&"dep_1".into(), &"http://hello.acme.localhost".into()));
    for name in OUTCOME {
        assert!(response.planned.get(name).is_unknown(), "{name} is {:?}", response.planned.get(name));
    }
    assert!(response.diagnostics.is_empty());
}

#[test]
fn another_constraint_or_a_raised_serial_asks_anew() {
    for config in [config("~> 1.1"), config("~> 1.0").with("resolve_serial", 1)] {
        let plan = planned(Some(existing("~> 1.0", "1.0.0", "active")), config, Some(&preview(Some("1.1.0")))).planned;
        assert!(plan.get("resolved_version").is_unknown() && plan.get("sha256").is_unknown());
    }
    let plan = planned(Some(existing("1.0.0", "1.0.0", "active")), config("1.1.0"), Some(&preview(Some("1.1.0")))).planned;
    assert_eq!(plan.get("resolved_version"), &"1.1.0".into());
}

#[test]
fn how_an_apply_waits_is_no_part_of_the_spec() {
    let prior = existing("1.0.0", "1.0.0", "active");
    let timeouts = Value::object([("create", Value::Null), ("update", "5m".into()), ("delete", Value::Null), ("read", Value::Null)]);
    let config = config("1.0.0").with("wait", false).with("timeouts", timeouts.clone());
    let plan = planned(Some(prior.clone()), config, None).planned;
    assert_eq!(plan, prior.with("wait", false).with("timeouts", timeouts));
}

#[test]
fn a_held_spec_is_no_change_and_says_why() {
    let prior = existing("2.0.0", "2.0.0", "held").with("active_revision", 2).with("active_version", "1.1.0");
    let mut preview = preview(Some("2.0.0"));
    preview.held = Some(Held { revision: 3, reason: "21 of 100 requests failed".into(), at: Timestamp::from_micros(0) });
    let response = planned(Some(prior.clone()), config("2.0.0"), Some(&preview));
    assert_eq!(response.planned, prior);
    let told = warnings(&response.diagnostics);
    assert!(told[0].contains("Revision 3 was rolled back: 21 of 100 requests failed. Revision 2 (version 1.1.0) serves."), "{told:?}");
    assert!(told[0].contains("`retry`"), "{told:?}");
}

#[test]
fn a_held_version_does_not_stay_by_itself() {
    let prior = existing("~> 1.0", "1.1.0", "held");
    let plan = planned(Some(prior), config("~> 1.0").with("retry", 1), Some(&preview(Some("1.1.0")))).planned;
    assert!(plan.get("resolved_version").is_unknown() && plan.get("revision").is_unknown());
}

#[test]
fn another_text_of_the_same_meaning_is_no_change() {
    let sandbox = |timeout: &str| Value::object([("memory_mb", Value::Null), ("timeout", timeout.into())]);
    let with = |timeout: &str, json: &str| config("1.0.0").with("sandbox", sandbox(timeout)).with("config", json);
    let written = proposed(None, &with("60s", r#"{"a":1}"#));
    let prior =
        existing("1.0.0", "1.0.0", "active").with("sandbox", written.get("sandbox").clone()).with("config", written.get("config").clone());
    assert_eq!(planned(Some(prior.clone()), with("1m", r#"{ "a" : 1 }"#), None).planned, prior);
    assert_ne!(planned(Some(prior.clone()), with("61s", r#"{"a":1}"#), None).planned, prior);
}

#[test]
fn what_the_platform_would_refuse_is_an_error_on_its_attribute() {
    let mut preview = preview(Some("1.0.0"));
    preview.faults.push(Fault { field: "instances".into(), message: "is 2000; a deployment has 1 to 1000 instances".into() });
    preview.warnings.push("over quota: acme has 3 of 4 instances, this asks for 4".into());
    let response = planned(None, config("1.0.0"), Some(&preview));
    assert_eq!(errors(&response.diagnostics), ["instances: Attribute instances is 2000; a deployment has 1 to 1000 instances."]);
    assert_eq!(warnings(&response.diagnostics), [": Over quota: acme has 3 of 4 instances, this asks for 4."]);
}

#[tokio::test]
async fn another_tenant_or_name_is_another_deployment() {
    let response =
        crate::testing::plan(&*deployment(), Some(existing("1.0.0", "1.0.0", "active")), config("1.0.0").with("name", "other")).await;
    assert_eq!(response.requires_replace, ["name".into()]);
}

#[test]
fn another_version_of_secrets_is_a_revision_and_other_values_alone_are_none() {
    let prior = existing("1.0.0", "1.0.0", "active").with("secrets_version", 1);
    let with = |version: i64| config("1.0.0").with("secrets", Value::object([("key", "hush")])).with("secrets_version", version);
    let same = planned(Some(prior.clone()), with(1), None);
    assert_eq!(same.planned, prior);
    let raised = planned(Some(prior), with(2), Some(&preview(Some("1.0.0")))).planned;
    assert!(raised.get("revision").is_unknown() && raised.get("secrets").is_null());
    assert_eq!(raised.get("resolved_version"), &"1.0.0".into());
}
