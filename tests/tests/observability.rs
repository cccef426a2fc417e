//! What those who watch a server see: series, logs, its description, its health.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use hotswap_api::path;
use hotswap_tests::{DataFolder, Server};
use reqwest::Method;
use serde_json::{Value, json};

/// Deploys 1.0.0, then 1.1.0 by canary, then 2.0.0, which goes back; one request each way.
async fn story(server: &Server) {
    server.with_greeter().await;
    let probe = json!({ "http": { "path": "/healthz", "interval": "100ms", "timeout": "5s" }, "min_healthy_time": "0s" });
    let steps = json!({ "canary": { "steps": [{ "weight": 50, "hold": "100ms" }] } });
    let spec = |version: &str| json!({ "plugin": "greeter", "version": version, "strategy": steps, "health_check": probe });
    server.deploy("acme", "hello", &spec("1.0.0")).await;
    server.deploy("acme", "hello", &spec("1.1.0")).await;
    let mut held = spec("2.0.0");
    held["strategy"]["canary"]["steps"][0]["hold"] = "60s".into();
    let rollout = server.begin("acme", "hello", &held).await;
    server.step(&rollout, "advanced", 50).await;
    server.client.abort_rollout(&rollout).await.unwrap();
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "rolled_back");
    assert_eq!(server.call("acme", "hello", "/").await.status, 200);
}

#[tokio::test]
async fn the_series_are_those_checked_in() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    story(&server).await;
    let answer = server.ask(Method::GET, "/metrics", None).await;
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    assert!(answer.text.ends_with("# EOF\n"), "the text is whole");
    let mut series = BTreeSet::new();
    for line in answer.text.lines().filter(|line| !line.starts_with('#')) {
        let (name, rest) = line.split_once(['{', ' ']).unwrap();
        let labels = rest.rsplit_once('}').map_or("", |(labels, _)| labels);
        let names: Vec<_> = labels.split("\",").filter_map(|label| Some(label.split_once('=')?.0)).collect();
        series.insert(format!("{name} {}", names.join(" ")).trim_end().to_owned());
    }
    insta::assert_snapshot!(series.into_iter().collect::<Vec<_>>().join("\n"));
    assert_eq!(server.metric("hotswap_rollouts_total", &["status=\"completed\""]).await, 2.0);
    assert_eq!(server.metric("hotswap_rollouts_total", &["status=\"rolled_back\""]).await, 1.0);
    assert!(server.metric("hotswap_probes_total", &["result=\"passed\""]).await >= 1.0);
    assert_eq!(server.metric("hotswap_instances", &["state=\"available\""]).await, 1.0);
}

#[tokio::test]
async fn with_json_logs_every_line_is_an_object_that_says_whose_it_is() {
    let data = DataFolder::new();
    let server = Server::start_with(&data, &["--log-format", "json"]).await;
    story(&server).await;
    let log = server.log();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    let find = |message: &str| {
        let found = lines.iter().find(|line| line["message"].as_str().is_some_and(|text| text.starts_with(message)));
        found.unwrap_or_else(|| panic!("no line {message:?} in\n{log}"))
    };
    assert!(find("serving")["api"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    let advanced = find("advanced: ");
    assert_eq!((&advanced["span"]["tenant"], &advanced["span"]["deployment"]), (&"acme".into(), &"hello".into()), "{advanced}");
    assert!(advanced["rollout"].as_str().unwrap().starts_with("rol_"), "{advanced}");
    let loaded = find("revision loaded");
    assert_eq!((&loaded["plugin"], &loaded["version"]), (&"greeter".into(), &"1.0.0".into()), "{loaded}");
    assert!(!log.contains(&server.token), "no token is logged");
}

#[tokio::test]
async fn the_description_has_every_path_and_each_is_behind_the_token() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    // Open to all, so that a tool can read it.
    let text = server.http.get(format!("{}/openapi.json", server.api)).send().await.unwrap().text().await.unwrap();
    let description: Value = serde_json::from_str(&text).unwrap();
    let described: BTreeSet<_> = description["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let all = BTreeSet::from([
        path::TENANTS,
        path::TENANT,
        path::PLUGINS,
        path::PLUGIN,
        path::ADOPTION,
        path::VERSIONS,
        path::VERSION,
        path::ALL_VERSIONS,
        path::VERSION_BY_ID,
        path::COMPONENT,
        path::COMPONENT_CONTENT,
        path::STORAGE_GC,
        path::STORAGE_VERIFY,
        path::DEPLOYMENTS,
        path::DEPLOYMENT_BY_ID,
        path::TENANT_DEPLOYMENTS,
        path::DEPLOYMENT,
        path::PREVIEW,
        path::REVISIONS,
        path::ROLLOUTS,
        path::ROLLOUT,
        path::ROLLOUT_EVENTS,
        path::ROLLOUT_ABORT,
        path::ROLLOUT_PROMOTE,
        path::ROLLOUT_PAUSE,
        path::ROLLOUT_RESUME,
        path::RETRY,
        path::RESOLUTION,
        path::DIFF,
        path::TOKENS,
        path::TOKEN,
        path::TOKEN_RENEW,
    ]);
    assert_eq!(described, all);
    for (template, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let place = path::fill(template, &["nothing", "nothing"]);
            let method = method.to_uppercase().parse().unwrap();
            let answer = server.http.request(method, format!("{}{place}", server.api)).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 401, "{template}");
        }
    }
}

#[tokio::test]
async fn health_and_readiness_need_no_token() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    for (place, body) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = server.http.get(format!("{}{place}", server.api)).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, body), "{place}");
    }
}
