//! Whom a request reaches, and what the plugin and the client see of each other.

use hotswap_gateway::GatewayConfig;
use hotswap_runtime::{Body, body};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};

use crate::support::{Does, Served, deployment, get, group, route, tenant};

/// A plugin that answers with what it was asked: the target, then the headers, a line each.
fn mirror() -> std::sync::Arc<Does> {
    Does::new(|request: Request<Body>| async move {
        let mut seen = format!("{} {}\n", request.method(), request.uri());
        for (name, value) in request.headers() {
            seen += &format!("{name}: {}\n", value.to_str().unwrap());
        }
        let sent = request.into_body().collect().await.unwrap().to_bytes();
        seen += &String::from_utf8_lossy(&sent);
        Ok(Response::new(body(seen)))
    })
}

#[tokio::test]
async fn a_deployment_is_reached_by_its_host_in_any_case_and_with_any_port() {
    let served = Served::of(&group(3, 2, mirror())).await;
    let mut client = served.client().await;
    for host in ["hello.acme.localhost", "HELLO.Acme.LocalHost", "hello.acme.localhost:7780", "hello.acme.localhost."] {
        let got = client.send(Request::get("/a?b=c").header("host", host).body(Full::default()).unwrap()).await;
        assert_eq!(got.status, StatusCode::OK, "{host}: {}", got.text);
        assert!(got.text.starts_with("GET /a?b=c\n"), "{}", got.text);
        assert!(got.text.contains(&format!("\nhost: {host}\n")), "{}", got.text);
        assert_eq!((got.header("x-hotswap-revision"), got.header("x-hotswap-version")), ("3", "1.3.0"));
    }
}

#[tokio::test]
async fn a_host_nobody_has_is_told_how_hosts_look() {
    let served = Served::of(&group(1, 1, mirror())).await;
    let mut client = served.client().await;
    for host in ["hello.other.localhost", "localhost", "hello.acme.example"] {
        let got = client.send(Request::get("/").header("host", host).body(Full::default()).unwrap()).await;
        assert_eq!((got.status, got.header("x-hotswap-error")), (StatusCode::NOT_FOUND, "unknown_host"));
        let detail = got.problem()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(host) && detail.contains("<deployment>.<tenant>.localhost"), "{detail}");
    }
    let got = client.send(Request::get("/").header("host", "shop.acme.localhost").body(Full::default()).unwrap()).await;
    assert_eq!((got.status, got.header("x-hotswap-error")), (StatusCode::NOT_FOUND, "unknown_deployment"));
    assert_eq!(got.problem()["detail"], "tenant acme has no deployment \"shop\"");
    let got = client.send(Request::get("/").body(Full::default()).unwrap()).await;
    assert_eq!((got.status, got.header("x-hotswap-error")), (StatusCode::BAD_REQUEST, "missing_host"));
}

#[tokio::test]
async fn a_path_reaches_a_deployment_only_where_that_is_switched_on_and_under_a_host_of_our_own() {
    let group = group(1, 1, mirror());
    let by_path = |host: &str, path: &str| Request::get(path).header("host", host).body(Full::default()).unwrap();
    let off = Served::of(&group).await;
    assert_eq!(off.client().await.send(by_path("127.0.0.1", "/t/acme/hello/")).await.header("x-hotswap-error"), "unknown_host");

    let on = Served::with(GatewayConfig { path_routing: true, ..GatewayConfig::default() }).await;
    on.goes_to(&[(&group, 100)]);
    let mut client = on.client().await;
    let host = on.address.to_string();
    for (path, seen) in
        [("/t/acme/hello", "/"), ("/t/acme/hello/", "/"), ("/t/acme/hello/a/b?c=d", "/a/b?c=d"), ("/t/acme/hello?c=d", "/?c=d")]
    {
        let got = client.send(by_path(&host, path)).await;
        assert!(got.text.starts_with(&format!("GET {seen}\n")), "{path}: {}", got.text);
        assert!(got.text.contains("\nx-forwarded-prefix: /t/acme/hello\n"), "{}", got.text);
    }
    assert_eq!(client.send(by_path("evil.example", "/t/acme/hello/")).await.header("x-hotswap-error"), "unknown_host");
    assert_eq!(client.send(by_path(&host, "/t/acme/shop/")).await.header("x-hotswap-error"), "unknown_deployment");
    // Under a deployment's own host, a path that looks so is its own.
    assert!(client.get("/t/acme/hello/x").await.text.starts_with("GET /t/acme/hello/x\n"));
}

#[tokio::test]
async fn the_plugin_is_told_who_asks_and_nothing_of_the_connection() {
    let served = Served::of(&group(1, 1, mirror())).await;
    let mut request = get("/");
    let lies = [
        ("connection", "keep-alive, x-mine"),
        ("x-mine", "1"),
        ("te", "trailers"),
        ("x-forwarded-for", "8.8.8.8"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/admin"),
        ("forwarded", "for=8.8.8.8"),
        ("x-own", "kept"),
    ];
    for (name, value) in lies {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let text = served.client().await.send(request).await.text;
    for there in [
        "x-forwarded-for: 127.0.0.1\n",
        "x-forwarded-proto: http\n",
        "x-forwarded-host: hello.acme.localhost\n",
        "x-own: kept\n",
        "traceparent: 00-",
    ] {
        assert!(text.contains(there), "{there:?} is not in {text}");
    }
    for gone in ["x-mine", "te:", "connection", "8.8.8.8", "https", "/admin"] {
        assert!(!text.contains(gone), "{gone:?} is in {text}");
    }
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let mut request = get("/");
    request.headers_mut().insert("traceparent", trace.parse().unwrap());
    assert!(served.client().await.send(request).await.text.contains(trace));
}

#[tokio::test]
async fn a_body_reaches_the_plugin_and_comes_back() {
    let served = Served::of(&group(1, 1, mirror())).await;
    let sent = "x".repeat(300_000);
    let request = Request::post("/").header("host", "hello.acme.localhost").body(Full::from(sent.clone())).unwrap();
    let got = served.client().await.send(request).await;
    assert_eq!(got.status, StatusCode::OK);
    assert!(got.text.ends_with(&sent));
}

#[tokio::test]
async fn a_plugin_cannot_speak_for_the_gateway() {
    let forges = Does::new(|_| async {
        let mut response = Response::new(body("mine"));
        for (name, value) in [
            ("x-hotswap-error", "overloaded"),
            ("x-hotswap-revision", "99"),
            ("x-hotswap-version", "9.9.9"),
            ("connection", "close, x-mine"),
            ("x-mine", "1"),
            ("content-length", "7"),
        ] {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        Ok(response)
    });
    let served = Served::of(&group(4, 1, forges)).await;
    let mut client = served.client().await;
    for _ in 0..2 {
        let got = client.get("/").await;
        assert_eq!(got.text, "mine");
        let told = ["x-hotswap-error", "x-hotswap-revision", "x-hotswap-version", "x-mine", "content-length"].map(|name| got.header(name));
        assert_eq!(told, ["", "4", "1.4.0", "", "4"]);
    }
}

#[tokio::test]
async fn an_answer_to_head_has_the_length_and_no_body() {
    let served = Served::of(&group(
        1,
        1,
        Does::new(|_| async {
            let mut response = Response::new(hotswap_runtime::empty_body());
            response.headers_mut().insert("content-length", 12.into());
            Ok(response)
        }),
    ))
    .await;
    let mut client = served.client().await;
    for _ in 0..2 {
        let got = client.send(Request::head("/").header("host", "hello.acme.localhost").body(Full::default()).unwrap()).await;
        assert_eq!((got.status, got.header("content-length"), got.text.as_str()), (StatusCode::OK, "12", ""));
    }
}

#[tokio::test]
async fn a_removed_route_is_unknown_and_a_removed_tenant_has_no_host() {
    let group = group(1, 1, mirror());
    let served = Served::of(&group).await;
    served.gateway.remove_route(&tenant(), &deployment(), 1).unwrap();
    assert_eq!(served.get("/").await.header("x-hotswap-error"), "unknown_deployment");
    assert!(served.gateway.route(&tenant(), &deployment()).is_none());
    served.goes_to(&[(&group, 100)]);
    assert_eq!(served.get("/").await.status, StatusCode::OK);
    served.gateway.remove_tenant(&tenant());
    assert_eq!(served.get("/").await.header("x-hotswap-error"), "unknown_host");
}

#[tokio::test]
async fn a_route_to_nowhere_is_unavailable() {
    let served = Served::with(GatewayConfig::default()).await;
    served.gateway.set_route(&tenant(), &deployment(), route(&[], 1)).unwrap();
    let got = served.get("/").await;
    assert_eq!((got.status, got.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert_eq!(got.problem()["code"], "unavailable");
}
