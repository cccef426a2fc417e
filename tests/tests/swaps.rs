//! Traffic while revisions change, and one bad request among good ones.
#![allow(clippy::unwrap_used)]

use hotswap_tests::{DataFolder, Load, Server};
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
