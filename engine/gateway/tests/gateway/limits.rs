//! Queueing, overload, and what a tenant or a client may not.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hotswap_gateway::{GatewayConfig, TenantPolicy};
use hotswap_runtime::{Body, Fault, SlotState, body};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::support::{Client, Does, Served, group, so, tenant, until};

#[tokio::test]
async fn a_request_waits_its_turn_and_is_served() {
    let gate = Arc::new(Semaphore::new(0));
    let group = group(1, 1, Does::waits(&gate));
    let served = Served::of(&group).await;
    let asks: Vec<_> = (0..3)
        .map(|_| {
            let address = served.address;
            tokio::spawn(async move { Client::to(address).await.get("/").await.status })
        })
        .collect();
    so(|| group.slots().waiting() == 2).await;
    gate.add_permits(3);
    for ask in asks {
        assert_eq!(ask.await.unwrap(), StatusCode::OK);
    }
    assert_eq!((group.signals().counts().requests, group.signals().counts().dropped), (3, 0));
}

#[tokio::test]
async fn who_waits_too_long_is_told_to_come_again_and_counted_as_dropped() {
    let gate = Arc::new(Semaphore::new(0));
    let group = group(1, 1, Does::waits(&gate));
    let served = Served::with(GatewayConfig { queue_wait: Duration::from_millis(20), ..GatewayConfig::default() }).await;
    served.goes_to(&[(&group, 100)]);
    let mut first = served.client().await;
    let first = tokio::spawn(async move { first.get("/").await });
    so(|| group.slots().in_flight() == 1).await;
    let got = served.get("/").await;
    assert_eq!((got.status, got.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert_eq!(got.problem()["code"], "overloaded");
    gate.add_permits(1);
    assert_eq!(first.await.unwrap().status, StatusCode::OK);
    let counts = group.signals().counts();
    assert_eq!((counts.requests, counts.plugin_errors, counts.dropped), (1, 0, 1));
    group.slots().mark(0, SlotState::Unavailable);
    assert_eq!(served.get("/").await.problem()["code"], "unavailable");
    assert_eq!(group.signals().counts().dropped, 2);
}

#[tokio::test]
async fn a_tenant_over_its_rate_is_told_when_to_come_again_and_others_are_not_touched() {
    let group = group(1, 1, Does::says("x"));
    let served = Served::of(&group).await;
    let policy = TenantPolicy { requests_per_second: Some(1), burst: Some(2), suspended: false };
    served.gateway.set_tenant(&tenant(), policy);
    let other = "other".parse().unwrap();
    served.gateway.set_route(&other, &crate::support::deployment(), crate::support::route(&[(&group, 100)], 1)).unwrap();
    let mut client = served.client().await;
    assert_eq!(client.get("/").await.status, StatusCode::OK);
    assert_eq!(client.get("/").await.status, StatusCode::OK);
    // The same policy again does not fill the burst up.
    served.gateway.set_tenant(&tenant(), policy);
    let got = client.get("/").await;
    assert_eq!((got.status, got.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    assert_eq!(got.problem()["detail"], "tenant acme is over its rate of 1 requests a second");
    let elsewhere = Request::get("/").header("host", "hello.other.localhost").body(Full::default()).unwrap();
    assert_eq!(client.send(elsewhere).await.status, StatusCode::OK);
    assert_eq!(group.signals().counts().dropped, 0);
    served.gateway.set_tenant(&tenant(), TenantPolicy::default());
    assert_eq!(client.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_suspended_tenant_is_not_served_until_it_is_active_again() {
    let plugin = Does::says("x");
    let served = Served::of(&group(1, 1, plugin.clone())).await;
    served.gateway.set_tenant(&tenant(), TenantPolicy { suspended: true, ..TenantPolicy::default() });
    let got = served.get("/").await;
    assert_eq!((got.status, got.header("x-hotswap-error")), (StatusCode::FORBIDDEN, "tenant_suspended"));
    assert_eq!(got.problem()["detail"], "tenant acme is suspended and not served");
    assert_eq!(plugin.calls(), 0);
    served.gateway.set_tenant(&tenant(), TenantPolicy::default());
    assert_eq!(served.get("/").await.status, StatusCode::OK);
}

/// A plugin that reads all it is sent, fails if that fails, and gives up after a while.
fn reads(within: Duration) -> Arc<Does> {
    Does::new(move |request: Request<Body>| async move {
        match tokio::time::timeout(within, request.into_body().collect()).await {
            Ok(Ok(sent)) => Ok(Response::new(body(sent.to_bytes().len().to_string()))),
            Ok(Err(_)) => Err(Fault::Trap { message: "it could not read".into() }),
            Err(_) => Err(Fault::Timeout { after: within }),
        }
    })
}

async fn raw(served: &Served, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn answer(mut stream: TcpStream) -> String {
    let mut text = String::new();
    // The server may close before it has read all of a request it refused.
    drop(tokio::time::timeout(crate::support::LONG, stream.read_to_string(&mut text)).await.unwrap());
    text
}

#[tokio::test]
async fn too_large_a_body_is_refused_stated_or_not_and_is_nobodys_error() {
    let group = group(1, 1, reads(crate::support::LONG));
    let served = Served::with(GatewayConfig { max_request_body: 1_000, ..GatewayConfig::default() }).await;
    served.goes_to(&[(&group, 100)]);
    let post =
        |size: usize| Request::post("/").header("host", "hello.acme.localhost").body(Full::from(Bytes::from(vec![b'x'; size]))).unwrap();
    assert_eq!(served.client().await.send(post(1_000)).await.text, "1000");
    let got = served.client().await.send(post(1_001)).await;
    assert_eq!((got.status, got.header("x-hotswap-error")), (StatusCode::PAYLOAD_TOO_LARGE, "request_too_large"));
    assert_eq!(got.problem()["detail"], "the request's body is larger than 1000 bytes");

    let chunk = format!("{:x}\r\n{}\r\n", 600, "x".repeat(600));
    let unstated = format!(
        "POST / HTTP/1.1\r\nhost: hello.acme.localhost\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{chunk}{chunk}0\r\n\r\n"
    );
    let text = answer(raw(&served, &unstated).await).await;
    assert!(text.starts_with("HTTP/1.1 413 "), "{text}");
    let counts = group.signals().counts();
    assert_eq!((counts.requests, counts.plugin_errors, counts.dropped, counts.client_errors), (1, 0, 0, 1));
}

#[tokio::test]
async fn a_client_that_sends_too_slowly_is_not_the_plugins_timeout() {
    let group = group(1, 1, reads(Duration::from_millis(30)));
    let served = Served::of(&group).await;
    let stream = raw(&served, "POST / HTTP/1.1\r\nhost: hello.acme.localhost\r\ncontent-length: 10\r\nconnection: close\r\n\r\nhalf").await;
    let text = answer(stream).await;
    assert!(text.starts_with("HTTP/1.1 408 ") && text.contains("x-hotswap-error: request_timeout"), "{text}");
    let counts = group.signals().counts();
    assert_eq!((counts.requests, counts.plugin_errors, counts.client_errors), (0, 0, 1));
}

#[tokio::test]
async fn a_client_that_goes_away_gives_its_slot_back_and_is_nobodys_error() {
    let gate = Arc::new(Semaphore::new(0));
    let group = group(1, 1, Does::waits(&gate));
    let served = Served::of(&group).await;
    let asks = "GET / HTTP/1.1\r\nhost: hello.acme.localhost\r\n\r\n";
    let served_one = raw(&served, asks).await;
    so(|| group.slots().in_flight() == 1).await;
    let queued = raw(&served, asks).await;
    so(|| group.slots().waiting() == 1).await;
    drop(queued);
    so(|| group.slots().waiting() == 0).await;
    drop(served_one);
    so(|| group.slots().in_flight() == 0).await;
    let counts = until(&group, |counts| counts.cancelled == 2).await;
    assert_eq!((counts.requests, counts.plugin_errors, counts.dropped), (0, 0, 0));
    gate.add_permits(1);
    assert_eq!(served.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_head_too_large_or_too_slow_ends_the_connection_and_reaches_no_plugin() {
    let plugin = Does::says("x");
    let served =
        Served::with(GatewayConfig { max_head: 16 << 10, head_timeout: Duration::from_millis(50), ..GatewayConfig::default() }).await;
    served.goes_to(&[(&group(1, 1, plugin.clone()), 100)]);
    let large = format!("GET / HTTP/1.1\r\nhost: hello.acme.localhost\r\nx-large: {}\r\n\r\n", "x".repeat(20 << 10));
    let text = answer(raw(&served, &large).await).await;
    assert!(text.starts_with("HTTP/1.1 431 "), "{text}");
    assert_eq!(answer(raw(&served, "GET / HTTP/1.1\r\nhost: hel").await).await, "");
    assert_eq!(plugin.calls(), 0);
}
