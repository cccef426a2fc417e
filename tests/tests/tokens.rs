//! Tokens: what each role opens, whose things a token for one tenant sees, and how tokens end.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use hotswap_api::{ErrorCode, NewToken};
use hotswap_tests::{DataFolder, Server, says};
use reqwest::Method;
use serde_json::{Value, json};

async fn world(data: &DataFolder) -> Server {
    let server = Server::start_with(data, &["--log-level", "trace"]).await;
    server.with_greeter().await;
    server.tenant("other", json!({})).await;
    let spec = json!({ "plugin": "greeter", "version": "1.0.0", "health_check": { "min_healthy_time": "0s" } });
    server.deploy("acme", "hello", &spec).await;
    server.deploy("other", "theirs", &spec).await;
    server
}

/// Makes a token as the administrator; gives its id and its value.
async fn token(server: &Server, request: Value) -> (String, String) {
    let made = server.client.create_token(&serde_json::from_value(request).unwrap()).await.unwrap();
    (made.info.id.to_string(), made.token.expect("the server made the value"))
}

/// What comes of a request: `y` if it is allowed (whatever else may be wrong with it), `f` if it is forbidden, `n` if its tenant
/// is not there.
async fn outcome(server: &Server, token: &str, (method, path, body): (Method, &str, Value)) -> char {
    let answer = server.ask_as(token, method, path, Some(body).filter(|body| !body.is_null())).await;
    if answer.status < 300 {
        return 'y';
    }
    match answer.problem().code {
        ErrorCode::Forbidden => 'f',
        ErrorCode::TenantNotFound => 'n',
        ErrorCode::Unauthorized | ErrorCode::Internal | ErrorCode::NotFound => panic!("{answer:?}"),
        _ => 'y',
    }
}

#[tokio::test]
async fn every_role_may_what_the_table_says_and_no_more() {
    let data = DataFolder::new();
    let server = world(&data).await;
    let spec = json!({ "spec": { "plugin": "greeter", "version": "9.9.9" } });
    let none = "a".repeat(64);
    let component = format!("/v1/components/{none}");
    let version = json!({ "plugin": "greeter", "version": "3.0.0", "sha256": none });
    let requests = [
        // Tenants and deployments are read.
        (Method::GET, "/v1/tenants/acme", json!(null)),
        (Method::GET, "/v1/tenants/acme/deployments/hello", json!(null)),
        (Method::GET, "/v1/tenants/acme/deployments/hello/revisions", json!(null)),
        (Method::GET, "/v1/tenants/acme/deployments/hello/rollouts", json!(null)),
        // Plugins are read.
        (Method::GET, "/v1/plugins/greeter", json!(null)),
        (Method::GET, "/v1/plugins/greeter/versions", json!(null)),
        (Method::GET, &component, json!(null)),
        // Deployments are changed.
        (Method::PUT, "/v1/tenants/acme/deployments/new", spec.clone()),
        (Method::DELETE, "/v1/tenants/acme/deployments/none", json!(null)),
        // Plugins are changed.
        (Method::POST, "/v1/plugins", json!({ "name": "greeter" })),
        (Method::POST, "/v1/plugins/greeter/versions", version),
        (Method::PUT, &component, json!({})),
        (Method::DELETE, "/v1/plugins/greeter", json!(null)),
        // Tenants are changed.
        (Method::POST, "/v1/tenants", json!({ "name": "acme" })),
        (Method::PUT, "/v1/tenants/acme", json!({ "name": "acme", "quotas": { "max_plugins": 0 } })),
        (Method::DELETE, "/v1/tenants/acme", json!(null)),
        // Tokens.
        (Method::GET, "/v1/tokens", json!(null)),
        (Method::POST, "/v1/tokens", json!({ "role": "viewer", "tenant": "acme" })),
        (Method::DELETE, "/v1/tokens/tok_none", json!(null)),
    ];
    let promised = [
        ("admin", None, "yyyy yyy yy yyyy yyy yyy"),
        ("operator", None, "yyyy yyy yy yyyy fff fff"),
        ("viewer", None, "yyyy yyy ff ffff fff fff"),
        ("admin", Some("acme"), "yyyy yyy yy ffff fff yyy"),
        ("operator", Some("acme"), "yyyy yyy yy ffff fff fff"),
        ("viewer", Some("acme"), "yyyy yyy ff ffff fff fff"),
        ("admin", Some("other"), "nnnn yyy nn ffff fff yny"),
        ("operator", Some("other"), "nnnn yyy nn ffff fff fff"),
        ("viewer", Some("other"), "nnnn yyy ff ffff fff fff"),
    ];
    for (role, tenant, expected) in promised {
        let (_, token) = token(&server, json!({ "role": role, "tenant": tenant })).await;
        let mut found = String::new();
        for request in &requests {
            found.push(outcome(&server, &token, request.clone()).await);
        }
        assert_eq!(found, expected.replace(' ', ""), "{role} of {tenant:?}");
    }
    let (_, viewer) = token(&server, json!({ "role": "viewer" })).await;
    let refused = server.ask_as(&viewer, Method::DELETE, "/v1/tenants/acme/deployments/hello", None).await;
    says(&refused.problem(), ErrorCode::Forbidden, &["the role `viewer` may not change deployments", "`admin` or `operator`"]);
}

#[tokio::test]
async fn a_token_for_one_tenant_finds_nothing_of_any_other() {
    let data = DataFolder::new();
    let server = world(&data).await;
    let (_, own) = token(&server, json!({ "role": "admin", "tenant": "acme" })).await;
    let (_, theirs) = token(&server, json!({ "role": "viewer", "tenant": "other" })).await;
    let get = async |path: &str| server.ask_as(&own, Method::GET, path, None).await;
    let names = async |path: &str| {
        let items = get(path).await.json()["items"].take();
        let name = |item: &Value| item["spec"]["name"].as_str().or(item["name"].as_str()).map(str::to_owned);
        items.as_array().unwrap().iter().filter_map(name).collect::<Vec<_>>()
    };
    assert_eq!(names("/v1/tenants").await, ["acme"]);
    assert_eq!(names("/v1/tenants?names=acme,other").await, ["acme"]);
    assert_eq!(names("/v1/deployments").await, ["hello"]);
    assert_eq!(names("/v1/deployments?names=acme/hello,other/theirs").await, ["hello"]);

    // What is there and what is not are told alike.
    let hidden = get("/v1/tenants/other").await.problem();
    let absent = get("/v1/tenants/nobody").await.problem();
    says(&hidden, ErrorCode::TenantNotFound, &["there is no tenant \"other\"", "this token is for tenant \"acme\" alone"]);
    assert_eq!(hidden.detail.replace("other", "nobody"), absent.detail);
    assert_eq!(hidden.hint, absent.hint);

    let deployment = server.client.get_deployment("other", "theirs").await.unwrap();
    let rollout = deployment.rollout.unwrap();
    for (path, code) in [
        (format!("/v1/deployments/{}", deployment.id), ErrorCode::DeploymentNotFound),
        (format!("/v1/rollouts/{rollout}"), ErrorCode::RolloutNotFound),
        (format!("/v1/rollouts/{rollout}/events"), ErrorCode::RolloutNotFound),
    ] {
        assert_eq!(get(&path).await.problem().code, code, "{path}");
        assert_eq!(server.ask_as(&theirs, Method::GET, &path, None).await.status, 200, "{path}");
    }
    let abort = server.ask_as(&own, Method::POST, &format!("/v1/rollouts/{rollout}/abort"), None).await;
    assert_eq!(abort.problem().code, ErrorCode::RolloutNotFound);

    // A tenant's admin makes tokens for that tenant and no other, and sees those alone.
    let make = async |body: Value| server.ask_as(&own, Method::POST, "/v1/tokens", Some(body)).await;
    assert_eq!(make(json!({ "role": "admin", "tenant": "acme" })).await.status, 201);
    assert_eq!(make(json!({ "role": "viewer", "tenant": "other" })).await.problem().code, ErrorCode::TenantNotFound);
    says(&make(json!({ "role": "viewer" })).await.problem(), ErrorCode::Forbidden, &["for tenant \"acme\" alone", "\"tenant\": \"acme\""]);
    let listed = get("/v1/tokens").await.json();
    assert!(listed["items"].as_array().unwrap().iter().all(|token| token["tenant"] == "acme"), "{listed}");
}

#[tokio::test]
async fn an_answer_kept_for_one_is_not_told_to_another_tenant() {
    let data = DataFolder::new();
    let server = world(&data).await;
    let (_, own) = token(&server, json!({ "role": "operator", "tenant": "other" })).await;
    let body = json!({ "spec": { "plugin": "greeter", "version": "1.1.0" } }).to_string();
    let path = "/v1/tenants/acme/deployments/again";
    let first = server.ask_with(Method::PUT, path, &[("idempotency-key", "k")], Some(body.clone().into())).await;
    assert_eq!(first.status, 201, "{first:?}");
    let request = server.http.put(format!("{}{path}", server.api)).bearer_auth(&own).header("idempotency-key", "k").body(body);
    let answer = request.send().await.unwrap();
    assert!(matches!(answer.status().as_u16(), 404 | 409), "{answer:?}");
    assert!(!answer.text().await.unwrap().contains("resolved_version"));
}

#[tokio::test]
async fn a_token_ends_when_it_expires_is_revoked_or_its_tenant_ends() {
    let data = DataFolder::new();
    let server = world(&data).await;
    let asks = async |token: &str| server.ask_as(token, Method::GET, "/v1/plugins", None).await;

    let (id, value) = token(&server, json!({ "role": "viewer", "ttl": "1s", "description": "short" })).await;
    assert_eq!(asks(&value).await.status, 200);
    let mut answer = asks(&value).await;
    while answer.status == 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        answer = asks(&value).await;
    }
    let expired = answer.problem();
    says(&expired, ErrorCode::TokenEnded, &[&format!("the token {id} expired at 20"), "renew"]);
    let told = server.client.get_token(&id).await.unwrap();
    assert_eq!((told.status, told.description.as_deref()), (hotswap_model::TokenStatus::Expired, Some("short")));
    assert_eq!(server.client.renew_token(&id).await.unwrap_err().code(), Some(ErrorCode::TokenNotFound));

    let (id, value) = token(&server, json!({ "role": "viewer", "ttl": "60s" })).await;
    let before = server.client.get_token(&id).await.unwrap().expires_at.unwrap();
    let renewed = server.client.renew_token(&id).await.unwrap().expires_at.unwrap();
    assert!(renewed > before && renewed.since(before).as_secs_f64() < 30.0, "{before} {renewed}");
    assert!(server.client.list_tokens().await.unwrap().iter().any(|token| token.id.as_str() == id));
    server.client.revoke_token(&id).await.unwrap();
    server.client.revoke_token(&id).await.unwrap();
    says(&asks(&value).await.problem(), ErrorCode::TokenEnded, &[&format!("the token {id} was revoked")]);
    assert!(server.client.list_tokens().await.unwrap().iter().all(|token| token.id.as_str() != id));

    server.tenant("brief", json!({})).await;
    let (_, value) = token(&server, json!({ "role": "admin", "tenant": "brief" })).await;
    assert_eq!(asks(&value).await.status, 200);
    server.client.delete_tenant("brief").await.unwrap();
    server.tenant("brief", json!({})).await;
    assert_eq!(asks(&value).await.status, 401, "the tenant of that name is another one");

    let (_, lasting) = token(&server, json!({ "role": "viewer" })).await;
    let server = server.kill().await.restart(&data).await;
    assert_eq!(server.ask_as(&lasting, Method::GET, "/v1/plugins", None).await.status, 200);
    for wrong in ["", "wrong", &lasting[1..]] {
        assert_eq!(server.ask_as(wrong, Method::GET, "/v1/plugins", None).await.problem().code, ErrorCode::Unauthorized);
    }
}

#[tokio::test]
async fn a_value_is_told_once_and_kept_nowhere() {
    let data = DataFolder::new();
    let server = world(&data).await;
    let body = json!({ "role": "viewer", "ttl": "1h" }).to_string();
    let make = async || {
        let answer = server.ask_with(Method::POST, "/v1/tokens", &[("idempotency-key", "once")], Some(body.clone().into())).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        serde_json::from_str::<NewToken>(&answer.text).unwrap()
    };
    // Whoever repeats a request has not got its answer: the token is the same, and its value another.
    let (first, second) = (make().await, make().await);
    assert_eq!(first.info.id, second.info.id);
    let (first, second) = (first.token.unwrap(), second.token.unwrap());
    assert_ne!(first, second);
    assert_eq!(server.ask_as(&first, Method::GET, "/v1/plugins", None).await.status, 401);
    assert_eq!(server.ask_as(&second, Method::GET, "/v1/plugins", None).await.status, 200);
    let everything = server.ask(Method::GET, "/v1/tokens", None).await.text;
    assert!(!everything.contains(&second));
    server.stop().await;
    for value in [first, second] {
        assert_eq!(data.files_with(value.as_bytes()), Vec::<String>::new(), "database and log are written to the end");
    }
}

#[tokio::test]
async fn a_value_of_ones_own_is_known_by_its_hash_and_by_nobody_elses() {
    let data = DataFolder::new();
    let server = world(&data).await;
    let value = "0123456789abcdef0123456789abcdef";
    let hash = hotswap_model::Digest::of(value.as_bytes());
    let made = server.client.create_token(&serde_json::from_value(json!({ "role": "operator", "hash": hash })).unwrap()).await.unwrap();
    assert_eq!((made.token, made.info.hash), (None, hash));
    assert_eq!(server.ask_as(value, Method::GET, "/v1/plugins", None).await.status, 200);
    let again = server.ask(Method::POST, "/v1/tokens", Some(json!({ "role": "admin", "hash": hash }))).await;
    says(&again.problem(), ErrorCode::TokenTaken, &["another token has the same value"]);
    let other = hotswap_model::Digest::of(b"another value");
    let path = format!("/v1/tokens/{}", made.info.id);
    let changed = server.ask(Method::PATCH, &path, Some(json!({ "hash": other, "ttl": "1h" }))).await.json();
    assert_eq!(changed["hash"], other.to_string());
    assert!(changed["expires_at"].as_i64() > changed["created_at"].as_i64());
    assert_eq!(server.ask_as(value, Method::GET, "/v1/plugins", None).await.status, 401);
    assert_eq!(server.ask_as("another value", Method::GET, "/v1/plugins", None).await.status, 200);
    says(
        &server.ask(Method::POST, "/v1/tokens", Some(json!({ "role": "admin", "ttl": "0s" }))).await.problem(),
        ErrorCode::Invalid,
        &["ttl: is 0s; a token lives 1s to 8784h"],
    );
}
