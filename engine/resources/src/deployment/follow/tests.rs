use hotswap_api::{ErrorCode, Problem};
use hotswap_sdk::Severity;

use super::*;

fn told(revision: u64, active: Option<u64>, status: &str) -> Told {
    serde_json::from_value(serde_json::json!({
        "id": "dep_1", "tenant": "acme", "name": "hello", "etag": revision.to_string(),
        "spec": {"plugin": "greeter", "version": "2.0.0"},
        "resolved_version": "2.0.0", "sha256": "b".repeat(64), "effective_config": {},
        "rollout_plan": {"strategy": "direct", "stages": [{"weight": 100, "hold": "10s"}], "shortest": "10s", "longest": "10m", "worst_rollback": "5s"},
        "revision": revision, "active_revision": active, "active_version": active.map(|_| "1.1.0"), "status": status,
        "rollout": "rol_1", "url": "http://hello.acme.localhost", "created_at": 0, "updated_at": 0,
    }))
    .unwrap()
}

fn planned() -> Value {
    let open = ["id", "sha256", "rollout_plan", "revision", "active_revision", "active_version", "status", "url"];
    let known = [("plugin", "greeter"), ("version", "2.0.0"), ("resolved_version", "2.0.0")].map(|(name, text)| (name, Value::from(text)));
    Value::object(open.map(|name| (name, Value::Unknown)).into_iter().chain(known))
}

fn rollout(status: RolloutStatus) -> End {
    End::Rollout { status, reason: "12 of 40 requests failed, more than 5 %".into() }
}

fn conclusion(now: Result<Told, ClientError>, kind: Kind, end: End) -> (Option<Value>, Vec<(Severity, String)>) {
    let response = conclude(&planned(), &told(3, Some(2), "progressing"), now, kind, end);
    (response.state, response.diagnostics.into_iter().map(|told| (told.severity, told.detail)).collect())
}

fn not_found() -> ClientError {
    ClientError::Problem(Box::new(Problem::new(ErrorCode::DeploymentNotFound, "there is no deployment")))
}

#[test]
fn a_completed_rollout_leaves_nothing_open_and_says_nothing() {
    let (state, told) = conclusion(Ok(told(3, Some(3), "active")), Kind::Update, rollout(RolloutStatus::Completed));
    let state = state.unwrap();
    assert!(state.is_wholly_known() && told.is_empty());
    assert_eq!((state.get("revision"), state.get("active_revision"), state.get("status")), (&3.into(), &3.into(), &"active".into()));
}

#[test]
fn a_rolled_back_update_keeps_the_accepted_spec_tells_what_serves_and_why() {
    let (state, told) = conclusion(Ok(told(3, Some(2), "held")), Kind::Update, rollout(RolloutStatus::RolledBack));
    let state = state.unwrap();
    assert_eq!((state.get("version"), state.get("revision")), (&"2.0.0".into(), &3.into()));
    assert_eq!((state.get("active_version"), state.get("status")), (&"1.1.0".into(), &"held".into()));
    let [(Severity::Error, detail)] = &told[..] else { panic!("{told:?}") };
    assert!(detail.contains("12 of 40 requests failed, more than 5 %. Revision 2 (version 1.1.0) serves."), "{detail}");
}

#[test]
fn a_failed_first_rollout_leaves_nothing_and_an_error() {
    let (state, told) = conclusion(Err(not_found()), Kind::Create, rollout(RolloutStatus::Failed));
    assert_eq!(state, None);
    assert!(matches!(&told[..], [(Severity::Error, detail)] if detail.contains("12 of 40")), "{told:?}");
}

#[test]
fn a_deployment_that_took_the_name_meanwhile_is_not_this_one() {
    let mut other = told(1, Some(1), "active");
    other.id = "dep_2".parse().unwrap();
    let (state, told) = conclusion(Ok(other), Kind::Create, rollout(RolloutStatus::Failed));
    assert!(state.is_none() && told[0].0 == Severity::Error);
}

#[test]
fn a_stop_is_no_failure_and_the_rollout_goes_on() {
    let (state, told) = conclusion(Ok(told(3, Some(2), "progressing")), Kind::Update, End::Stopped);
    assert_eq!(state.unwrap().get("status"), &"progressing".into());
    assert!(matches!(&told[..], [(Severity::Warning, detail)] if detail.contains("goes on")), "{told:?}");
}

#[test]
fn a_newer_spec_is_no_failure_and_the_planned_one_is_told() {
    let mut newer = told(4, Some(2), "progressing");
    newer.spec.instances = 9;
    newer.resolved_version = "1.0.0".parse().unwrap();
    let (state, told) = conclusion(Ok(newer), Kind::Update, rollout(RolloutStatus::Superseded));
    let state = state.unwrap();
    assert_eq!((state.get("revision"), state.get("resolved_version")), (&3.into(), &"2.0.0".into()));
    assert_eq!(told[0].0, Severity::Warning);
}

#[test]
fn time_that_is_up_is_an_error_of_an_update_and_never_taints_a_new_deployment() {
    let after = Duration::from_secs(5);
    for (kind, severity) in [(Kind::Update, Severity::Error), (Kind::Create, Severity::Warning)] {
        let (state, told) = conclusion(Ok(told(3, None, "progressing")), kind, End::TimedOut { after });
        assert_eq!(state.unwrap().get("status"), &"progressing".into());
        assert!(told[0].0 == severity && told[0].1.contains("goes on in the platform"), "{told:?}");
    }
}
