//! Rollouts from the spec to what serves: forward, back, held, halted, superseded.
#![allow(clippy::unwrap_used)]

use hotswap_tests::plugins::{GREETER_1_0_0, GREETER_1_1_0, GREETER_2_0_0, MOODY, digest};
use hotswap_tests::{DataFolder, Load, Server};
use serde_json::{Value, json};

async fn start() -> (DataFolder, Server) {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    (data, server)
}

fn direct(version: &str) -> Value {
    json!({ "plugin": "greeter", "version": version, "instances": 2, "health_check": { "min_healthy_time": "0s" } })
}

/// A canary of two stages, each held for as long.
fn canary(version: &str, hold: &str) -> Value {
    json!({
        "plugin": "greeter",
        "version": version,
        "instances": 2,
        "strategy": { "canary": { "steps": [{ "weight": 20, "hold": hold }, { "weight": 50, "hold": hold }] } },
        "health_check": { "min_healthy_time": "0s" },
    })
}

fn with(mut spec: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("an object") };
    spec.as_object_mut().unwrap().extend(more);
    spec
}

#[tokio::test]
async fn a_direct_rollout_gives_all_traffic_to_the_new_version_at_once() {
    let (_data, server) = start().await;
    server.with_greeter().await;
    let first = server.deploy("acme", "hello", &direct("1.0.0")).await;
    assert_eq!((first.status.as_str(), first.active_revision, first.revision), ("active", Some(1), 1));
    assert_eq!(server.call("acme", "hello", "/").await.text, "hello from greeter 1.0.0\n");

    let rollout = server.begin("acme", "hello", &direct("1.1.0")).await;
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "completed");
    assert_eq!(server.steps(&rollout).await, ["started 0", "advanced 100", "completed 100"]);
    let answer = server.call("acme", "hello", "/").await;
    assert_eq!((answer.text.as_str(), &answer.headers["x-hotswap-version"]), ("hello from greeter 1.1.0\n", &"1.1.0".parse().unwrap()));
    let second = server.client.get_deployment("acme", "hello").await.unwrap();
    assert_eq!((second.active_revision, second.active_version.unwrap().to_string()), (Some(2), "1.1.0".to_owned()));
    assert_eq!(server.client.list_revisions("acme", "hello").await.unwrap().len(), 2);
}

#[tokio::test]
async fn each_stage_of_a_canary_gives_the_new_version_its_share() {
    let (_data, server) = start().await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    let load = Load::start(&server.target("acme", "hello"), 50);
    let requests = json!({ "health_check": { "min_healthy_time": "0s", "min_requests": 20 } });
    let rollout = server.begin("acme", "hello", &with(canary("1.1.0", "300ms"), requests)).await;
    for (weight, next) in [(20, 50), (50, 100)] {
        server.step(&rollout, "advanced", weight).await;
        load.take();
        server.step(&rollout, "advanced", next).await;
        let (tally, wanted) = (load.take(), f64::from(weight) / 100.0);
        // Requests take turns, so shares are near even for few; what was under way at either end blurs them.
        assert!((tally.share("1.1.0") - wanted).abs() < 0.15, "{weight} %: {tally:?}");
    }
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "completed");
    assert_eq!(server.steps(&rollout).await, ["started 0", "advanced 20", "advanced 50", "advanced 100", "completed 100"]);
    let tally = load.stop().await;
    assert_eq!(tally.dropped, 0, "{tally:?}");
}

#[tokio::test]
async fn a_bad_version_goes_back_by_itself_and_is_held_until_something_changes() {
    let (_data, server) = start().await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    let load = Load::start(&server.target("acme", "hello"), 60);
    let bad = with(canary("2.0.0", "60s"), json!({ "health_check": { "min_healthy_time": "0s" } }));
    let rollout = server.begin("acme", "hello", &bad).await;
    let over = server.outcome(&rollout).await;
    assert_eq!((over.status.as_str(), over.weight, over.reason_code.as_deref()), ("rolled_back", 0, Some("error_rate")), "{over:?}");
    let reason = over.reason.unwrap();
    assert!(reason.contains("is over the bound of 5 %") && reason.contains("requests failed"), "{reason}");

    let held = server.client.get_deployment("acme", "hello").await.unwrap();
    assert_eq!((held.status.as_str(), held.active_version.unwrap().to_string()), ("held", "1.0.0".to_owned()));
    assert_eq!(held.spec.version.to_string(), "2.0.0", "the spec stays the accepted one");
    let why = held.held.unwrap();
    assert_eq!((why.revision, &why.reason), (2, &reason));
    load.take();
    load.answered(30).await;
    let tally = load.take();
    assert_eq!((tally.share("1.0.0"), tally.dropped), (1.0, 0), "{tally:?}");

    // The same spec again changes nothing.
    let again = server.put("acme", "hello", &bad).await.unwrap();
    assert_eq!((again.revision, again.status.as_str(), again.rollout.as_ref()), (2, "held", Some(&rollout)));

    // `retry` tries it again, and it goes back again.
    let retried = server.begin("acme", "hello", &with(bad, json!({ "retry": 1 }))).await;
    assert_ne!(retried, rollout);
    assert_eq!(server.outcome(&retried).await.status.as_str(), "rolled_back");

    // Another spec releases the hold, and with it what is left of a version that was retired meanwhile.
    let bad_bytes = digest(GREETER_2_0_0);
    server.client.retire_version("greeter", &"2.0.0".parse().unwrap()).await.unwrap();
    server.client.get_component(&bad_bytes).await.unwrap();
    let fixed = server.deploy("acme", "hello", &direct("1.1.0")).await;
    let unknown = server.client.get_component(&bad_bytes).await.unwrap_err();
    assert!(unknown.is_not_found(), "{unknown}");
    assert_eq!((fixed.status.as_str(), fixed.held), ("active", None));
    let tally = load.stop().await;
    assert_eq!(tally.dropped, 0, "{tally:?}");
}

#[tokio::test]
async fn a_first_rollout_that_fails_leaves_no_deployment() {
    let (_data, server) = start().await;
    server.with_moody().await;
    let probe =
        json!({ "http": { "path": "/trap", "interval": "100ms", "timeout": "5s", "unhealthy_after": 2 }, "healthy_deadline": "1s" });
    let rollout = server.begin("acme", "sick", &json!({ "plugin": "moody", "version": "1.0.0", "health_check": probe })).await;
    let over = server.outcome(&rollout).await;
    assert_eq!((over.status.as_str(), over.reason_code.as_deref()), ("failed", Some("not_available")), "{over:?}");
    assert!(over.reason.as_ref().unwrap().contains("0 of 1 instances became available within 1s; the last probe: "), "{over:?}");
    let gone = server.client.get_deployment("acme", "sick").await.unwrap_err();
    assert!(gone.is_not_found(), "{gone}");
    assert_eq!(server.call("acme", "sick", "/").await.status, 404);
    assert_eq!(server.client.get_tenant("acme").await.unwrap().usage.unwrap().instances, 0);
}

#[tokio::test]
async fn without_auto_rollback_a_bad_version_halts_where_it_is_until_somebody_decides() {
    let (_data, server) = start().await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    let load = Load::start(&server.target("acme", "hello"), 60);
    let rollout = server.begin("acme", "hello", &with(canary("2.0.0", "60s"), json!({ "auto_rollback": false }))).await;
    server.step(&rollout, "halted", 20).await;
    let halted = server.client.get_deployment("acme", "hello").await.unwrap();
    assert_eq!((halted.status.as_str(), halted.active_version.unwrap().to_string()), ("halted", "1.0.0".to_owned()));
    load.take();
    load.answered(60).await;
    let tally = load.take();
    assert!((tally.share("2.0.0") - 0.2).abs() < 0.12, "the weight stays: {tally:?}");

    server.client.abort_rollout(&rollout).await.unwrap();
    let over = server.outcome(&rollout).await;
    assert_eq!(over.status.as_str(), "rolled_back", "{over:?}");
    let tally = load.stop().await;
    assert_eq!(tally.dropped, 0, "{tally:?}");
    assert_eq!(server.call("acme", "hello", "/").await.headers["x-hotswap-version"], "1.0.0");
}

#[tokio::test]
async fn an_administrator_sends_a_rollout_back_once() {
    let (_data, server) = start().await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    let rollout = server.begin("acme", "hello", &canary("1.1.0", "60s")).await;
    server.step(&rollout, "advanced", 20).await;
    server.client.abort_rollout(&rollout).await.unwrap();
    let over = server.outcome(&rollout).await;
    assert_eq!((over.status.as_str(), over.reason.as_deref()), ("rolled_back", Some("requested by administrator")), "{over:?}");
    assert_eq!(server.client.get_deployment("acme", "hello").await.unwrap().status.as_str(), "held");
    let message = server.client.abort_rollout(&rollout).await.unwrap_err().to_string();
    assert!(message.contains("is over: it is rolled_back") && message.contains("change the deployment's `version`"), "{message}");
}

#[tokio::test]
async fn a_newer_spec_takes_the_place_of_a_canary_that_is_under_way() {
    let (_data, server) = start().await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    let load = Load::start(&server.target("acme", "hello"), 50);
    let canary = server.begin("acme", "hello", &canary("2.0.0", "60s")).await;
    server.step(&canary, "advanced", 20).await;
    let newest = server.deploy("acme", "hello", &direct("1.1.0")).await;
    assert_eq!((newest.active_revision, newest.active_version.unwrap().to_string()), (Some(3), "1.1.0".to_owned()));
    let over = server.outcome(&canary).await;
    assert_eq!((over.status.as_str(), over.reason.as_deref()), ("superseded", Some("a newer spec took its place")));
    load.take();
    load.answered(30).await;
    let tally = load.stop().await;
    assert_eq!((tally.share("1.1.0"), tally.dropped), (1.0, 0), "{tally:?}");
}

#[tokio::test]
async fn a_change_that_leaves_the_program_alone_skips_the_stages() {
    let (_data, server) = start().await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    // Stages and healthy time of a minute each: none of them is waited for.
    let slow = with(canary("1.0.0", "60s"), json!({ "health_check": { "min_healthy_time": "60s" } }));
    let rollout = server.begin("acme", "hello", &slow).await;
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "completed");
    assert_eq!(server.steps(&rollout).await, ["started 0", "advanced 100", "completed 100"]);
}

#[tokio::test]
async fn instances_are_added_and_taken_away() {
    let (_data, server) = start().await;
    server.with_greeter().await;
    for instances in [1, 5, 2] {
        server.deploy("acme", "hello", &with(direct("1.0.0"), json!({ "instances": instances }))).await;
        let live = server.client.get_deployment_live("acme", "hello").await.unwrap().live.unwrap();
        let serving = live.revisions.iter().map(|revision| (revision.instances, revision.available, revision.weight)).collect::<Vec<_>>();
        assert_eq!(serving, [(instances, instances, 100)]);
        assert_eq!(server.client.get_tenant("acme").await.unwrap().usage.unwrap().instances, u64::from(instances));
    }
}

#[tokio::test]
async fn a_change_of_config_is_rolled_out_like_a_version_and_reaches_the_plugin() {
    let (_data, server) = start().await;
    server.tenant("acme", json!({})).await;
    server.plugin("moody").await;
    let sha256 = digest(MOODY);
    server.client.upload_component(&sha256, MOODY.into()).await.unwrap();
    let version = json!({ "plugin": "moody", "version": "1.0.0", "sha256": sha256, "default_config": "{\"greeting\":\"salut\"}" });
    server.client.publish_version(&serde_json::from_value(version).unwrap()).await.unwrap();
    let spec = |config: Value| {
        json!({
            "plugin": "moody",
            "version": "1.0.0",
            "config": config,
            "strategy": { "canary": { "steps": [{ "weight": 50, "hold": "100ms" }] } },
            "health_check": { "min_healthy_time": "0s" },
        })
    };
    let first = server.deploy("acme", "hello", &spec(Value::Null)).await;
    assert_eq!(first.effective_config["greeting"], "salut");
    assert!(server.call("acme", "hello", "/config").await.text.starts_with("salut"));

    let rollout = server.begin("acme", "hello", &spec("{\"greeting\":\"moin\"}".into())).await;
    server.outcome(&rollout).await;
    assert_eq!(server.steps(&rollout).await, ["started 0", "advanced 50", "advanced 100", "completed 100"]);
    assert!(server.call("acme", "hello", "/config").await.text.starts_with("moin"));
}

#[tokio::test]
async fn a_range_stays_at_its_version_until_it_is_resolved_anew() {
    let (_data, server) = start().await;
    server.tenant("acme", json!({})).await;
    server.plugin("greeter").await;
    server.publish("greeter", "1.0.0", GREETER_1_0_0).await.unwrap();
    let first = server.deploy("acme", "hello", &direct("~> 1.0")).await;
    assert_eq!(first.resolved_version.to_string(), "1.0.0");
    server.publish("greeter", "1.1.0", GREETER_1_1_0).await.unwrap();
    let scaled = server.deploy("acme", "hello", &with(direct("~> 1.0"), json!({ "instances": 1 }))).await;
    assert_eq!(scaled.resolved_version.to_string(), "1.0.0");
    let anew = server.deploy("acme", "hello", &with(direct("~> 1.0"), json!({ "resolve_serial": 1 }))).await;
    assert_eq!(anew.resolved_version.to_string(), "1.1.0");
}

#[tokio::test]
async fn the_bytes_of_a_retired_version_stay_as_long_as_something_runs_them() {
    let (data, server) = start().await;
    server.with_greeter().await;
    let old = digest(GREETER_1_0_0);
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    server.client.retire_version("greeter", &"1.0.0".parse().unwrap()).await.unwrap();
    server.client.get_component(&old).await.unwrap();
    assert_eq!(server.call("acme", "hello", "/").await.text, "hello from greeter 1.0.0\n");
    // It may be scaled still: the version it has, it keeps.
    server.deploy("acme", "hello", &with(direct("1.0.0"), json!({ "instances": 3 }))).await;
    let refused = server.put("acme", "other", &direct("1.0.0")).await.unwrap_err().to_string();
    assert!(refused.contains("no version of greeter satisfies 1.0.0; published: 1.1.0, 2.0.0"), "{refused}");

    // Nothing refers to it once no deployment has a revision of it.
    let kept = data.components().len();
    server.client.delete_deployment("acme", "hello").await.unwrap();
    let gone = tokio::time::timeout(std::time::Duration::from_secs(30), async {
        while data.components().len() == kept {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    gone.await.expect("the bytes are collected");
    let unknown = server.client.get_component(&old).await.unwrap_err();
    assert!(unknown.is_not_found(), "{unknown}");
    assert_eq!(data.components().len(), kept - 1);
    let live = server.client.list_versions("greeter").await.unwrap();
    assert_eq!(live.iter().map(|version| version.spec.version.to_string()).collect::<Vec<_>>(), ["1.1.0", "2.0.0"]);
}

#[tokio::test]
async fn a_version_is_replaced_by_the_next_with_the_old_one_retired_meanwhile() {
    let (_data, server) = start().await;
    server.tenant("acme", json!({})).await;
    server.plugin("greeter").await;
    server.publish("greeter", "1.0.0", GREETER_1_0_0).await.unwrap();
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    let load = Load::start(&server.target("acme", "hello"), 40);
    // As Terraform does it without create_before_destroy: the old number goes before the new one comes.
    server.client.retire_version("greeter", &"1.0.0".parse().unwrap()).await.unwrap();
    server.publish("greeter", "1.1.0", GREETER_1_1_0).await.unwrap();
    let deployment = server.deploy("acme", "hello", &direct("1.1.0")).await;
    assert_eq!(deployment.active_version.unwrap().to_string(), "1.1.0");
    let tally = load.stop().await;
    assert_eq!(tally.dropped, 0, "{tally:?}");
    // The number comes back with the same bytes.
    let back = server.publish("greeter", "1.0.0", GREETER_1_0_0).await.unwrap();
    assert_eq!(back.retired_at, None);
}
