//! The client against small servers that behave as the test says. Against the real one it is tested with the platform.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, Query, RawQuery};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use futures::StreamExt as _;
use hotswap_api::{ErrorCode, Page, Problem, Tenant};
use hotswap_client::{Client, ClientConfig, ClientError, Credentials, Endpoint, Token};
use hotswap_model::{TenantId, Timestamp};

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn client(endpoint: &str, token: Option<&str>, timeout: Duration) -> Client {
    Client::new(ClientConfig {
        endpoint: Endpoint::parse(endpoint, false).unwrap(),
        credentials: Credentials { token: token.map(Token::new), origin: "HOTSWAP_TOKEN".into() },
        timeout,
        user_agent: "test/0".into(),
    })
    .unwrap()
}

fn tenant(name: &str) -> Tenant {
    Tenant {
        id: TenantId::from_unique(name),
        namespace: name.to_owned(),
        etag: "1".into(),
        spec: serde_json::from_value(serde_json::json!({ "name": name })).unwrap(),
        usage: None,
        created_at: Timestamp::from_micros(0),
        updated_at: Timestamp::from_micros(0),
    }
}

fn problem(code: ErrorCode) -> impl IntoResponse {
    let problem = Problem::new(code, "in detail");
    (StatusCode::from_u16(problem.status).unwrap(), axum::Json(problem))
}

#[tokio::test]
async fn a_server_that_is_down_is_named_with_what_to_do() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let begin = Instant::now();
    let error = client(&endpoint, None, Duration::from_secs(30)).get_tenant("acme").await.unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with(&format!("cannot reach hotswap at {endpoint}: Connection refused")), "{message}");
    assert!(message.contains("`hotswap serve`") && message.contains("HOTSWAP_ENDPOINT"), "{message}");
    assert!(begin.elapsed() < Duration::from_secs(10), "it took {:?}", begin.elapsed());
}

#[tokio::test]
async fn a_wrong_or_missing_token_is_told_with_where_it_was_looked_for() {
    let endpoint = serve(Router::new().fallback(|| async { problem(ErrorCode::Unauthorized) })).await;
    let missing = client(&endpoint, None, Duration::from_secs(5)).get_tenant("acme").await.unwrap_err();
    assert!(matches!(missing, ClientError::TokenMissing { .. }) && missing.to_string().contains("HOTSWAP_DATA_DIR"), "{missing}");
    let refused = client(&endpoint, Some("wrong"), Duration::from_secs(5)).get_tenant("acme").await.unwrap_err();
    assert!(refused.to_string().contains("refuses the token from HOTSWAP_TOKEN") && !refused.to_string().contains("wrong"), "{refused}");
}

#[tokio::test]
async fn a_create_is_tried_again_under_the_same_key() {
    let keys = Arc::new(Mutex::new(Vec::new()));
    let seen = keys.clone();
    let router = Router::new().route(
        "/v1/tenants",
        post(move |headers: HeaderMap| async move {
            let mut keys = seen.lock().unwrap();
            keys.push(headers["idempotency-key"].to_str().unwrap().to_owned());
            match keys.len() {
                1 => (
                    StatusCode::SERVICE_UNAVAILABLE,
                    [(header::RETRY_AFTER, "0")],
                    axum::Json(Problem::new(ErrorCode::Unavailable, "starting")),
                )
                    .into_response(),
                _ => (StatusCode::CREATED, axum::Json(tenant("acme"))).into_response(),
            }
        }),
    );
    let client = client(&serve(router).await, Some("t"), Duration::from_secs(10));
    assert_eq!(client.create_tenant(&tenant("acme").spec).await.unwrap(), tenant("acme"));
    client.create_tenant(&tenant("acme").spec).await.unwrap();
    let keys = keys.lock().unwrap();
    assert!(keys[0] == keys[1] && keys[1] != keys[2], "{keys:?}");
}

#[tokio::test]
async fn a_problem_keeps_its_code_and_is_not_tried_again() {
    let tries = Arc::new(AtomicU32::new(0));
    let seen = tries.clone();
    let router = Router::new().fallback(move || async move {
        seen.fetch_add(1, Ordering::SeqCst);
        problem(ErrorCode::TenantInUse)
    });
    let error = client(&serve(router).await, None, Duration::from_secs(5)).delete_tenant("acme").await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::TenantInUse));
    assert_eq!(tries.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_server_that_never_answers_ends_at_the_deadline_with_its_name() {
    let endpoint = serve(Router::new().fallback(|| async { std::future::pending::<&str>().await })).await;
    let error = client(&endpoint, None, Duration::from_millis(200)).get_tenant("acme").await.unwrap_err();
    assert!(matches!(&error, ClientError::TimedOut { call, .. } if call == "GET /v1/tenants/acme"), "{error}");
}

#[tokio::test]
async fn something_else_that_listens_there_is_told_from_hotswap() {
    let endpoint = serve(Router::new().fallback(|| async { "<html>hello" })).await;
    let error = client(&endpoint, None, Duration::from_secs(5)).get_tenant("acme").await.unwrap_err();
    assert!(error.to_string().contains("whether that is a hotswap server"), "{error}");
}

#[tokio::test]
async fn reads_at_the_same_time_become_few_calls_and_each_gets_its_own() {
    let calls = Arc::new(AtomicU32::new(0));
    let seen = calls.clone();
    let router = Router::new().route(
        "/v1/tenants",
        get(move |Query(query): Query<Vec<(String, String)>>| async move {
            seen.fetch_add(1, Ordering::SeqCst);
            let names = query.iter().find(|(name, _)| name == "names").unwrap().1.clone();
            let names: BTreeSet<&str> = names.split(',').collect();
            assert!(names.len() <= 200);
            axum::Json(Page { items: names.into_iter().filter(|name| *name != "t7").map(tenant).collect(), next: None })
        }),
    );
    let client = client(&serve(router).await, None, Duration::from_secs(20));
    let reads: Vec<_> = (0..300)
        .map(|index| {
            let (client, name) = (client.clone(), format!("t{index}"));
            tokio::spawn(async move { (name.clone(), client.get_tenant_coalesced(&name).await.unwrap()) })
        })
        .collect();
    for read in reads {
        let (name, found) = read.await.unwrap();
        assert_eq!(found, (name != "t7").then(|| tenant(&name)));
    }
    let calls = calls.load(Ordering::SeqCst);
    assert!((2..30).contains(&calls), "{calls} calls for 300 reads");
}

/// A server with this many tenants, and how often it was asked.
async fn fleet(size: usize) -> (String, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let seen = calls.clone();
    let name = |index: usize| format!("t{index:05}");
    let list = get(move |Query(query): Query<BTreeMap<String, String>>| async move {
        seen.fetch_add(1, Ordering::SeqCst);
        if let Some(names) = query.get("names") {
            return axum::Json(Page { items: names.split(',').map(tenant).collect(), next: None });
        }
        let begin = query.get("after").map_or(0, |after| after[1..].parse::<usize>().unwrap() + 1);
        let end = (begin + query["limit"].parse::<usize>().unwrap()).min(size);
        axum::Json(Page { items: (begin..end).map(|index| tenant(&name(index))).collect(), next: (end < size).then(|| name(end - 1)) })
    });
    let change = put(|Path(name): Path<String>| async move { axum::Json(tenant(&name)) });
    (serve(Router::new().route("/v1/tenants", list).route("/v1/tenants/{name}", change)).await, calls)
}

/// Reads so many tenants of a fleet, ten at a time, as Terraform does.
async fn refresh(client: &Client, count: usize) {
    let reads = (0..count).map(|index| async move {
        let name = format!("t{index:05}");
        assert_eq!(client.get_tenant_coalesced(&name).await.unwrap(), Some(tenant(&name)));
    });
    futures::stream::iter(reads).buffer_unordered(10).collect::<()>().await;
}

#[tokio::test]
async fn ten_reads_at_a_time_of_a_large_fleet_become_few_calls() {
    let (endpoint, calls) = fleet(10_000).await;
    refresh(&client(&endpoint, None, Duration::from_secs(60)), 10_000).await;
    let calls = calls.load(Ordering::SeqCst);
    assert!(calls < 200, "{calls} calls for 10,000 reads");
}

#[tokio::test]
async fn once_something_was_changed_nothing_is_told_from_memory() {
    let (endpoint, calls) = fleet(1_000).await;
    let client = client(&endpoint, None, Duration::from_secs(60));
    refresh(&client, 1_000).await;
    let before = calls.load(Ordering::SeqCst);
    client.get_tenant_coalesced("t00001").await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), before, "read ahead");
    client.update_tenant("t00001", &tenant("t00001").spec).await.unwrap();
    client.get_tenant_coalesced("t00001").await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), before + 1, "asked anew");
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let router = Router::new().route(
        "/v1/tenants",
        get(|Query(query): Query<Vec<(String, String)>>| async move {
            let after = query.iter().find(|(name, _)| name == "after").map(|(_, value)| value.as_str());
            axum::Json(match after {
                None => Page { items: vec![tenant("a"), tenant("b")], next: Some("b".into()) },
                Some("b") => Page { items: vec![tenant("c")], next: None },
                Some(other) => panic!("there is no page after {other}"),
            })
        }),
    );
    let found = client(&serve(router).await, None, Duration::from_secs(5)).list_tenants().await.unwrap();
    assert_eq!(found.iter().map(|tenant| tenant.spec.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn a_broken_stream_of_events_goes_on_where_it_was_left() {
    let streams = Arc::new(AtomicU64::new(0));
    let seen = streams.clone();
    let router = Router::new().route(
        "/v1/rollouts/rol_1/events",
        get(move |RawQuery(query): RawQuery| async move {
            let event = |seq: u64, status: &str| {
                format!("id: {seq}\nevent: advanced\ndata: {{\"seq\":{seq},\"at\":0,\"kind\":\"advanced\",\"message\":\"\",\"weight\":10,\"status\":\"{status}\"}}\n\n")
            };
            match seen.fetch_add(1, Ordering::SeqCst) {
                0 => event(1, "progressing") + &event(2, "progressing") + "data: {\"seq\":3",
                _ => {
                    assert_eq!(query.as_deref(), Some("after=2"));
                    event(3, "completed")
                }
            }
        }),
    );
    let client = client(&serve(router).await, None, Duration::from_secs(5));
    let mut events = client.follow_rollout(&"rol_1".parse().unwrap());
    let mut seen = Vec::new();
    while let Some(event) = events.next().await.unwrap() {
        seen.push(event.seq);
    }
    assert_eq!(seen, [1, 2, 3]);
}

/// A server that answers every request as `busy` says until it says nothing any more, then with the tenant.
async fn busy_at_first(busy: impl FnMut() -> Option<StatusCode> + Send + 'static) -> String {
    let tenants = |name: &str| axum::Json(Page { items: vec![tenant(name)], next: None });
    let busy = Arc::new(Mutex::new(busy));
    let router = Router::new().fallback(move |request: axum::extract::Request| async move {
        let busy = (busy.lock().unwrap())();
        match busy {
            Some(status) => (status, "not now").into_response(),
            None if request.uri().query().is_some() => tenants("acme").into_response(),
            None => axum::Json(tenant("acme")).into_response(),
        }
    });
    serve(router).await
}

#[tokio::test]
async fn whoever_has_patience_is_answered_by_a_server_that_starts_late() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = client(&format!("http://{address}"), None, Duration::from_secs(30));
    tokio::spawn(async move {
        // Longer than a client without patience asks a server that is not there.
        tokio::time::sleep(Duration::from_millis(2_600)).await;
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let router = Router::new().fallback(|| async { axum::Json(Page { items: vec![tenant("acme")], next: None }) });
        axum::serve(listener, router).await
    });
    let patient = client.within(Duration::from_secs(30));
    let (alone, listed) = tokio::join!(patient.get_tenant_coalesced("acme"), patient.list_tenants());
    assert_eq!((alone.unwrap(), listed.unwrap()), (Some(tenant("acme")), vec![tenant("acme")]));
    assert!(client.get_tenant("acme").await.is_err(), "this one answers with a list only");
}

#[tokio::test]
async fn patience_ends_when_it_was_to_end_and_tells_what_was_tried() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let away = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let busy = busy_at_first(|| Some(StatusCode::SERVICE_UNAVAILABLE)).await;
    let stuck = serve(Router::new().fallback(|| async { std::future::pending::<&str>().await })).await;
    for (endpoint, says) in [(away, Some("Connection refused")), (busy, Some("503")), (stuck, None)] {
        let begin = Instant::now();
        let patient = client(&endpoint, None, Duration::from_secs(30)).within(Duration::from_millis(700));
        let (changed, read) = tokio::join!(patient.delete_tenant("acme"), patient.get_tenant_coalesced("acme"));
        assert!((700..2_000).contains(&begin.elapsed().as_millis()) || says.is_some(), "{:?}", begin.elapsed());
        assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
        for error in [changed.unwrap_err(), read.unwrap_err()] {
            let told = error.to_string();
            assert!(told.contains(&format!("hotswap at {endpoint} did not answer")) && told.contains("within 700ms"), "{told}");
            match (&error, says) {
                (ClientError::TimedOut { tries, last: Some(last), .. }, Some(says)) => assert!(*tries > 2 && last.contains(says), "{told}"),
                (ClientError::TimedOut { last: None, .. }, None) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_a_refusal_is_not() {
    let mut left = 3;
    let endpoint = busy_at_first(move || {
        left -= 1;
        (left >= 0).then_some(StatusCode::SERVICE_UNAVAILABLE)
    })
    .await;
    let patient = client(&endpoint, None, Duration::from_secs(30)).within(Duration::from_secs(30));
    assert_eq!(patient.get_tenant("acme").await.unwrap(), tenant("acme"));
    let tries = Arc::new(AtomicU32::new(0));
    let seen = tries.clone();
    let refusing = serve(Router::new().fallback(move || async move {
        seen.fetch_add(1, Ordering::SeqCst);
        problem(ErrorCode::TenantInUse)
    }))
    .await;
    let error = client(&refusing, None, Duration::from_secs(30)).within(Duration::from_secs(30)).delete_tenant("acme").await.unwrap_err();
    assert_eq!((error.code(), tries.load(Ordering::SeqCst)), (Some(ErrorCode::TenantInUse), 1));
}

fn component(sha256: hotswap_model::Digest, size: usize) -> impl IntoResponse {
    let component = hotswap_api::Component { sha256, size: size as u64, imports: vec![], exports: vec![] };
    (StatusCode::CREATED, axum::Json(component))
}

#[tokio::test]
async fn a_file_is_sent_with_its_size_announced_and_anew_when_the_server_was_busy() {
    let bytes = vec![7_u8; 1_000_000];
    let sha256 = hotswap_model::Digest::of(&bytes);
    let (tries, expected) = (Arc::new(AtomicU32::new(0)), bytes.clone());
    let unknown = || async { problem(ErrorCode::ComponentNotFound) };
    let upload = move |headers: HeaderMap, body: axum::body::Body| async move {
        assert_eq!(headers[header::CONTENT_LENGTH], "1000000");
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        assert_eq!(body, expected);
        match tries.fetch_add(1, Ordering::Relaxed) {
            0 => problem(ErrorCode::Unavailable).into_response(),
            _ => component(sha256, body.len()).into_response(),
        }
    };
    let endpoint = serve(Router::new().route("/v1/components/{sha256}", get(unknown).put(upload))).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("plugin.wasm");
    std::fs::write(&file, &bytes).unwrap();
    let told = Arc::new(Mutex::new(vec![]));
    let progress = {
        let told = told.clone();
        move |sent, total| told.lock().unwrap().push((sent, total))
    };
    let sent = client(&endpoint, None, Duration::from_secs(30)).upload_component_file(&sha256, &file, progress).await.unwrap();
    assert_eq!(sent.size, 1_000_000);
    let told = told.lock().unwrap();
    assert_eq!(told.iter().filter(|told| **told == (0, 1_000_000)).count(), 2, "each try begins at 0: {told:?}");
    assert_eq!(told.last(), Some(&(1_000_000, 1_000_000)));
    assert!(told.len() > 6, "in pieces: {told:?}");
}

#[tokio::test]
async fn a_file_that_cannot_be_sent_is_named() {
    let unknown = || async { problem(ErrorCode::ComponentNotFound) };
    let upload =
        |body: axum::body::Body| async move { axum::body::to_bytes(body, usize::MAX).await.map_err(|_| problem(ErrorCode::Malformed)) };
    let endpoint = serve(Router::new().route("/v1/components/{sha256}", get(unknown).put(upload))).await;
    let client = client(&endpoint, None, Duration::from_secs(30));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("plugin.wasm");
    let sha256 = hotswap_model::Digest::of(b"");
    let error = client.upload_component_file(&sha256, &file, |_, _| ()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{} cannot be read: No such file or directory (os error 2)", file.display()));

    std::fs::write(&file, vec![0; 2_000_000]).unwrap();
    let cut = {
        let file = file.clone();
        move |_, _| std::fs::write(&file, "").unwrap()
    };
    let error = client.upload_component_file(&sha256, &file, cut).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{} cannot be read: it became shorter while it was sent", file.display()));
}
