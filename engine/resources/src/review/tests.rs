use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use hotswap_api::{Component, Deployment};
use hotswap_model::{Digest, Quotas};
use hotswap_value::Value;
use serde_json::json;

use super::*;
use crate::testing::{block, errors, resource};

fn digest(of: &str) -> String {
    Digest::of(of.as_bytes()).to_string()
}

/// A deployment of the plan; everything it does not say is as the schema has it.
fn wanted(name: &str, attributes: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let ty = resource("hotswap_deployment");
    let stages = Value::list([
        Value::object([("weight", Value::from(10)), ("hold", "5m".into())]),
        Value::object([("weight", Value::from(100)), ("hold", "0s".into())]),
    ]);
    let plan = Value::object([
        ("strategy", Value::from("canary")),
        ("stages", stages),
        ("shortest", "5m10s".into()),
        ("longest", "15m".into()),
        ("worst_rollback", "13s".into()),
    ]);
    let base = block(
        &*ty,
        [
            ("name", name.into()),
            ("tenant", "acme".into()),
            ("plugin", "greeter".into()),
            ("version", "1.1.0".into()),
            ("resolved_version", "1.1.0".into()),
            ("sha256", digest("1.1.0").into()),
            ("instances", 2.into()),
            ("sandbox", Value::object([("memory_mb", 64)])),
            ("rollout_plan", plan),
        ],
    );
    attributes.into_iter().fold(base, |value, (name, attribute)| value.with(name, attribute))
}

fn change(ty: &str, name: &str, before: Option<Value>, after: Option<Value>) -> ReviewedChange {
    ReviewedChange { address: format!("{ty}.{name}"), ty: ty.to_owned(), before, after }
}

fn there(name: &str, instances: u32, version: &str) -> Deployment {
    serde_json::from_value(json!({
        "id": format!("dep_{name}"), "tenant": "acme", "name": name, "etag": "1",
        "spec": {"plugin": "greeter", "version": version, "instances": instances},
        "resolved_version": version, "sha256": digest(version), "effective_config": {},
        "rollout_plan": {"strategy": "direct", "stages": [], "shortest": "1s", "longest": "1m", "worst_rollback": "1s"},
        "revision": 3, "status": "active", "url": "http://x", "created_at": 0, "updated_at": 0,
    }))
    .unwrap()
}

fn component(of: &str, exports: &[&str], mib: u64) -> (Digest, Component) {
    let sha256 = Digest::of(of.as_bytes());
    let exports = exports.iter().map(|text| (*text).to_owned()).collect();
    (sha256, Component { sha256, size: mib << 20, imports: vec![], exports })
}

fn facts(quotas: Quotas, deployments: Vec<Deployment>) -> Facts {
    Facts {
        quotas: [("acme".to_owned(), quotas)].into(),
        deployments: [("acme".to_owned(), deployments)].into(),
        components: [component("1.0.0", &["a", "b"], 1), component("1.1.0", &["b", "c"], 2)].into(),
    }
}

fn notes(changes: &[ReviewedChange], facts: &Facts) -> Vec<String> {
    let planned = Planned::of(changes);
    rollout::notes(&planned.deployments[0], &planned, facts)
}

/// What is said of an import that is none of ours.
const UNKNOWN: &str = "newly imports x: no sandbox has it, so that the component cannot run";

#[test]
fn a_first_rollout_is_told_with_its_stages() {
    let changes = [change("hotswap_deployment", "d", None, Some(wanted("d", [])))];
    let expected =
        ["rollout, canary: 10% for 5m, then 100%", "takes 5m10s at least and 15m at most; back within 13s if it fails", "version 1.1.0"];
    assert_eq!(notes(&changes, &Facts::default()), expected);
}

#[test]
fn a_change_of_version_is_told_with_what_the_component_gains_and_loses() {
    let before = wanted("d", [("resolved_version", "1.0.0".into()), ("version", "1.0.0".into()), ("sha256", digest("1.0.0").into())]);
    let changes = [change("hotswap_deployment", "d", Some(before.clone()), Some(wanted("d", [])))];
    let told = notes(&changes, &facts(Quotas::default(), vec![]));
    assert_eq!(told[2..], ["version 1.0.0 -> 1.1.0", "exports +c, -a"]);
    // The same where the version is published by the same plan, so that nothing of it is on the server yet.
    let version = block(
        &*resource("hotswap_plugin_version"),
        [
            ("plugin", "greeter".into()),
            ("version", "1.2.0".into()),
            ("sha256", digest("1.2.0").into()),
            ("exports", Value::list(["b"])),
            ("imports", Value::list(["x"])),
        ],
    );
    let after = wanted("d", [("version", "1.2.0".into()), ("resolved_version", Value::Unknown), ("sha256", Value::Unknown)]);
    let changes =
        [change("hotswap_deployment", "d", Some(before), Some(after)), change("hotswap_plugin_version", "v", None, Some(version))];
    let told = notes(&changes, &facts(Quotas::default(), vec![]));
    assert_eq!(told[2..], ["version 1.0.0 -> 1.2.0, which this plan publishes", "exports -a", "imports +x", UNKNOWN]);
}

#[test]
fn what_is_not_known_is_told_to_be_so() {
    let after = wanted(
        "d",
        [("version", "~> 1.0".into()), ("resolved_version", Value::Unknown), ("sha256", Value::Unknown), ("rollout_plan", Value::Unknown)],
    );
    let changes = [change("hotswap_deployment", "d", None, Some(after))];
    let expected =
        ["rollout: its stages are known after apply, as is what they follow from", "version one of ~> 1.0, chosen when this is applied"];
    assert_eq!(notes(&changes, &Facts::default()), expected);
}

#[test]
fn a_held_deployment_says_which_revision_went_back_and_why() {
    let mut deployment = there("d", 2, "1.1.0");
    deployment.held = serde_json::from_value(json!({"revision": 3, "reason": "21 of 100 requests failed", "at": 0})).unwrap();
    let facts = facts(Quotas::default(), vec![deployment]);
    let before = wanted("d", [("status", "held".into())]);
    let same = [change("hotswap_deployment", "d", Some(before.clone()), Some(before.with("wait", false)))];
    let told =
        "held: revision 3 was rolled back: 21 of 100 requests failed. It is not rolled out again until it changes or `retry` is raised.";
    assert_eq!(notes(&same, &facts), [told]);
    let before = wanted("d", [("status", "held".into())]);
    let other = [change("hotswap_deployment", "d", Some(before), Some(wanted("d", [("instances", 3.into())])))];
    assert!(notes(&other, &facts)[3].ends_with("21 of 100 requests failed. This plan rolls out another spec."));
}

fn verdict(changes: &[ReviewedChange], facts: &Facts) -> (String, Vec<String>) {
    let verdict = quota::judge("acme", &Planned::of(changes), facts).unwrap();
    (verdict.line, errors(&verdict.errors.into()))
}

#[test]
fn quotas_count_what_is_planned_and_what_is_beside() {
    let quotas = Quotas { max_plugins: Some(3), max_instances: Some(10), max_memory_mb: Some(1024), max_storage_mb: Some(10) };
    let changes = [
        change("hotswap_deployment", "a", Some(wanted("a", [("instances", 1.into())])), Some(wanted("a", []))),
        change("hotswap_deployment", "b", None, Some(wanted("b", [("plugin", "other".into())]))),
        change("hotswap_deployment", "c", Some(wanted("c", [])), None),
    ];
    let facts = facts(quotas, vec![there("a", 1, "1.0.0"), there("c", 2, "1.1.0"), there("outside", 4, "1.0.0")]);
    let line = "tenant acme: instances 8 of 10, memory 512 of 1024 MiB, plugins 2 of 3, storage 3 of 10 MiB";
    assert_eq!(verdict(&changes, &facts), (line.to_owned(), vec![]));
}

#[test]
fn a_plan_that_does_not_fit_as_a_whole_is_an_error_although_each_part_would() {
    let quotas = Quotas { max_instances: Some(4), ..Quotas::default() };
    let new = |name: &str| change("hotswap_deployment", name, None, Some(wanted(name, [])));
    let (line, errors) = verdict(&[new("a"), new("b")], &facts(quotas, vec![there("outside", 1, "1.0.0")]));
    assert_eq!(line, "tenant acme: instances 5 of 4 (too much)");
    let error = ": With this plan, tenant \"acme\" would use 5 of its 4 (max_instances). The plan asks for 4: hotswap_deployment.a 2, \
                 hotswap_deployment.b 2; what is outside of it uses 1.\n\nRaise the tenant's `quotas.max_instances`, or ask for less.";
    assert_eq!(errors, [error]);
}

#[test]
fn quotas_are_judged_as_they_are_planned() {
    let tenant =
        |max: i32| block(&*resource("hotswap_tenant"), [("name", "acme".into()), ("quotas", Value::object([("max_instances", max)]))]);
    let facts = facts(Quotas { max_instances: Some(1), ..Quotas::default() }, vec![there("outside", 8, "1.0.0")]);
    let raised = [
        change("hotswap_tenant", "acme", Some(tenant(1)), Some(tenant(20))),
        change("hotswap_deployment", "a", None, Some(wanted("a", []))),
    ];
    assert_eq!(verdict(&raised, &facts), ("tenant acme: instances 10 of 20".to_owned(), vec![]));
    let lowered = [change("hotswap_tenant", "acme", Some(tenant(20)), Some(tenant(4)))];
    let line = "tenant acme: instances 8 of 4 (over quota: nothing is taken away, nothing more is granted)";
    assert_eq!(verdict(&lowered, &facts), (line.to_owned(), vec![]));
    assert_eq!(Planned::of(&lowered).tenants().into_iter().collect::<Vec<_>>(), ["acme"]);
}

#[test]
fn what_can_not_be_judged_is_at_least_what_is_known() {
    let quotas = Quotas { max_instances: Some(9), max_memory_mb: Some(4096), max_storage_mb: Some(9), ..Quotas::default() };
    let changes = [
        change("hotswap_deployment", "a", None, Some(wanted("a", [("instances", Value::Unknown)]))),
        change("hotswap_deployment", "b", None, Some(wanted("b", [("sha256", Value::Unknown), ("resolved_version", Value::Unknown)]))),
    ];
    let line = "tenant acme: instances at least 3 of 9, memory at least 192 of 4096 MiB, storage at least 3 of 9 MiB";
    assert_eq!(verdict(&changes, &facts(quotas, vec![there("outside", 1, "1.0.0")])).0, line);
}

#[tokio::test]
async fn nothing_is_asked_where_nothing_is_deployed_and_nothing_fails_where_nobody_answers() {
    let destroyed = [change("hotswap_plugin", "p", Some(Value::Null), None)];
    let review = super::review(&destroyed, None).await;
    assert!(review.notes.is_empty() && review.summary.is_empty() && review.diagnostics.is_empty());
    let created = [change("hotswap_deployment", "d", None, Some(wanted("d", [("tenant", Value::Unknown)])))];
    let review = super::review(&created, None).await;
    assert_eq!(review.notes["hotswap_deployment.d"].len(), 3);
    assert_eq!(
        review.summary,
        [
            "Quotas are not judged: the provider's configuration is not known yet.",
            "1 deployment is judged by no quota: which tenant they are of is not known yet.",
        ]
    );
}

/// A path and what is answered there.
type Answer = (&'static str, fn() -> serde_json::Value);

/// Answers each path with JSON, everything else with 404, until the test ends.
fn serve(answers: &'static [Answer]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let path = head.split([' ', '?']).nth(1).unwrap_or_default();
            let answer = answers.iter().find(|(known, _)| path.starts_with(known));
            let (status, body) = match answer {
                Some((_, answer)) => ("200 OK", answer()),
                None => (
                    "404 Not Found",
                    json!({"type": "about:blank", "title": "t", "status": 404, "code": "component_not_found", "detail": "d"}),
                ),
            };
            let body = body.to_string();
            let length = body.len();
            _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    endpoint
}

#[tokio::test]
async fn a_plan_is_judged_by_what_the_server_has() {
    fn tenant() -> serde_json::Value {
        json!({"id": "ten_1", "namespace": "acme", "etag": "1", "spec": {"name": "acme", "quotas": {"max_instances": 3}}, "created_at": 0, "updated_at": 0})
    }
    let endpoint = serve(&[
        ("/v1/tenants/acme/deployments", || json!({"items": [there("outside", 2, "1.0.0")]})),
        ("/v1/tenants", || json!({"items": [tenant()]})),
    ]);
    let provider = crate::testing::unconfigured();
    let config = provider.schema().ty().conform(Value::object([("endpoint", endpoint.as_str()), ("token", "t")])).unwrap();
    let request = hotswap_sdk::ConfigureRequest { config, client_version: "1".into() };
    assert!(provider.configure(request).await.is_empty());
    let review = provider.review(&[change("hotswap_deployment", "d", None, Some(wanted("d", [])))]).await;
    assert_eq!(review.summary, ["tenant acme: instances 4 of 3 (too much)"]);
    assert!(review.diagnostics.has_errors(), "{:?}", review.diagnostics);
    assert_eq!(review.notes["hotswap_deployment.d"].len(), 3);
}
