//! Servers that die, and what is there when they come back.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use hotswap_tests::{DataFolder, Load, Server, hotswap};
use serde_json::{Value, json};

fn direct(version: &str) -> Value {
    json!({ "plugin": "greeter", "version": version, "instances": 2, "health_check": { "min_healthy_time": "0s" } })
}

/// A canary that stays in each phase long enough to die in it.
fn canary(version: &str) -> Value {
    json!({
        "plugin": "greeter",
        "version": version,
        "instances": 2,
        "strategy": { "canary": { "steps": [{ "weight": 20, "hold": "1s" }, { "weight": 50, "hold": "1s" }] } },
        "health_check": { "min_healthy_time": "1s" },
    })
}

/// Kills the server right after a step of a rollout under traffic, starts it again, and follows the rollout to its end.
async fn killed_after(version: &str, kind: &str, weight: u8) -> (String, Vec<String>, Value) {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    let load = Load::start(&server.target("acme", "hello"), 40);
    load.answered(10).await;
    let rollout = server.begin("acme", "hello", &canary(version)).await;
    server.step(&rollout, kind, weight).await;
    let before = server.client.get_deployment("acme", "hello").await.unwrap();
    let stopped = server.kill().await;
    // What is asked while nobody is there fails, and no promise is broken by that.
    load.stop().await;

    let server = stopped.restart(&data).await;
    let after = server.client.get_deployment("acme", "hello").await.unwrap();
    assert_eq!(
        (after.spec, after.revision, after.etag),
        (before.spec, before.revision, before.etag),
        "what is wanted is what was accepted"
    );
    let load = Load::start(&server.target("acme", "hello"), 40);
    let over = server.outcome(&rollout).await;
    load.answered(30).await;
    load.take();
    load.answered(20).await;
    let tally = load.stop().await;
    assert_eq!(tally.dropped, 0, "{tally:?}");
    let serving = tally.by_version.keys().cloned().collect::<Vec<_>>();
    let now = server.client.get_deployment("acme", "hello").await.unwrap();
    let told = json!({
        "status": now.status.as_str(),
        "active": now.active_version.unwrap().to_string(),
        "wanted": now.resolved_version.to_string(),
        "serving": serving,
        "reason": over.reason,
    });
    (over.status.as_str().to_owned(), server.steps(&rollout).await, told)
}

async fn completes_when_killed_after(kind: &str, weight: u8) {
    let (status, steps, told) = killed_after("1.1.0", kind, weight).await;
    assert_eq!(status, "completed", "{steps:?}");
    assert_eq!(steps, ["started 0", "advanced 20", "advanced 50", "advanced 100", "completed 100"], "each step once");
    assert_eq!(told, json!({ "status": "active", "active": "1.1.0", "wanted": "1.1.0", "serving": ["1.1.0"], "reason": null }));
}

#[tokio::test]
async fn a_canary_that_had_only_started_goes_on_after_kill_9() {
    completes_when_killed_after("started", 0).await;
}

#[tokio::test]
async fn a_canary_in_its_first_stage_goes_on_after_kill_9() {
    completes_when_killed_after("advanced", 20).await;
}

#[tokio::test]
async fn a_canary_in_its_second_stage_goes_on_after_kill_9() {
    completes_when_killed_after("advanced", 50).await;
}

#[tokio::test]
async fn a_canary_that_has_all_traffic_goes_on_after_kill_9() {
    completes_when_killed_after("advanced", 100).await;
}

#[tokio::test]
async fn a_canary_that_was_over_stays_so_after_kill_9() {
    completes_when_killed_after("completed", 100).await;
}

#[tokio::test]
async fn a_rollback_that_was_under_way_is_finished_after_kill_9() {
    let (status, steps, told) = killed_after("2.0.0", "aborted", 0).await;
    assert_eq!(status, "rolled_back", "{steps:?}");
    let ends: Vec<_> = steps.iter().filter(|step| *step == "aborted 0" || *step == "rolled_back 0").collect();
    assert_eq!(ends, ["aborted 0", "rolled_back 0"], "{steps:?}");
    assert_eq!((&told["status"], &told["active"], &told["wanted"]), (&"held".into(), &"1.0.0".into(), &"2.0.0".into()));
    assert_eq!(told["serving"], json!(["1.0.0"]));
    assert!(told["reason"].as_str().unwrap().contains("over the bound of 5 %"), "{told}");
}

#[tokio::test]
async fn every_accepted_change_survives_kill_9() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    server.client.retire_version("greeter", &"2.0.0".parse().unwrap()).await.unwrap();
    let (before, token) = (server.everything(&data).await, server.token.clone());
    let server = server.kill().await.restart(&data).await;
    assert_eq!(server.everything(&data).await, before);
    assert_eq!(server.token, token, "the token is made once");
    assert_eq!(server.call("acme", "hello", "/").await.text, "hello from greeter 1.0.0\n");
}

#[tokio::test]
async fn a_second_server_on_the_same_data_folder_is_refused() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    let second = tokio::process::Command::new(hotswap())
        .args(["serve", "--listen", "127.0.0.1:0", "--gateway-listen", "127.0.0.1:0", "--data-dir"])
        .arg(data.path())
        .kill_on_drop(true)
        .output();
    let second = tokio::time::timeout(Duration::from_secs(30), second).await.expect("it ends by itself").unwrap();
    let told = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{told}");
    let sentence = format!("error: another hotswap serves from {}; stop it, or give this one its own `--data-dir`", data.path().display());
    assert!(told.contains(&sentence), "{told}");
    assert!(!told.contains(&server.token), "{told}");
    // The first goes on as if nothing had been.
    assert!(data.path().join("endpoints.json").exists());
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    assert_eq!(server.call("acme", "hello", "/").await.status, 200);
}

#[tokio::test]
async fn plain_http_off_loopback_is_refused_unless_asked_for_by_name() {
    let data = DataFolder::new();
    let refused = tokio::process::Command::new(hotswap())
        .args(["serve", "--listen", "0.0.0.0:0", "--gateway-listen", "127.0.0.1:0", "--data-dir"])
        .arg(data.path())
        .kill_on_drop(true)
        .output();
    let refused = tokio::time::timeout(Duration::from_secs(30), refused).await.expect("it ends by itself").unwrap();
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("0.0.0.0:0 is not a loopback address") && told.contains("`--plain-http`"), "{told}");
}

#[tokio::test]
async fn sigterm_answers_the_requests_in_flight_and_ends_well() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_moody().await;
    // Requests that wait in the plugin until its timeout are surely in flight.
    let spec = json!({
        "plugin": "moody",
        "version": "1.0.0",
        "instances": 4,
        "sandbox": { "timeout": "3s" },
        "health_check": { "min_healthy_time": "0s" },
    });
    server.deploy("acme", "slow", &spec).await;
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (http, gateway) = (server.http.clone(), server.gateway);
        requests.spawn(async move {
            let response = http.get(format!("http://{gateway}/wait")).header("host", "slow.acme.localhost").send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        });
    }
    let begun = std::time::Instant::now();
    while server.metric("hotswap_in_flight", &["deployment=\"slow\""]).await < 4.0 {
        assert!(begun.elapsed() < Duration::from_millis(2_500), "the requests do not arrive");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (status, _) = server.stop().await;
    assert!(status.success(), "{status}");
    let answers = requests.join_all().await;
    assert_eq!(answers.len(), 4);
    for (status, text) in answers {
        // The plugin's own fault, told in full: the stop cut nothing off.
        assert_eq!(status, 504, "{text}");
        assert!(text.contains("plugin_timeout"), "{text}");
    }
    assert!(!data.path().join("endpoints.json").exists(), "nobody is led to a server that is gone");
}
