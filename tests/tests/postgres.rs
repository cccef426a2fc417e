//! A server whose database is on a PostgreSQL server does what one with a file does.
#![allow(clippy::unwrap_used)]

use std::process::Stdio;
use std::time::Duration;

use hotswap_test_servers::Postgres;
use hotswap_tests::plugins::MOODY;
use hotswap_tests::{DataFolder, Load, Server, hotswap};
use serde_json::{Value, json};

fn spec(plugin: &str, version: &str) -> Value {
    json!({ "plugin": plugin, "version": version, "instances": 2, "health_check": { "min_healthy_time": "0s", "min_requests": 20 } })
}

fn with(mut spec: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("an object") };
    spec.as_object_mut().unwrap().extend(more);
    spec
}

/// One stage of half the traffic.
fn canary(plugin: &str, version: &str, hold: &str) -> Value {
    with(spec(plugin, version), json!({ "strategy": { "canary": { "steps": [{ "weight": 50, "hold": hold }] } } }))
}

#[tokio::test]
async fn plugins_are_deployed_rolled_out_and_rolled_back_and_a_killed_server_goes_on() {
    let (owner, user) = Postgres::shared().database_with_roles();
    let arguments = ["--database-url", &user, "--database-owner-url", &owner];
    let data = DataFolder::new();
    let server = Server::start_with(&data, &arguments).await;
    server.with_greeter().await;
    server.plugin("moody").await;
    server.publish("moody", "1.0.0", MOODY).await.unwrap();
    server.deploy("acme", "hello", &spec("greeter", "1.0.0")).await;

    // A canary that gets through, and one that does not, under traffic.
    let load = Load::start(&server.target("acme", "hello"), 50);
    let rollout = server.begin("acme", "hello", &canary("greeter", "1.1.0", "300ms")).await;
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "completed");
    assert_eq!(load.stop().await.dropped, 0);
    let deployment = server.client.get_deployment("acme", "hello").await.unwrap();
    assert_eq!(deployment.active_version.unwrap().to_string(), "1.1.0");

    // Killed in the middle of a stage that would take a minute: the next one goes on with it, and sends it back when asked to.
    let rollout = server.begin("acme", "hello", &canary("greeter", "1.0.0", "60s")).await;
    server.step(&rollout, "advanced", 50).await;
    // Up to date, the database needs its owner no more.
    let server = server.kill().await.restart_with(&data, &["--database-url", &user]).await;
    assert_eq!(server.call("acme", "hello", "/").await.status, 200);
    assert_eq!(server.client.get_rollout(&rollout).await.unwrap().weight, 50);
    server.client.abort_rollout(&rollout).await.unwrap();
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "rolled_back");
    assert_eq!(server.call("acme", "hello", "/").await.text, "hello from greeter 1.1.0\n");
    let held = server.client.get_deployment("acme", "hello").await.unwrap();
    assert_eq!((held.status.as_str(), held.active_version.unwrap().to_string()), ("held", "1.1.0".to_owned()));

    assert_eq!(data.files_with(b"pass-word"), Vec::<String>::new(), "the password is in no file and no log");
}

#[tokio::test]
async fn a_tenants_own_token_does_its_work_where_the_database_shows_it_no_more_than_its_own() {
    let (owner, user) = Postgres::shared().database_with_roles();
    let data = DataFolder::new();
    let server = Server::start_with(&data, &["--database-url", &user, "--database-owner-url", &owner]).await;
    server.with_greeter().await;
    server.tenant("other", json!({})).await;
    server.deploy("other", "theirs", &spec("greeter", "1.0.0")).await;
    let made = server.ask(reqwest::Method::POST, "/v1/tokens", Some(json!({ "role": "operator", "tenant": "acme" }))).await;
    let token = made.json()["token"].as_str().unwrap().to_owned();

    let path = "/v1/tenants/acme/deployments/hello";
    let put = server.ask_as(&token, reqwest::Method::PUT, path, Some(json!({ "spec": spec("greeter", "1.0.0") }))).await;
    assert_eq!(put.status, 201, "{}", put.text);
    let listed = server.ask_as(&token, reqwest::Method::GET, "/v1/deployments", None).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    let foreign = server.ask_as(&token, reqwest::Method::GET, "/v1/tenants/other/deployments/theirs", None).await;
    assert_eq!(foreign.status, 404);
    let deleted = server.ask_as(&token, reqwest::Method::DELETE, path, None).await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
}

#[tokio::test]
async fn a_database_that_goes_away_stops_no_traffic_and_is_told_with_what_to_do() {
    let postgres = Postgres::start();
    let data = DataFolder::new();
    let server = Server::start_with(&data, &["--database-url", &postgres.database()]).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &spec("greeter", "1.0.0")).await;
    let load = Load::start(&server.target("acme", "hello"), 50);
    postgres.stop();
    let told = server.ask(reqwest::Method::GET, "/v1/plugins/greeter", None).await.problem();
    assert_eq!((told.status, told.code.as_str()), (503, "unavailable"), "{told}");
    assert!(told.hint.as_deref().unwrap_or_default().contains("try again"), "{told}");
    assert_eq!(server.http.get(format!("{}/readyz", server.api)).send().await.unwrap().status(), 503);
    postgres.start_again();
    assert_eq!(server.ask(reqwest::Method::GET, "/v1/plugins/greeter", None).await.status, 200);
    server.deploy("acme", "hello", &spec("greeter", "1.1.0")).await;
    assert_eq!(load.stop().await.dropped, 0, "plugins answered all the while");
}

#[tokio::test]
async fn an_unusable_address_is_refused_without_being_repeated() {
    for (arguments, says) in [
        (vec!["--database-url", "mysql://me:s3cret@host/d"], "it looks like `postgres://user@host/database`"),
        (vec!["--database-url", "postgres://me:s3cret@127.0.0.1:1/d"], "cannot be opened"),
        (vec!["--database-url", "postgres://me:s3cret@127.0.0.1:1/d?sslmod=off"], "\"sslmod\", which is not known"),
    ] {
        let data = DataFolder::new();
        let refused = tokio::process::Command::new(hotswap())
            .args(["serve", "--listen", "127.0.0.1:0", "--gateway-listen", "127.0.0.1:0", "--data-dir"])
            .arg(data.path())
            .args(&arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let refused = tokio::time::timeout(Duration::from_secs(30), refused).await.expect("it ends by itself").unwrap();
        let told = String::from_utf8_lossy(&refused.stderr).into_owned() + &String::from_utf8_lossy(&refused.stdout);
        assert_eq!(refused.status.code(), Some(1), "{told}");
        assert!(told.contains(says), "{told}");
        assert!(!told.contains("s3cret"), "{told}");
    }
}
