//! A revision goes while requests come: none is dropped, and it goes only when the last is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hotswap_gateway::GatewayConfig;
use hotswap_runtime::{Body, BoxError, SlotPool, SlotState};
use http::{Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::{StreamExt, wrappers::ReceiverStream};

use crate::support::{Does, LONG, Served, group, labels, so};

/// A plugin whose body is what is sent into the channel.
pub(crate) fn streams() -> (Arc<Does>, mpsc::Sender<Result<Bytes, BoxError>>) {
    let (send, receive) = mpsc::channel::<Result<Bytes, BoxError>>(1);
    let receive = std::sync::Mutex::new(Some(receive));
    let plugin = Does::new(move |_| {
        let chunks = ReceiverStream::new(receive.lock().unwrap().take().unwrap());
        async move { Ok(Response::new(Body::new(StreamBody::new(chunks.map(|chunk| chunk.map(Frame::data)))))) }
    });
    (plugin, send)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_requests_over_a_hundred_swaps_and_none_is_dropped() {
    const REQUESTS: usize = 10_000;
    const SWAPS: usize = 100;
    const CLIENTS: usize = 16;
    let revision = |number: usize| {
        let plugin = Does::new(|_| async {
            tokio::task::yield_now().await;
            Ok(Response::new(hotswap_runtime::body("served")))
        });
        group(number as u64, 4, plugin)
    };
    let mut serving = revision(0);
    let served = Served::of(&serving).await;
    let answered = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (answered, address) = (Arc::clone(&answered), served.address);
            tokio::spawn(async move {
                let mut client = crate::support::Client::to(address).await;
                for _ in 0..REQUESTS / CLIENTS {
                    let got = client.get("/").await;
                    assert_eq!((got.status, got.text.as_str()), (StatusCode::OK, "served"), "{:?}", got.headers);
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    let mut gone = Vec::new();
    for swap in 1..=SWAPS {
        so(|| answered.load(Ordering::SeqCst) >= (swap - 1) * REQUESTS / SWAPS).await;
        let next = revision(swap);
        served.goes_to(&[(&next, 100)]);
        tokio::time::timeout(LONG, serving.drain()).await.unwrap();
        assert_eq!((serving.slots().in_flight(), serving.slots().waiting()), (0, 0));
        gone.push((std::mem::replace(&mut serving, next), answered.load(Ordering::SeqCst)));
    }
    for client in clients {
        client.await.unwrap();
    }
    gone.push((serving, REQUESTS));
    let total = gone.iter().map(|(group, _)| group.signals().counts()).fold((0, 0, 0), |(requests, dropped, failed), counts| {
        (requests + counts.requests, dropped + counts.dropped, failed + counts.plugin_errors)
    });
    assert_eq!(total, (REQUESTS as u64, 0, 0));
    assert!(gone.iter().filter(|(group, _)| group.signals().counts().requests > 0).count() > SWAPS / 2);
}

#[tokio::test]
async fn a_drain_waits_for_the_last_byte_of_a_streamed_answer() {
    let (plugin, send) = streams();
    let (old, new) = (group(1, 1, plugin), group(2, 1, Does::says("new")));
    let served = Served::of(&old).await;
    let mut client = served.client().await;
    let mut streamed = client.begin(crate::support::get("/")).await.into_body();
    send.send(Ok("first".into())).await.unwrap();
    assert_eq!(streamed.frame().await.unwrap().unwrap().into_data().unwrap(), "first");

    served.goes_to(&[(&new, 100)]);
    let drain = tokio::spawn({
        let old = Arc::clone(&old);
        async move { old.drain().await }
    });
    so(|| old.slots().is_closed()).await;
    assert_eq!(served.get("/").await.text, "new");
    assert!(!drain.is_finished());
    assert_eq!(old.slots().in_flight(), 1);

    send.send(Ok("last".into())).await.unwrap();
    drop(send);
    assert_eq!(streamed.collect().await.unwrap().to_bytes(), "last");
    tokio::time::timeout(LONG, drain).await.unwrap().unwrap();
    assert_eq!(old.signals().counts().requests, 1);
}

#[tokio::test]
async fn who_waits_for_a_revision_that_goes_is_served_by_the_next() {
    // Nothing of the old revision is available, so its queue would never move.
    let old = hotswap_gateway::RevisionGroup::new(labels(1), Does::says("old"), SlotPool::new(1), None);
    let new = group(2, 1, Does::says("new"));
    let served = Served::with(GatewayConfig { queue_wait: LONG, ..GatewayConfig::default() }).await;
    served.goes_to(&[(&old, 100)]);
    let mut client = served.client().await;
    let waits = tokio::spawn(async move { client.get("/").await });
    so(|| old.slots().waiting() == 1).await;
    served.goes_to(&[(&new, 100)]);
    tokio::time::timeout(Duration::from_secs(5), old.drain()).await.unwrap();
    let got = waits.await.unwrap();
    assert_eq!((got.status, got.text.as_str()), (StatusCode::OK, "new"));
    assert_eq!((old.signals().counts(), new.signals().counts().requests), (Default::default(), 1));
}

#[tokio::test]
async fn who_queued_before_a_drain_is_served_by_the_old_revision() {
    let gate = Arc::new(Semaphore::new(0));
    let (old, new) = (group(1, 1, Does::waits(&gate)), group(2, 1, Does::says("new")));
    let served = Served::of(&old).await;
    let ask = || {
        let address = served.address;
        tokio::spawn(async move { crate::support::Client::to(address).await.get("/").await })
    };
    let (first, second) = (ask(), ask());
    so(|| old.slots().waiting() == 1).await;
    served.goes_to(&[(&new, 100)]);
    let drain = tokio::spawn({
        let old = Arc::clone(&old);
        async move { old.drain().await }
    });
    so(|| old.slots().is_closed()).await;
    gate.add_permits(2);
    assert_eq!((first.await.unwrap().text, second.await.unwrap().text), ("let".to_owned(), "let".to_owned()));
    tokio::time::timeout(LONG, drain).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_drained_revision_left_in_its_route_is_unavailable_and_not_waited_for() {
    let group = group(1, 1, Does::says("x"));
    let served = Served::with(GatewayConfig { queue_wait: LONG, ..GatewayConfig::default() }).await;
    served.goes_to(&[(&group, 100)]);
    group.drain().await;
    let got = tokio::time::timeout(Duration::from_secs(5), served.get("/")).await.unwrap();
    assert_eq!((got.status, got.header("x-hotswap-error")), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
    assert_eq!(group.slots().states(), [SlotState::Stopped]);
}
