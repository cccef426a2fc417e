//! `hotswap rollout` against a server: what it tells, and what comes of what it is told.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use hotswap_tests::{DataFolder, Server, hotswap};
use serde_json::{Value, json};

/// Runs `hotswap rollout` and gives its exit code and all it wrote.
fn rollout(server: &Server, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(hotswap())
        .arg("rollout")
        .args(arguments)
        .env("HOTSWAP_ENDPOINT", &server.api)
        .env("HOTSWAP_TOKEN", &server.token)
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), text)
}

fn told(server: &Server, arguments: &[&str]) -> String {
    let (code, text) = rollout(server, arguments);
    assert_eq!(code, 0, "{arguments:?}: {text}");
    text
}

fn manual(version: &str) -> Value {
    json!({
        "plugin": "greeter", "version": version, "health_check": { "min_healthy_time": "0s" },
        "strategy": { "canary": { "steps": [{ "weight": 20, "hold": "0s", "manual": true }] } },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn rollouts_are_watched_promoted_explained_and_gone_back_from() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &manual("1.0.0")).await;
    let id = server.begin("acme", "hello", &manual("1.1.0")).await;
    server.step(&id, "advanced", 20).await;
    let status = told(&server, &["status", "acme/hello"]);
    assert!(status.contains("revision 2 (1.1.0), progressing, stage 1 of 1 (20 %); it waits for somebody to promote it"), "{status}");
    assert!(told(&server, &["pause", "acme/hello"]).contains("paused by administrator"));
    assert!(told(&server, &["show", id.as_str()]).contains("paused by   administrator"));
    told(&server, &["resume", "acme/hello"]);
    told(&server, &["promote", "acme/hello"]);
    let watched = told(&server, &["status", "-w", "acme/hello"]);
    assert!(watched.contains("[####................]  20 %") && watched.contains("revision 2 serves all requests"), "{watched}");
    let explained = told(&server, &["explain", "acme/hello"]);
    assert!(explained.contains("administrator promoted stage 1 of 1 (20 %)"), "{explained}");
    let (code, refused) = rollout(&server, &["abort", "acme/hello"]);
    assert!(code == 1 && refused.contains("is over: it is completed"), "{refused}");

    let planned = told(&server, &["rollback", "acme/hello", "--plan"]);
    assert!(planned.contains("to what revision 1 was, version 1.0.0") && planned.contains("by canary"), "{planned}");
    let (code, unknown) = rollout(&server, &["rollback", "acme/hello", "--to", "9"]);
    assert!(code == 1 && unknown.contains("has no revision 9"), "{unknown}");
    told(&server, &["rollback", "acme/hello"]);
    let back = server.client.get_deployment("acme", "hello").await.unwrap();
    assert_eq!((back.revision, back.resolved_version.to_string()), (3, "1.0.0".to_owned()));
    let back = back.rollout.unwrap();
    server.step(&back, "advanced", 20).await;
    told(&server, &["abort", back.as_str()]);
    assert_eq!(server.outcome(&back).await.status.as_str(), "rolled_back");
    let (code, _) = rollout(&server, &["status", "-w", back.as_str()]);
    assert_eq!(code, 1, "the new revision doesn't serve");

    let listed: Value = serde_json::from_str(&told(&server, &["list", "acme/hello", "--json"])).unwrap();
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    assert!(told(&server, &["list", "acme/hello"]).contains("rolled_back"));
    assert!(told(&server, &["retry", "acme/hello"]).contains("revision 3 (1.0.0), progressing"));
    let (code, misnamed) = rollout(&server, &["show", "hello"]);
    assert!(code == 1 && misnamed.contains("TENANT/NAME"), "{misnamed}");
}
