//! Requests that are told apart by what they carry: by name, by audience, by the cookie that keeps a client where it was.

use std::sync::Arc;

use bytes::Bytes;
use hotswap_gateway::{Audience, Carries, GatewayConfig, RevisionGroup, Route};
use http::{Request, StatusCode};
use http_body_util::Full;

use crate::support::{Client, Does, Got, Served, deployment, group, route, tenant, until};

fn groups() -> [Arc<RevisionGroup>; 2] {
    [group(1, 2, Does::says("old")), group(2, 2, Does::says("new"))]
}

async fn served(route: Route) -> (Served, Client) {
    let served = Served::with(GatewayConfig::default()).await;
    served.gateway.set_route(&tenant(), &deployment(), route).unwrap();
    let client = served.client().await;
    (served, client)
}

/// `GET /` with these headers.
async fn ask(client: &mut Client, headers: &[(&str, &str)]) -> Got {
    let request = Request::get("/").header("host", "hello.acme.localhost");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let got = client.send(request.body(Full::<Bytes>::default()).unwrap()).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    got
}

#[tokio::test]
async fn who_knows_the_key_names_a_revision_and_counts_for_nothing() {
    let [old, new] = groups();
    let wanted = Route { preview_key: Some("see-it-first".into()), ..route(&[(&old, 100), (&new, 0)], 1) };
    let (_served, mut client) = served(wanted).await;
    let name = "x-hotswap-revision";
    for (value, answer) in [
        ("see-it-first", "new"),
        ("see-it-first/2", "new"),
        ("see-it-first/1", "old"),
        ("see-it-first/7", "old"),
        ("see-it-firstly", "old"),
        ("2", "old"),
        ("", "old"),
    ] {
        assert_eq!(ask(&mut client, &[(name, value)]).await.text, answer, "{value:?}");
    }
    let counts = until(&new, |counts| counts.requests == 2).await;
    assert_eq!((counts.aside.requests, old.signals().counts().aside.requests), (2, 1));
}

#[tokio::test]
async fn without_a_key_none_can_be_named_and_the_plugin_never_sees_one() {
    let old = group(1, 1, Does::says("old"));
    let seen = Does::new(|request: Request<hotswap_runtime::Body>| async move {
        let text = if request.headers().contains_key("x-hotswap-revision") { "seen" } else { "unseen" };
        Ok(http::Response::new(hotswap_runtime::body(text)))
    });
    let (_served, mut client) = served(route(&[(&old, 0), (&group(2, 1, seen), 100)], 1)).await;
    assert_eq!(ask(&mut client, &[("x-hotswap-revision", "1")]).await.text, "unseen");
}

#[tokio::test]
async fn only_the_audience_takes_part() {
    let [old, new] = groups();
    let by = |by, value: Option<&str>| Some(Audience { by, value: value.map(str::to_owned) });
    let shared = route(&[(&old, 1), (&new, 99)], 1);
    let header = Route { audience: by(Carries::Header("x-beta".parse().unwrap()), Some("yes")), ..shared.clone() };
    let (serves, mut client) = served(header).await;
    for _ in 0..20 {
        assert_eq!(ask(&mut client, &[]).await.text, "old");
        assert_eq!(ask(&mut client, &[("x-beta", "no")]).await.text, "old");
    }
    let mut taken = 0;
    for _ in 0..20 {
        taken += usize::from(ask(&mut client, &[("x-beta", "yes")]).await.text == "new");
    }
    assert!(taken >= 18, "{taken} of 20");
    let counts = until(&old, |counts| counts.requests >= 40).await;
    assert_eq!(counts.aside.requests, 40, "who takes no part is left out");
    let cookie = Route { audience: by(Carries::Cookie("beta".into()), None), generation: 2, ..shared };
    serves.gateway.set_route(&tenant(), &deployment(), cookie).unwrap();
    assert_eq!(ask(&mut client, &[("x-beta", "yes")]).await.text, "old");
    assert_eq!(ask(&mut client, &[("cookie", "a=1; beta=1"), ("x-hotswap-affinity", "alice")]).await.header("set-cookie"), "");
}

#[tokio::test]
async fn a_client_stays_with_the_variant_it_had_first() {
    let [old, new] = groups();
    let (_served, mut client) = served(Route { sticky: true, ..route(&[(&old, 50), (&new, 50)], 1) }).await;
    let mut variants = [0, 0];
    for _ in 0..40 {
        let first = ask(&mut client, &[]).await;
        let cookie = first.header("set-cookie").split(';').next().unwrap().to_owned();
        assert!(cookie.starts_with("hotswap-client=") && first.header("set-cookie").contains("HttpOnly"), "{first:?}");
        for _ in 0..3 {
            let again = ask(&mut client, &[("cookie", &cookie)]).await;
            assert_eq!((again.text.as_str(), again.header("set-cookie")), (first.text.as_str(), ""));
        }
        variants[usize::from(first.text == "new")] += 1;
    }
    assert!(variants.iter().all(|count| *count >= 8), "{variants:?}");
    assert_eq!(ask(&mut client, &[("x-hotswap-affinity", "alice")]).await.header("set-cookie"), "");
}
