//! Rollouts that go wrong, and what Terraform makes of them.

use hotswap_acceptance::{Case, until};
use serde_json::json;

use crate::blocks::{DEPLOYMENT_PATH, everything, number};

const ADDRESS: &str = "hotswap_deployment.d";
const ALL: [&str; 5] = ["1.0.0", "1.1.0", "1.2.0", "2.0.0", "3.0.0"];

/// A canary whose first stage would hold for an hour without anything wrong.
fn canary(version: &str, more: &str) -> String {
    let attributes = format!(
        r#"
  version = {}
  strategy = {{
    canary = {{ steps = [{{ weight = 50, hold = "{}" }}] }}
  }}
  health_check = {{
    http             = {{ path = "/healthz", interval = "200ms", timeout = "5s" }}
    min_healthy_time = "0s"
    progress_deadline = "2h"
  }}
  {more}
"#,
        number(version),
        if version == "2.0.0" { "1h" } else { "300ms" }
    );
    everything(&ALL, &attributes)
}

#[test]
fn a_bad_version_is_rolled_back_under_load_and_held_until_asked_for_again() {
    let case = Case::new();
    case.config(&canary("1.0.0", ""));
    case.apply();
    let traffic = case.traffic("@acme", "hello");
    case.config(&canary("2.0.0", ""));
    let run = case.try_apply();
    let told =
        run.fails(&["The rollout was rolled back", "Revision 2", "Error rate 100 %", "is over the bound of 5", "requests failed", "1.0.0"]);
    assert_eq!(told.address, ADDRESS);
    let rollouts = case.get("/v1/tenants/@acme/deployments/hello/rollouts");
    let sentence = rollouts["items"][0]["reason"].as_str().unwrap().to_owned();
    assert!(told.text.to_lowercase().contains(&sentence.to_lowercase()), "{sentence:?} is not in {:?}", told.text);

    let state = case.state().get(ADDRESS).clone();
    assert!(!case.state().is_tainted(ADDRESS));
    assert_eq!((&state["version"], &state["resolved_version"]), (&json!("2.0.0"), &json!("2.0.0")), "the spec is what was accepted");
    assert_eq!((&state["status"], &state["revision"]), (&json!("held"), &json!(2)));
    assert_eq!((&state["active_version"], &state["active_revision"]), (&json!("1.0.0"), &json!(1)));
    let plan = case.plan();
    plan.is_empty().run.warns(&["The deployment is held", "Revision 2 was rolled back", "is over the bound of 5", "raise `retry`"]);
    assert!(case.apply().text.contains("0 added, 0 changed, 0 destroyed"));

    case.config(&canary("2.0.0", "retry = 1"));
    case.try_apply().fails(&["The rollout was rolled back", "Revision 3"]);
    case.config(&canary("1.1.0", ""));
    case.apply().is_calm();
    let state = case.state().get(ADDRESS).clone();
    assert_eq!((&state["status"], &state["active_version"]), (&json!("active"), &json!("1.1.0")));
    case.is_settled();
    let tally = traffic.stop();
    let failed_by_2 = (500, "greeter 2.0.0 failed\n".to_owned());
    let others: Vec<_> = tally.keys().filter(|answer| **answer != failed_by_2 && answer.0 != 200).collect();
    assert!(others.is_empty(), "nothing but the bad version failed a request: {tally:#?}");
    assert!(tally.contains_key(&failed_by_2));
    case.destroy();
}

#[test]
fn a_first_rollout_that_fails_leaves_nothing_and_the_next_apply_works() {
    let case = Case::new();
    let health = "health_check = {\n    http = { path = \"/healthz\", interval = \"200ms\", timeout = \"5s\" }\n    min_healthy_time = \"0s\"\n    \
                  healthy_deadline = \"2s\"\n  }";
    case.config(&everything(&ALL, &format!("version = {}\n{health}", number("3.0.0"))));
    let run = case.try_apply();
    run.fails(&["The first rollout failed", "0 of 1 instances became available within 2s", "500", "Nothing of the deployment is left"]);
    assert_eq!(case.state().find(ADDRESS), None, "neither tainted nor there");
    assert!(case.server.lacks(&case.own(DEPLOYMENT_PATH)));
    assert_eq!(case.visit("@acme", "hello").0, 404);
    assert_eq!(case.plan().actions(ADDRESS), "create");
    case.config(&everything(&ALL, &format!("version = {}\n{health}", number("1.0.0"))));
    case.apply();
    case.is_settled();
    case.destroy();
}

#[test]
fn an_update_that_never_becomes_healthy_keeps_what_serves() {
    let case = Case::new();
    let attributes = |version: &str| {
        let health = "health_check = {\n    http = { path = \"/healthz\", interval = \"200ms\", timeout = \"5s\" }\n    min_healthy_time = \"0s\"\n    \
                      healthy_deadline = \"2s\"\n  }";
        format!("version = {}\n{health}", number(version))
    };
    case.config(&everything(&ALL, &attributes("1.0.0")));
    case.apply();
    case.config(&everything(&ALL, &attributes("3.0.0")));
    case.try_apply().fails(&[
        "The rollout was rolled back",
        "0 of 1 instances became available within 2s",
        "Revision 1 (version 1.0.0) serves",
    ]);
    assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.0.0\n".to_owned()));
    case.config(&everything(&ALL, &attributes("1.0.0")));
    assert_eq!(case.plan().actions(ADDRESS), "update", "going back is a change of what is wanted");
    case.apply_plan().succeeded();
    case.is_settled();
    case.destroy();
}

#[test]
fn with_auto_rollback_off_a_bad_version_halts_and_a_change_goes_on() {
    let case = Case::new();
    case.config(&canary("1.0.0", "auto_rollback = false"));
    case.apply();
    let traffic = case.traffic("@acme", "hello");
    case.config(&canary("2.0.0", "auto_rollback = false"));
    case.try_apply().fails(&["The rollout halted", "Revision 2", "is over the bound of 5", "`auto_rollback` is off"]);
    assert_eq!(case.state().get(ADDRESS)["status"], "halted");
    case.plan().is_empty();
    case.config(&canary("1.1.0", "auto_rollback = false"));
    case.apply();
    traffic.stop();
    assert_eq!(case.state().get(ADDRESS)["active_version"], "1.1.0");
    case.is_settled();
    case.destroy();
}

#[test]
fn without_waiting_an_apply_returns_at_once_and_a_newer_spec_takes_over() {
    let case = Case::new();
    case.config(&canary("1.0.0", ""));
    case.apply();
    // 2.0.0 without requests is not found out: its stage holds.
    case.config(&canary("2.0.0", "wait = false"));
    case.apply();
    let state = case.state().get(ADDRESS).clone();
    assert_eq!((&state["status"], &state["active_version"]), (&json!("progressing"), &json!("1.0.0")));
    case.plan().is_empty();
    case.config(&canary("1.1.0", ""));
    case.apply();
    let rollouts = case.get("/v1/tenants/@acme/deployments/hello/rollouts");
    assert_eq!((&rollouts["items"][1]["status"], &rollouts["items"][0]["status"]), (&json!("superseded"), &json!("completed")));
    case.is_settled();
    case.destroy();
}

#[test]
fn an_apply_that_waits_too_long_says_so_and_the_rollout_goes_on() {
    let case = Case::new();
    case.config(&canary("1.0.0", ""));
    case.apply();
    case.config(&canary("2.0.0", "timeouts = { update = \"1s\" }"));
    case.try_apply().fails(&["Timed out waiting for the rollout", "goes on in the platform"]);
    assert_eq!(case.state().get(ADDRESS)["status"], "progressing");
    assert_eq!(case.get(DEPLOYMENT_PATH)["status"], "progressing");
    case.plan().is_empty();
    case.destroy();
}

#[test]
fn ctrl_c_while_an_update_rolls_out_ends_terraform_and_not_the_rollout() {
    let case = Case::new();
    case.config(&canary("1.0.0", ""));
    case.apply();
    case.config(&canary("2.0.0", ""));
    let apply = case.start_apply();
    until("the canary gets its weight", || {
        let rollouts = case.get("/v1/tenants/@acme/deployments/hello/rollouts");
        (rollouts["items"][0]["weight"] == json!(50)).then_some(())
    });
    let (run, took) = apply.interrupt();
    assert!(took.as_secs() < 5, "it took {took:?}");
    run.warns(&["Stopped waiting for the rollout", "revision 2 goes on in the platform"]);
    let state = case.state().get(ADDRESS).clone();
    assert_eq!((&state["status"], &state["version"], &state["revision"]), (&json!("progressing"), &json!("2.0.0"), &json!(2)));
    assert!(!case.state().is_tainted(ADDRESS));
    let rollouts = case.get("/v1/tenants/@acme/deployments/hello/rollouts");
    assert_eq!(rollouts["items"][0]["status"], "progressing");
    case.plan().is_empty();

    // What becomes of it is seen by the next plan.
    let traffic = case.traffic("@acme", "hello");
    until("the bad version is found out", || (case.get(DEPLOYMENT_PATH)["status"] == json!("held")).then_some(()));
    traffic.stop();
    case.plan().is_empty().run.warns(&["The deployment is held", "is over the bound of 5"]);
    case.destroy();
}

#[test]
fn ctrl_c_while_a_first_rollout_is_watched_keeps_the_deployment() {
    let case = Case::new();
    let health = "health_check = {\n    min_healthy_time = \"1h\"\n    progress_deadline = \"2h\"\n  }";
    case.config(&everything(&ALL, &format!("version = {}\n{health}", number("1.0.0"))));
    let apply = case.start_apply();
    until("it serves", || (case.visit("@acme", "hello").0 == 200).then_some(()));
    let (run, took) = apply.interrupt();
    assert!(took.as_secs() < 5, "it took {took:?}");
    run.warns(&["Stopped waiting for the rollout"]);
    assert_eq!(case.state().get(ADDRESS)["status"], "progressing");
    assert!(!case.state().is_tainted(ADDRESS));
    assert_eq!(case.visit("@acme", "hello").0, 200);
    case.plan().is_empty();
    case.destroy();
}
