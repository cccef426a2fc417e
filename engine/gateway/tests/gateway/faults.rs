//! How a plugin's failures are answered and counted: for that request alone, and as the plugin's.

use std::sync::Arc;
use std::time::Duration;

use hotswap_gateway::{RevisionGroup, SignalCounts};
use hotswap_runtime::{BoxError, Fault, SlotPool, SlotState, body};
use http::{Response, StatusCode};
use http_body_util::BodyExt;

use crate::support::{Does, LONG, Served, get, group, labels, until};
use crate::swaps::streams;

#[tokio::test]
async fn each_fault_has_its_status_and_tells_its_kind_and_no_more() {
    let secret = || "secret".to_owned();
    let faults = [
        (Fault::Trap { message: secret() }, 502, "plugin_trap"),
        (Fault::Timeout { after: Duration::from_secs(1) }, 504, "plugin_timeout"),
        (Fault::OutOfMemory { limit: 1 }, 502, "plugin_out_of_memory"),
        (Fault::NoResponse, 502, "plugin_no_response"),
        (Fault::BadResponse { reason: secret() }, 502, "plugin_bad_response"),
        (Fault::Overloaded { limit: 1 }, 503, "overloaded"),
        (Fault::Internal { reason: secret() }, 500, "internal"),
    ];
    for (fault, status, code) in faults {
        let group = group(5, 1, Does::fails(fault.clone()));
        let served = Served::of(&group).await;
        let got = served.get("/").await;
        let problem = got.problem();
        assert_eq!((got.status.as_u16(), &problem["code"], &problem["fault"]), (status, &code.into(), &fault.kind().into()));
        assert!(!got.text.contains("secret"), "{}", got.text);
        assert_eq!(got.header("x-hotswap-revision"), "5");
        let counts = group.signals().counts();
        let expected = if fault.is_ours() { (0, 0, 1) } else { (1, 1, 0) };
        assert_eq!((counts.requests, counts.plugin_errors, counts.dropped), expected, "{fault}");
        assert_eq!(group.slots().in_flight(), 0);
    }
}

#[tokio::test]
async fn a_plugins_own_5xx_is_passed_on_as_it_is_and_counted_as_the_plugins() {
    let group = group(
        1,
        1,
        Does::new(|request| async move {
            let status = request.uri().path()[1..].parse().unwrap();
            Ok(Response::builder().status::<u16>(status).body(body("own words")).unwrap())
        }),
    );
    let served = Served::of(&group).await;
    let mut client = served.client().await;
    for (path, errors) in [("/200", 0), ("/404", 0), ("/500", 1), ("/503", 2), ("/301", 2)] {
        let got = client.get(path).await;
        assert_eq!(
            (format!("/{}", got.status.as_u16()).as_str(), got.text.as_str(), got.header("x-hotswap-error")),
            (path, "own words", "")
        );
        let counts = group.signals().counts();
        assert_eq!((counts.plugin_errors, counts.errors.status, counts.dropped), (errors, errors, 0), "{path}");
    }
    assert_eq!(group.signals().counts().requests, 5);
    assert_eq!(group.signals().latency().count, 5);
}

#[tokio::test]
async fn a_response_that_could_not_be_sent_is_a_bad_response() {
    let group = group(1, 1, Does::new(|_| async { Ok(Response::builder().status(101).body(body("")).unwrap()) }));
    let served = Served::of(&group).await;
    assert_eq!(served.get("/").await.problem()["fault"], "bad_response");
    assert_eq!(group.signals().counts().errors.bad_response, 1);
}

#[tokio::test]
async fn a_body_that_breaks_off_breaks_the_answer_off_and_counts_once() {
    for (status, kind) in [(200, "trap"), (500, "status")] {
        let group = group(
            1,
            1,
            Does::new(move |_| async move {
                let broken = futures_body([Ok("half"), Err(Fault::Trap { message: "later".into() })]);
                Ok(Response::builder().status(status).body(broken).unwrap())
            }),
        );
        let served = Served::of(&group).await;
        assert!(served.client().await.try_send(get("/")).await.is_err(), "a broken answer looked whole");
        let counts = until(&group, |counts| counts.plugin_errors > 0).await;
        let found: Vec<_> = counts.errors.by_kind().into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!((counts.requests, found), (1, vec![(kind, 1)]));
        assert_eq!(group.slots().in_flight(), 0);
    }
}

#[tokio::test]
async fn a_request_the_runtime_calls_broken_is_the_clients_error() {
    let group = group(1, 1, Does::fails(Fault::RequestBroken { reason: "secret".into() }));
    let served = Served::of(&group).await;
    let got = served.get("/").await;
    assert_eq!((got.status, got.header("x-hotswap-error")), (StatusCode::BAD_REQUEST, "request_broken"));
    assert!(!got.text.contains("secret"), "{}", got.text);
    assert_eq!(group.signals().counts(), SignalCounts { client_errors: 1, ..SignalCounts::default() });
}

#[tokio::test]
async fn a_body_shorter_than_stated_is_the_plugins_error() {
    let group = group(
        1,
        1,
        Does::new(|_| async {
            let mut response = Response::new(futures_body([Ok("half")]));
            response.headers_mut().insert("content-length", 8.into());
            Ok(response)
        }),
    );
    let served = Served::of(&group).await;
    assert!(served.client().await.try_send(get("/")).await.is_err(), "a short answer looked whole");
    let counts = until(&group, |counts| counts.plugin_errors > 0).await;
    assert_eq!((counts.requests, counts.errors.bad_response), (1, 1));
}

fn futures_body<const N: usize>(chunks: [Result<&'static str, Fault>; N]) -> hotswap_runtime::Body {
    let frames = chunks.map(|chunk| chunk.map(|text| http_body::Frame::data(text.into())).map_err(BoxError::from));
    hotswap_runtime::Body::new(http_body_util::StreamBody::new(tokio_stream::iter(frames)))
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_of_an_answer_is_nobodys_error_and_frees_the_slot() {
    let (plugin, send) = streams();
    let group = group(1, 1, plugin);
    let served = Served::of(&group).await;
    let mut client = served.client().await;
    let answer = client.begin(get("/")).await;
    assert_eq!(group.slots().in_flight(), 1);
    drop(answer);
    drop(client);
    tokio::time::timeout(LONG, send.closed()).await.unwrap();
    crate::support::so(|| group.slots().in_flight() == 0).await;
    assert_eq!(group.signals().counts(), SignalCounts { requests: 1, ..SignalCounts::default() });
}

#[tokio::test]
async fn a_timeout_in_the_middle_of_an_answer_is_the_plugins_unless_it_waited_for_the_client() {
    for (client_reads, errors) in [(true, 1), (false, 0)] {
        let (plugin, send) = streams();
        let group = group(1, 1, plugin);
        let served = Served::of(&group).await;
        let mut client = served.client().await;
        let answer = client.begin(get("/")).await;
        let timeout = Duration::from_millis(200);
        let late = tokio::time::sleep(timeout);
        tokio::pin!(late);
        // Either it sends one chunk and then nothing, or all that the client would take.
        send.send(Ok("first".into())).await.unwrap();
        if client_reads {
            late.await;
        } else {
            let flood = async { while send.send(Ok(vec![b'x'; 1 << 16].into())).await.is_ok() {} };
            tokio::select! { () = flood => {}, () = late => {} }
        }
        let fault = async { send.send(Err(Fault::Timeout { after: timeout }.into())).await.unwrap() };
        let (read, ()) = tokio::join!(answer.into_body().collect(), fault);
        assert!(read.is_err(), "a broken answer looked whole");
        crate::support::so(|| group.slots().in_flight() == 0).await;
        let counts = group.signals().counts();
        assert_eq!((counts.requests, counts.plugin_errors, counts.errors.timeout), (1, errors, errors), "client reads: {client_reads}");
    }
}

#[tokio::test]
async fn whoever_watches_is_woken_by_the_first_error_and_misses_none() {
    let group = group(1, 1, Does::fails(Fault::NoResponse));
    let served = Served::of(&group).await;
    let seen = group.signals().counts();
    let watcher = tokio::spawn({
        let group = Arc::clone(&group);
        async move { group.signals().changed(&seen).await }
    });
    tokio::task::yield_now().await;
    assert!(!watcher.is_finished());
    served.get("/").await;
    let now = tokio::time::timeout(LONG, watcher).await.unwrap().unwrap();
    assert_eq!(now.plugin_errors, 1);
    // One that came in between is told at once.
    served.get("/").await;
    assert_eq!(tokio::time::timeout(LONG, group.signals().changed(&now)).await.unwrap().plugin_errors, 2);
}

#[tokio::test]
async fn an_answer_over_the_latency_bound_is_slow_and_no_error() {
    let slow = Does::new(|request| async move {
        if request.uri().path() == "/slow" {
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        Ok(Response::new(body("x")))
    });
    let group = RevisionGroup::new(labels(1), slow, SlotPool::new(1), Some(Duration::from_millis(50)));
    group.slots().mark(0, SlotState::Available);
    let served = Served::of(&group).await;
    let woken = tokio::spawn({
        let group = Arc::clone(&group);
        async move { group.signals().changed(&SignalCounts::default()).await }
    });
    assert_eq!(served.get("/slow").await.status, StatusCode::OK);
    let counts = tokio::time::timeout(LONG, woken).await.unwrap().unwrap();
    assert_eq!((counts.requests, counts.slow, counts.plugin_errors), (1, 1, 0));
    assert!(group.signals().latency().p99 >= Duration::from_millis(60));
}
