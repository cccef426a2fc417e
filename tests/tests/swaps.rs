//! Traffic while revisions change, and one bad request among good ones.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use hotswap_tests::{DataFolder, Load, Server};
use reqwest::Method;
use serde_json::{Value, json};

fn direct(version: &str) -> Value {
    json!({ "plugin": "greeter", "version": version, "instances": 4, "health_check": { "min_healthy_time": "0s" } })
}

#[tokio::test]
async fn twenty_swaps_under_load_drop_nothing() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    let load = Load::start(&server.target("acme", "hello"), 60);
    for swap in 1..=20 {
        let version = if swap % 2 == 1 { "1.1.0" } else { "1.0.0" };
        let deployment = server.deploy("acme", "hello", &direct(version)).await;
        assert_eq!(deployment.active_version.unwrap().to_string(), version);
        // What is asked from here on is answered by the new version.
        load.take();
        load.answered(8).await;
    }
    let tally = load.stop().await;
    assert_eq!((tally.dropped, tally.plugin_errors.len()), (0, 0), "{tally:?}");
}

#[tokio::test]
async fn an_old_revision_answers_its_last_request_before_it_goes() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_moody().await;
    let spec = |config: &str| {
        json!({
            "plugin": "moody",
            "version": "1.0.0",
            "config": config,
            "instances": 2,
            "sandbox": { "timeout": "2s" },
            "health_check": { "min_healthy_time": "0s", "error_rate": null },
        })
    };
    server.deploy("acme", "hello", &spec("{}")).await;
    // It waits in the plugin until its timeout: surely longer than the swap takes.
    let (http, gateway) = (server.http.clone(), server.gateway);
    let slow = tokio::spawn(async move {
        let response = http.get(format!("http://{gateway}/wait")).header("host", "hello.acme.localhost").send().await.unwrap();
        (response.headers()["x-hotswap-revision"].clone(), response.text().await.unwrap())
    });
    in_flight(&server, "hello", 1.0).await;
    let deployment = server.deploy("acme", "hello", &spec("{\"greeting\":\"moin\"}")).await;
    assert_eq!(deployment.active_revision, Some(2));
    assert!(!slow.is_finished(), "the swap waits for no request");
    assert!(server.call("acme", "hello", "/config").await.text.starts_with("moin"));
    let (revision, text) = slow.await.unwrap();
    assert_eq!(revision, "1");
    assert!(text.contains("plugin_timeout"), "the plugin's own fault, not a connection cut: {text}");
    logged(&server, "revision drained").await;
    assert!(!server.log().contains("revision still had requests"), "{}", server.log());
}

/// Waits until so many requests of a deployment are being answered.
async fn in_flight(server: &Server, deployment: &str, count: f64) {
    let label = format!("deployment=\"{deployment}\"");
    until(async || server.metric("hotswap_in_flight", &[&label]).await >= count, "the requests do not arrive").await;
}

/// Waits until the server has logged this.
async fn logged(server: &Server, text: &str) {
    until(async || server.log().contains(text), text).await;
}

async fn until(holds: impl AsyncFn() -> bool, what: &str) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_trap_a_timeout_or_full_memory_fails_that_request_alone_and_is_counted() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_moody().await;
    let spec = json!({
        "plugin": "moody",
        "version": "1.0.0",
        "instances": 4,
        "sandbox": { "memory_mb": 8, "timeout": "1s" },
        "health_check": { "min_healthy_time": "0s" },
    });
    server.deploy("acme", "hello", &spec).await;
    let load = Load::start(&server.target("acme", "hello"), 20);
    let cases = [
        ("/trap", 502, "plugin_trap", "trap"),
        ("/spin", 504, "plugin_timeout", "timeout"),
        ("/wait", 504, "plugin_timeout", "timeout"),
        ("/grow", 502, "plugin_out_of_memory", "out_of_memory"),
        ("/nothing", 502, "plugin_no_response", "no_response"),
    ];
    for (path, status, code, kind) in cases {
        let label = format!("outcome=\"{kind}\"");
        let before = server.metric("hotswap_requests_total", &[&label]).await;
        let answer = server.call("acme", "hello", path).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str(), answer.json()["fault"].as_str()),
            (status, Some(code), Some(kind)),
            "{path}"
        );
        assert_eq!(answer.headers["x-hotswap-error"], code);
        assert_eq!(answer.headers["x-hotswap-version"], "1.0.0");
        assert_eq!(server.metric("hotswap_requests_total", &[&label]).await, before + 1.0, "{path}");
    }
    load.answered(20).await;
    let tally = load.stop().await;
    assert_eq!((tally.dropped, tally.plugin_errors.len()), (0, 0), "the others notice nothing: {tally:?}");
    let figures = server.client.get_deployment_live("acme", "hello").await.unwrap().live.unwrap();
    assert_eq!((figures.dropped, figures.revisions[0].plugin_errors), (0, 5));
}

#[tokio::test]
async fn a_tenant_over_its_rate_is_told_to_wait_and_others_are_not_touched() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    server.tenant("busy", json!({ "rate_limits": { "requests_per_second": 1, "burst": 3 } })).await;
    server.deploy("busy", "hello", &direct("1.0.0")).await;
    server.deploy("acme", "hello", &direct("1.0.0")).await;
    let mut limited = None;
    // More than a burst in less than it takes to earn as many: some are over the rate.
    for _ in 0..30 {
        let answer = server.call("busy", "hello", "/").await;
        if answer.status == 429 {
            limited = Some(answer);
        }
    }
    let limited = limited.expect("30 requests at once are over a rate of 1 a second");
    assert_eq!(
        (&limited.headers["x-hotswap-error"], &limited.headers["retry-after"]),
        (&"rate_limited".parse().unwrap(), &"1".parse().unwrap())
    );
    assert!(limited.text.contains("tenant busy is over its rate of 1 requests a second"), "{}", limited.text);
    assert!(server.metric("hotswap_rate_limited_total", &["tenant=\"busy\""]).await >= 1.0);
    assert_eq!(server.metric("hotswap_rate_limited_total", &["tenant=\"acme\""]).await, 0.0);
    assert_eq!(server.call("acme", "hello", "/").await.status, 200);
    // Raising the rate works at once.
    let raised = json!({ "name": "busy", "rate_limits": { "requests_per_second": 1000 } });
    assert_eq!(server.ask(Method::PUT, "/v1/tenants/busy", Some(raised)).await.status, 200);
    for _ in 0..10 {
        assert_eq!(server.call("busy", "hello", "/").await.status, 200);
    }
}

#[tokio::test]
async fn a_deployment_is_reached_by_its_host_and_on_loopback_by_a_path() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    let deployment = server.deploy("acme", "hello", &direct("1.0.0")).await;
    assert_eq!(deployment.url, format!("http://hello.acme.localhost:{}", server.gateway.port()));
    assert_eq!(server.call("acme", "hello", "/any/path?q=1").await.text, "hello from greeter 1.0.0\n");
    let by_path = async |path: &str| server.http.get(format!("http://{}{path}", server.gateway)).send().await.unwrap();
    assert_eq!(by_path("/t/acme/hello/").await.text().await.unwrap(), "hello from greeter 1.0.0\n");
    assert_eq!(by_path("/t/acme/hello/healthz").await.text().await.unwrap(), "ok\n");
    for (path, code) in [("/", "unknown_host"), ("/t/nobody/hello/", "unknown_host"), ("/t/acme/nothing/", "unknown_deployment")] {
        let answer = by_path(path).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["x-hotswap-error"]), (404, &code.parse().unwrap()), "{path}");
    }
    assert_eq!(server.call("nobody", "hello", "/").await.status, 404);
}
