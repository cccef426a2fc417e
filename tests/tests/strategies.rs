//! Every strategy from the spec to what serves, under load: instances, weights, gates, and who may open them.
#![allow(clippy::unwrap_used)]

use hotswap_api::ErrorCode;
use hotswap_model::RolloutId;
use hotswap_tests::{DataFolder, Load, Server};
use serde_json::{Value, json};

/// A server with greeter 1.0.0 serving for `acme` as `hello`, and steady traffic to it.
async fn serving(instances: u32) -> (DataFolder, Server, Load) {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &spec("1.0.0", instances, json!({ "direct": {} }), json!({}))).await;
    let load = Load::start(&server.target("acme", "hello"), 60);
    (data, server, load)
}

fn spec(version: &str, instances: u32, strategy: Value, check: Value) -> Value {
    let mut health_check = json!({ "min_healthy_time": "0s" });
    health_check.as_object_mut().unwrap().extend(check.as_object().unwrap().clone());
    json!({ "plugin": "greeter", "version": version, "instances": instances, "strategy": strategy, "health_check": health_check })
}

/// Instances and weight of each revision, the oldest first.
async fn shape(server: &Server) -> Vec<(u64, u32, u8)> {
    let live = server.client.get_deployment_live("acme", "hello").await.unwrap().live.unwrap();
    live.revisions.iter().map(|revision| (revision.revision, revision.instances, revision.weight)).collect()
}

async fn none_dropped(load: Load) {
    let tally = load.stop().await;
    assert_eq!(tally.dropped, 0, "{tally:?}");
}

#[tokio::test]
async fn rolling_changes_instances_a_batch_at_a_time() {
    let (_data, server, load) = serving(4).await;
    let rolling = json!({ "rolling": { "batch_size": 1, "pause_between": "700ms" } });
    let rollout = server.begin("acme", "hello", &spec("1.1.0", 4, rolling, json!({}))).await;
    server.step(&rollout, "advanced", 50).await;
    assert_eq!(shape(&server).await, [(1, 2, 50), (2, 2, 50)]);
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "completed");
    let weights: Vec<_> = server.steps(&rollout).await.into_iter().filter(|step| step.starts_with("advanced")).collect();
    assert_eq!(
        weights,
        ["advanced 25", "advanced 25", "advanced 50", "advanced 50", "advanced 75", "advanced 75", "advanced 100"],
        "each batch is brought up before its traffic moves"
    );
    none_dropped(load).await;
}

#[tokio::test]
async fn a_batch_that_fails_takes_all_of_them_back() {
    let (_data, server, load) = serving(4).await;
    let rolling = json!({ "rolling": { "batch_size": 1, "pause_between": "60s" } });
    let rollout = server.begin("acme", "hello", &spec("2.0.0", 4, rolling, json!({}))).await;
    let over = server.outcome(&rollout).await;
    assert_eq!((over.status.as_str(), over.reason_code.as_deref()), ("rolled_back", Some("error_rate")), "{over:?}");
    assert_eq!(shape(&server).await, [(1, 4, 100)], "the old one has all its instances again");
    none_dropped(load).await;
}

#[tokio::test]
async fn a_manual_stage_with_few_instances_waits_until_somebody_promotes_it() {
    let (_data, server, load) = serving(4).await;
    let steps = json!({ "canary": { "steps": [{ "weight": 10, "instances": 1, "hold": "0s", "manual": true }] } });
    let rollout = server.begin("acme", "hello", &spec("1.1.0", 4, steps, json!({ "progress_deadline": "2s" }))).await;
    server.step(&rollout, "advanced", 10).await;
    assert_eq!(shape(&server).await, [(1, 4, 90), (2, 1, 10)]);
    load.answered(120).await;
    let waits = server.client.get_rollout(&rollout).await.unwrap();
    assert!(waits.waits_for_promotion, "{waits:?}");
    server.client.promote_rollout(&rollout).await.unwrap();
    let again = server.client.promote_rollout(&rollout).await.unwrap_err();
    assert!(matches!(again.code(), Some(ErrorCode::RolloutNotWaiting | ErrorCode::RolloutOver)), "{again}");
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "completed");
    assert_eq!(shape(&server).await, [(2, 4, 100)]);
    assert!(server.steps(&rollout).await.contains(&"promoted 10".to_owned()));
    none_dropped(load).await;
}

#[tokio::test]
async fn a_pause_outlives_the_server_and_keeps_nobody_from_going_back() {
    let (data, server, load) = serving(2).await;
    let steps = json!({ "canary": { "steps": [{ "weight": 20, "hold": "300ms" }] } });
    let rollout = server.begin("acme", "hello", &spec("1.1.0", 2, steps, json!({}))).await;
    server.step(&rollout, "advanced", 20).await;
    server.client.pause_rollout(&rollout).await.unwrap();
    drop(load.stop().await);
    let server = server.kill().await.restart(&data).await;
    let load = Load::start(&server.target("acme", "hello"), 60);
    load.answered(60).await;
    let paused = server.client.get_rollout(&rollout).await.unwrap();
    assert_eq!((paused.status.as_str(), paused.weight, paused.paused_by.is_some()), ("progressing", 20, true), "{paused:?}");
    server.client.resume_rollout(&rollout).await.unwrap();
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "completed");

    let steps = json!({ "canary": { "steps": [{ "weight": 20, "hold": "60s" }] } });
    let rollout = server.begin("acme", "hello", &spec("1.0.0", 2, steps, json!({}))).await;
    server.step(&rollout, "advanced", 20).await;
    server.client.pause_rollout(&rollout).await.unwrap();
    server.client.abort_rollout(&rollout).await.unwrap();
    let over = server.outcome(&rollout).await;
    assert_eq!((over.status.as_str(), over.reason_code.as_deref()), ("rolled_back", Some("requested")), "{over:?}");
    none_dropped(load).await;
}

fn blue_green(tests: Value, auto_promote: bool) -> Value {
    json!({ "blue_green": { "smoke_tests": tests, "auto_promote": auto_promote } })
}

#[tokio::test]
async fn a_new_colour_is_tested_unseen_then_has_all_traffic() {
    let (_data, server, load) = serving(2).await;
    let tests = json!([{ "path": "/healthz" }, { "path": "/", "status": 200 }]);
    let mut unseen = spec("1.1.0", 2, blue_green(tests, false), json!({}));
    unseen["preview_key"] = json!("see-it-first");
    let rollout = server.begin("acme", "hello", &unseen).await;
    server.step(&rollout, "advanced", 0).await;
    load.answered(60).await;
    assert_eq!(load.take().share("1.0.0"), 1.0, "nobody sees the new one");
    assert_eq!(shape(&server).await, [(1, 2, 100), (2, 2, 0)]);
    for (key, version) in [("see-it-first", "1.1.0"), ("see-it-first/1", "1.0.0"), ("let-me-in", "1.0.0")] {
        assert!(server.call_with("acme", "hello", "x-hotswap-revision", key).await.text.contains(version), "{key}");
    }
    server.client.promote_rollout(&rollout).await.unwrap();
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "completed");
    load.answered(30).await;
    load.take();
    load.answered(30).await;
    assert_eq!(load.take().share("1.1.0"), 1.0);
    none_dropped(load).await;
}

#[tokio::test]
async fn a_colour_that_fails_its_tests_is_never_seen() {
    let (_data, server, load) = serving(2).await;
    let tests = json!([{ "path": "/healthz" }, { "path": "/", "status": 418 }]);
    let rollout = server.begin("acme", "hello", &spec("1.1.0", 2, blue_green(tests, true), json!({}))).await;
    let over = server.outcome(&rollout).await;
    assert_eq!((over.status.as_str(), over.reason_code.as_deref()), ("rolled_back", Some("smoke_test")), "{over:?}");
    let reason = over.reason.unwrap();
    assert!(reason.contains("answered GET / with 200, not 418"), "{reason}");
    let tally = load.stop().await;
    assert_eq!((tally.share("1.0.0"), tally.dropped), (1.0, 0), "{tally:?}");
}

#[tokio::test]
async fn an_ab_test_keeps_the_better_one() {
    let (_data, server, load) = serving(4).await;
    let ab_test = |auto: bool| json!({ "ab_test": { "min_requests": 40, "duration": "60s", "auto_promote": auto } });
    let unjudged = json!({ "error_rate": null });
    let rollout = server.begin("acme", "hello", &spec("2.0.0", 4, ab_test(true), unjudged.clone())).await;
    let over = server.outcome(&rollout).await;
    assert_eq!((over.status.as_str(), over.reason_code.as_deref()), ("rolled_back", Some("compared")), "{over:?}");
    assert!(over.reason.unwrap().contains("the old version is better by errors"));

    let rollout = server.begin("acme", "hello", &with_retry(spec("2.0.0", 4, ab_test(false), unjudged))).await;
    server.step(&rollout, "advanced", 50).await;
    let told = wait_for_comparison(&server, &rollout).await;
    assert!(told.contains("the old version is better by errors"), "{told}");
    server.client.abort_rollout(&rollout).await.unwrap();
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "rolled_back");
    none_dropped(load).await;
}

fn with_retry(mut spec: Value) -> Value {
    spec["retry"] = json!(1);
    spec
}

/// What an A/B test tells, once it tells something.
async fn wait_for_comparison(server: &Server, rollout: &RolloutId) -> String {
    let mut events = server.client.follow_rollout(rollout);
    loop {
        events.next().await.unwrap().unwrap();
        if let Some(told) = server.client.get_rollout(rollout).await.unwrap().comparison {
            return told;
        }
    }
}

#[tokio::test]
async fn an_audience_alone_takes_part_in_an_ab_test() {
    let (_data, server, load) = serving(4).await;
    let ab_test = json!({ "ab_test": { "weight": 99, "audience": { "header": "x-beta" }, "sticky": false, "min_requests": 1 } });
    let rollout = server.begin("acme", "hello", &spec("1.1.0", 4, ab_test, json!({}))).await;
    server.step(&rollout, "advanced", 99).await;
    load.take();
    load.answered(60).await;
    assert_eq!(load.take().share("1.0.0"), 1.0, "everybody else stays");
    let mut taken = 0;
    for _ in 0..10 {
        taken += usize::from(server.call_with("acme", "hello", "x-beta", "1").await.text.contains("1.1.0"));
    }
    assert!(taken >= 8, "{taken} of 10");
    server.client.promote_rollout(&rollout).await.unwrap_err();
    server.client.abort_rollout(&rollout).await.unwrap();
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "rolled_back");
    none_dropped(load).await;
}

#[tokio::test]
async fn a_version_worse_than_the_old_one_goes_back_though_it_keeps_its_bound() {
    let (_data, server, load) = serving(4).await;
    let steps = json!({ "canary": { "steps": [{ "weight": 50, "hold": "60s" }] } });
    let check = json!({ "error_rate": 60, "compare": { "error_rate": 50 } });
    let rollout = server.begin("acme", "hello", &spec("2.0.0", 4, steps, check)).await;
    let over = server.outcome(&rollout).await;
    assert_eq!((over.status.as_str(), over.reason_code.as_deref()), ("rolled_back", Some("worse_errors")), "{over:?}");
    none_dropped(load).await;
}

#[tokio::test]
async fn where_nobody_asks_the_platform_does() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &spec("1.0.0", 2, json!({ "direct": {} }), json!({}))).await;
    let steps = json!({ "canary": { "steps": [{ "weight": 20, "hold": "100ms" }] } });
    let check = json!({ "http": { "path": "/healthz", "interval": "60s" }, "min_requests": 25, "no_traffic": "probe" });
    let rollout = server.begin("acme", "hello", &spec("1.1.0", 2, steps.clone(), check)).await;
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "completed");
    let live = server.client.get_deployment_live("acme", "hello").await.unwrap().live.unwrap();
    assert_eq!(live.revisions[0].requests, 0, "they are nobody's traffic");

    // 2.0.0 fails one request in four, but never its health check: asked at `/`, it is found out.
    let check = json!({ "http": { "path": "/", "interval": "60s", "unhealthy_after": 99 }, "min_requests": 60, "no_traffic": "probe" });
    let rollout = server.begin("acme", "hello", &spec("2.0.0", 2, steps, check)).await;
    let over = server.outcome(&rollout).await;
    assert_eq!((over.status.as_str(), over.reason_code.as_deref()), ("rolled_back", Some("error_rate")), "{over:?}");
}

#[tokio::test]
async fn a_held_spec_is_tried_again_as_it_is() {
    let (_data, server, load) = serving(2).await;
    let steps = json!({ "canary": { "steps": [{ "weight": 50, "hold": "60s" }] } });
    let rollout = server.begin("acme", "hello", &spec("2.0.0", 2, steps, json!({}))).await;
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "rolled_back");
    let again = server.client.retry_deployment("acme", "hello").await.unwrap();
    assert_eq!((again.to_revision, again.status.as_str()), (2, "progressing"));
    let not_held = server.client.retry_deployment("acme", "hello").await.unwrap_err();
    assert_eq!(not_held.code(), Some(ErrorCode::DeploymentNotHeld));
    assert_eq!(server.outcome(&again.id).await.status.as_str(), "rolled_back");
    let held = server.client.get_deployment("acme", "hello").await.unwrap();
    assert_eq!((held.status.as_str(), held.revision), ("held", 2));
    none_dropped(load).await;
}

#[tokio::test]
async fn one_instance_is_changed_without_a_gap() {
    let (_data, server, load) = serving(1).await;
    for (version, rolling) in [("1.1.0", json!({ "max_surge": 0, "max_unavailable": 1 })), ("1.0.0", json!({}))] {
        let rollout = server.begin("acme", "hello", &spec(version, 1, json!({ "rolling": rolling }), json!({}))).await;
        assert_eq!(server.outcome(&rollout).await.status.as_str(), "completed");
    }
    none_dropped(load).await;
}
