//! Long runs: many swaps under load, and a server that is killed at random moments. `SEED` repeats a run, `ROUNDS` says how
//! long; both are printed.
#![cfg(feature = "soak")]
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hotswap_tests::{DataFolder, Load, Server};
use serde_json::{Value, json};

fn number(variable: &str, default: u64) -> u64 {
    let number = std::env::var(variable).ok().map_or(default, |text| text.parse().expect("a whole number"));
    eprintln!("{variable}={number}");
    number
}

/// Splitmix64: enough to choose moments, and the same for the same seed.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(number("SEED", now.as_millis() as u64))
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

fn spec(version: &str, steps: Value, serial: u64) -> Value {
    json!({
        "plugin": "greeter",
        "version": version,
        "instances": 4,
        "retry": serial,
        "strategy": steps,
        "health_check": { "min_healthy_time": "0s", "min_requests": 20 },
    })
}

#[tokio::test]
async fn swaps_under_load_drop_nothing() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &spec("1.0.0", json!({ "direct": {} }), 0)).await;
    let load = Load::start(&server.target("acme", "hello"), 200);
    for swap in 1..=number("ROUNDS", 100) {
        let version = if swap % 2 == 1 { "1.1.0" } else { "1.0.0" };
        server.deploy("acme", "hello", &spec(version, json!({ "direct": {} }), swap)).await;
    }
    let tally = load.stop().await;
    eprintln!("{tally:?}");
    assert_eq!((tally.dropped, tally.plugin_errors.len()), (0, 0), "{tally:?}");
}

#[tokio::test]
async fn a_server_killed_at_any_moment_brings_its_rollout_to_an_end() {
    let mut random = Random::new();
    let data = DataFolder::new();
    let mut server = Server::start(&data).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &spec("1.0.0", json!({ "direct": {} }), 0)).await;
    let steps = json!({ "canary": { "steps": [{ "weight": 20, "hold": "100ms" }, { "weight": 50, "hold": "100ms" }] } });
    for round in 1..=number("ROUNDS", 100) {
        let version = ["1.0.0", "1.1.0", "2.0.0"][random.below(3) as usize];
        let load = Load::start(&server.target("acme", "hello"), 100);
        let rollout = server.begin("acme", "hello", &spec(version, steps.clone(), round)).await;
        let moment = Duration::from_millis(random.below(2_000));
        tokio::time::sleep(moment).await;
        let stopped = server.kill().await;
        load.stop().await;
        server = stopped.restart(&data).await;
        let load = Load::start(&server.target("acme", "hello"), 100);
        let over = server.outcome(&rollout).await;
        let now = server.client.get_deployment("acme", "hello").await.unwrap();
        let active = now.active_version.unwrap().to_string();
        eprintln!("round {round}: {version} killed after {moment:?}: {}, {active} serves", over.status.as_str());
        match over.status.as_str() {
            "completed" => assert_eq!((now.status.as_str(), active.as_str()), ("active", version)),
            "rolled_back" => assert_eq!((now.status.as_str(), version), ("held", "2.0.0")),
            other => panic!("{other}: {over:?}"),
        }
        load.answered(20).await;
        load.take();
        load.answered(20).await;
        let tally = load.stop().await;
        assert_eq!((tally.dropped, tally.by_version.keys().next()), (0, Some(&active)), "{tally:?}");
    }
}
