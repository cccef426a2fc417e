//! How long a bad version hurts: from its first failure to the verdict, and from the verdict until all traffic is back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hotswap_tests::{DataFolder, Server, plugins};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use crate::median;

const RUNS: u32 = 10;
/// Requests a second.
const RATE: u32 = 50;

pub(crate) async fn measure() -> String {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    // The version that fails one request in four, made to fail them all.
    let bad = String::from_utf8(plugins::GREETER_2_0_0.to_vec()).unwrap();
    let always = bad.replace("(i64.and (call $random) (i64.const 3))", "(i64.and (call $random) (i64.const 0))");
    assert_ne!(bad, always, "the bad greeter changed; make it fail every request here too");
    server.publish("greeter", "3.0.0", always.as_bytes()).await.unwrap();
    server.deploy("acme", "hello", &spec("1.0.0", 0)).await;

    let (mut to_verdict, mut back, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for run in 1..=RUNS {
        let (first_failure, verdict, last) = one(&server, run).await;
        to_verdict.push(verdict - first_failure);
        back.push((last - verdict).max(0.0));
        whole.push(last.max(verdict) - first_failure);
    }
    let row = |name: &str, values: &mut Vec<f64>| {
        let middle = median(values);
        format!("| {name} | {:.0} ms | {:.0} ms |\n", middle * 1e3, values.last().copied().unwrap_or_default() * 1e3)
    };
    let sum = server.metric("hotswap_rollback_seconds_sum", &[]).await;
    let count = server.metric("hotswap_rollback_seconds_count", &[]).await;
    format!(
        "A version that fails every request, at {RATE} requests/s, canary at 10 %, bound 5 %; {RUNS} runs.\n\n| | median | worst |\n| --- | --- | --- |\n\
         {}{}{}\nThe server's own measure of the way back, writing the verdict down included: {:.1} ms on average.",
        row("first failure to verdict", &mut to_verdict),
        row("verdict to the last answer of the bad version", &mut back),
        row("first failure to all traffic back", &mut whole),
        sum / count * 1e3
    )
}

fn spec(version: &str, retry: u32) -> serde_json::Value {
    json!({
        "plugin": "greeter", "version": version, "instances": 4, "retry": retry,
        "strategy": { "canary": { "steps": [{ "weight": 10, "hold": "1m" }] } },
        "health_check": { "error_rate": 5.0, "min_healthy_time": "0s" },
    })
}

/// When the first answer of the bad version came, when the verdict fell, when the last such answer came: seconds of the day.
async fn one(server: &Server, run: u32) -> (f64, f64, f64) {
    let rollout = server.begin("acme", "hello", &spec("3.0.0", run)).await;
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut first, mut last) = (None, 0.0);
    let outcome = async {
        loop {
            ticks.tick().await;
            let answer = server.call("acme", "hello", "/").await;
            if answer.headers["x-hotswap-version"] == "3.0.0" {
                first.get_or_insert_with(now);
                last = now();
            }
        }
    };
    let aborted = tokio::select! {
        () = outcome => unreachable!("the traffic goes on"),
        event = async {
            let event = server.step(&rollout, "aborted", 0).await;
            // What was on its way back then still arrives.
            tokio::time::sleep(Duration::from_secs(1)).await;
            event
        } => event,
    };
    server.outcome(&rollout).await;
    (first.expect("the bad version was asked"), aborted.at.as_micros() as f64 / 1e6, last)
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}
