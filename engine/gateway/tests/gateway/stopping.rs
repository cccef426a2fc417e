//! Stopping: nothing new, and what is in flight ends, within bounds.

use std::sync::Arc;
use std::time::Duration;

use hotswap_gateway::GatewayConfig;
use http::StatusCode;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::support::{Does, LONG, Served, group, so};

#[tokio::test]
async fn requests_in_flight_end_before_the_gateway_does() {
    let gate = Arc::new(Semaphore::new(0));
    let group = group(1, 1, Does::waits(&gate));
    let served = Served::of(&group).await;
    let idle = served.client().await;
    let mut client = served.client().await;
    let asked = tokio::spawn(async move { client.get("/").await });
    so(|| group.slots().in_flight() == 1).await;
    served.shutdown.cancel();
    let address = served.address;
    tokio::time::timeout(LONG, async { while TcpStream::connect(address).await.is_ok() {} }).await.unwrap();
    assert!(!served.server.is_finished());
    gate.add_permits(1);
    let got = asked.await.unwrap();
    assert_eq!((got.status, got.text.as_str()), (StatusCode::OK, "let"));
    tokio::time::timeout(LONG, served.server).await.unwrap().unwrap();
    drop(idle);
}

#[tokio::test]
async fn a_request_that_does_not_end_is_broken_off_in_the_end() {
    let group = group(1, 1, Does::waits(&Arc::new(Semaphore::new(0))));
    let served = Served::with(GatewayConfig { stop_within: Duration::from_millis(30), ..GatewayConfig::default() }).await;
    served.goes_to(&[(&group, 100)]);
    let mut client = served.client().await;
    let asked = tokio::spawn(async move { client.get("/").await });
    so(|| group.slots().in_flight() == 1).await;
    served.shutdown.cancel();
    tokio::time::timeout(LONG, served.server).await.unwrap().unwrap();
    assert!(asked.await.is_err());
    assert_eq!(group.slots().in_flight(), 0);
}
