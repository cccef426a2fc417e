//! Probes go to one slot, past the route, and are counted apart.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hotswap_gateway::{Gateway, GatewayConfig, ProbeResult, RevisionGroup, SignalCounts};
use hotswap_runtime::{Body, Busy, Fault, SlotPool, body};
use http::{Request, Response, StatusCode};
use tokio::sync::Semaphore;

use crate::support::{Does, LONG, group, labels};

#[tokio::test]
async fn a_probe_reaches_a_slot_nobody_else_does_and_says_what_it_is() {
    let plugin = Does::new(|request: Request<Body>| async move {
        assert_eq!(request.headers()["host"], "hello.acme.plugins.example");
        assert_eq!(request.headers()["user-agent"], "hotswap-probe");
        let status = if request.uri() == "/healthz?deep=1" { 204 } else { 500 };
        Ok(Response::builder().status(status).body(body("")).unwrap())
    });
    let gateway = Gateway::new(GatewayConfig { domain: "Plugins.Example".into(), ..GatewayConfig::default() });
    // Not marked available: still starting.
    let group = RevisionGroup::new(labels(1), plugin, SlotPool::new(2), None);
    let passed = gateway.probe(&group, 1, "/healthz?deep=1", LONG).await;
    assert_eq!((passed.passed(), &passed.result), (Some(true), &ProbeResult::Answered(StatusCode::NO_CONTENT)));
    let failed = gateway.probe(&group, 0, "/", LONG).await;
    assert_eq!(failed.passed(), Some(false));
    assert_eq!(failed.as_probe(SystemTime::UNIX_EPOCH).result, Err("answered 500 Internal Server Error".into()));
    assert_eq!(group.signals().counts(), SignalCounts::default());
    assert_eq!(group.signals().latency().count, 0);
    assert_eq!(group.slots().slots().iter().map(|slot| slot.served).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn a_probe_of_a_plugin_that_fails_or_hangs_does_not_pass() {
    let gateway = Gateway::new(GatewayConfig::default());
    let traps = group(1, 1, Does::fails(Fault::Trap { message: "unreachable".into() }));
    let outcome = gateway.probe(&traps, 0, "/", LONG).await;
    assert_eq!((outcome.passed(), outcome.describe()), (Some(false), Err("the plugin trapped: unreachable".into())));
    let hangs = group(1, 1, Does::waits(&Arc::new(Semaphore::new(0))));
    let outcome = gateway.probe(&hangs, 0, "/", Duration::from_millis(10)).await;
    assert_eq!((outcome.passed(), outcome.result), (Some(false), ProbeResult::TimedOut(Duration::from_millis(10))));
    assert_eq!(hangs.slots().in_flight(), 0);
    assert_eq!(gateway.probe(&hangs, 0, "no slash", LONG).await.describe(), Err("\"no slash\" is no path; begin it with a slash".into()));
}

#[tokio::test]
async fn a_probe_that_finds_no_slot_or_fails_because_of_us_tells_nothing() {
    let gateway = Gateway::new(GatewayConfig::default());
    let busy = group(1, 1, Does::says("x"));
    let held = busy.slots().acquire(LONG).await.unwrap();
    let outcome = gateway.probe(&busy, 0, "/", Duration::from_millis(5)).await;
    assert!(matches!(outcome.result, ProbeResult::Busy(Busy::Full { .. })), "{outcome:?}");
    assert_eq!(outcome.passed(), None);
    drop(held);
    busy.drain().await;
    assert_eq!(gateway.probe(&busy, 0, "/", LONG).await.result, ProbeResult::Busy(Busy::Closed));
    let full_host = group(1, 1, Does::fails(Fault::Overloaded { limit: 1 }));
    assert_eq!(gateway.probe(&full_host, 0, "/", LONG).await.passed(), None);
}
