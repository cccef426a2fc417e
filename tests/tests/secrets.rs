//! Secrets of deployments: the plugin reads them, and nobody else finds them anywhere.
#![allow(clippy::unwrap_used)]

use hotswap_api::ErrorCode;
use hotswap_tests::{DataFolder, Server, hotswap, says};
use reqwest::Method;
use serde_json::{Value, json};

const FIRST: &str = "correct-horse-battery-staple";
const SECOND: &str = "tr0ub4dor-and-three";

const HELLO: &str = "/v1/tenants/acme/deployments/hello";

/// The plugin whose /config answers with the value of `greeting`, and that it is fine.
fn spec(version: u64, more: Value) -> Value {
    let mut spec =
        json!({ "plugin": "moody", "version": "1.0.0", "secrets_version": version, "health_check": { "min_healthy_time": "0s" } });
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    spec
}

fn greeting(value: &str) -> Value {
    json!({ "greeting": value })
}

async fn reads(server: &Server) -> String {
    let answer = server.call("acme", "hello", "/config").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.text.trim_end_matches("fine\n").to_owned()
}

async fn world(data: &DataFolder) -> Server {
    let server = Server::start_with(data, &["--log-level", "trace"]).await;
    server.with_moody().await;
    server.deploy_with_secrets("acme", "hello", &spec(1, json!({})), &greeting(FIRST)).await;
    assert_eq!(reads(&server).await, FIRST);
    server
}

#[tokio::test]
async fn a_secret_is_read_by_the_plugin_and_found_nowhere_else() {
    let data = DataFolder::new();
    let server = world(&data).await;
    let told = server.client.get_deployment("acme", "hello").await.unwrap();
    assert_eq!((told.secret_names, told.effective_config.len(), told.spec.secrets_version), (vec!["greeting".to_owned()], 0, Some(1)));
    let preview = json!({ "spec": spec(2, json!({})), "secrets": greeting(FIRST) });
    for answer in [
        server.ask(Method::PUT, HELLO, Some(json!({ "spec": spec(1, json!({})), "secrets": greeting(FIRST) }))).await,
        server
            .ask_with(
                Method::PUT,
                HELLO,
                &[("idempotency-key", "k")],
                Some(json!({ "spec": spec(1, json!({ "instances": 2 })), "secrets": greeting(FIRST) }).to_string().into()),
            )
            .await,
        server.ask(Method::GET, HELLO, None).await,
        server.ask(Method::GET, "/v1/deployments", None).await,
        server.ask(Method::GET, &format!("{HELLO}/revisions"), None).await,
        server.ask(Method::POST, &format!("{HELLO}/preview"), Some(preview)).await,
        server.ask(Method::GET, "/metrics", None).await,
    ] {
        assert!(answer.status < 300 && !answer.text.contains(FIRST), "{answer:?}");
    }
    let bad = json!({ "spec": spec(2, json!({})), "secrets": { "greeting": [FIRST] } });
    let refused = server.ask(Method::PUT, HELLO, Some(bad)).await;
    assert!(!refused.text.contains(FIRST), "{refused:?}");
    says(&refused.problem(), ErrorCode::Malformed, &["the secret \"greeting\" is no text"]);
    let (status, _) = server.stop().await;
    assert!(status.success());
    assert_eq!(data.files_with(FIRST.as_bytes()), Vec::<String>::new(), "database and log are written to the end");
}

#[tokio::test]
async fn secrets_change_with_their_version_number_and_with_nothing_else() {
    let data = DataFolder::new();
    let server = world(&data).await;
    // Other values alone are no other spec.
    let same = server.ask(Method::PUT, HELLO, Some(json!({ "spec": spec(1, json!({})), "secrets": greeting(SECOND) }))).await.json();
    assert_eq!(same["revision"], 1);
    // Nor are they taken along with another change, which needs none of them.
    server.deploy_with_secrets("acme", "hello", &spec(1, json!({ "instances": 2 })), &greeting(SECOND)).await;
    assert_eq!(reads(&server).await, FIRST);
    server.deploy("acme", "hello", &spec(1, json!({ "instances": 1 }))).await;
    assert_eq!(reads(&server).await, FIRST);
    let rotated = server.deploy_with_secrets("acme", "hello", &spec(2, json!({})), &greeting(SECOND)).await;
    assert_eq!((rotated.revision, reads(&server).await.as_str()), (4, SECOND));
    // The old values went with the last revision that had them.
    let back = server.ask(Method::PUT, HELLO, Some(json!({ "spec": spec(1, json!({})) }))).await.problem();
    says(&back, ErrorCode::SecretsMissing, &["`secrets_version` is 1, and no secrets were sent", "send `secrets`"]);
    // The number may go anywhere else, and none at all takes them away.
    server.deploy_with_secrets("acme", "hello", &spec(1, json!({})), &greeting(FIRST)).await;
    assert_eq!(reads(&server).await, FIRST);
    let mut without = spec(1, json!({ "config": "{\"greeting\":\"hi\"}" }));
    without.as_object_mut().unwrap().remove("secrets_version");
    let gone = server.deploy("acme", "hello", &without).await;
    assert_eq!((gone.secret_names.len(), reads(&server).await.as_str()), (0, "hi"));
}

#[tokio::test]
async fn a_rollback_goes_back_to_the_secrets_of_before() {
    let data = DataFolder::new();
    let server = world(&data).await;
    let slowly = json!({ "strategy": { "canary": { "steps": [{ "weight": 50, "hold": "60s" }] } } });
    let body = json!({ "spec": spec(2, slowly), "secrets": greeting(SECOND) });
    let accepted = server.ask(Method::PUT, HELLO, Some(body)).await.json();
    let rollout = accepted["rollout"].as_str().unwrap().parse().unwrap();
    server.step(&rollout, "advanced", 50).await;
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < 2 {
        seen.insert(reads(&server).await);
    }
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), [FIRST, SECOND], "each revision has its own");
    server.client.abort_rollout(&rollout).await.unwrap();
    assert_eq!(server.outcome(&rollout).await.status.as_str(), "rolled_back");
    for _ in 0..10 {
        assert_eq!(reads(&server).await, FIRST);
    }
    // It is served under that number still, so nobody has to send it again.
    server.deploy("acme", "hello", &spec(1, json!({ "instances": 2 }))).await;
    assert_eq!(reads(&server).await, FIRST);
}

#[tokio::test]
async fn a_server_that_dies_serves_the_same_secrets_when_it_is_back() {
    let data = DataFolder::new();
    let server = world(&data).await;
    let server = server.kill().await.restart(&data).await;
    assert_eq!(reads(&server).await, FIRST);
    let (_, stopped) = server.stop().await;
    let server = stopped.restart(&data).await;
    assert_eq!(reads(&server).await, FIRST);
}

/// Starts a server that cannot start, and gives what it says.
async fn refuses_to_start(data: &DataFolder, arguments: &[&str], key: Option<&str>) -> String {
    let mut command = tokio::process::Command::new(hotswap());
    command.arg("serve").arg("--data-dir").arg(data.path()).args(["--listen", "127.0.0.1:0", "--gateway-listen", "127.0.0.1:0"]);
    command.args(arguments).env_remove("RUST_LOG").env_remove("HOTSWAP_MASTER_KEY").kill_on_drop(true);
    if let Some(key) = key {
        command.env("HOTSWAP_MASTER_KEY", key);
    }
    let output = tokio::time::timeout(std::time::Duration::from_secs(60), command.output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn a_wrong_master_key_is_told_at_the_start_and_spoils_nothing() {
    const OTHER: &str = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let data = DataFolder::new();
    let server = world(&data).await;
    let (_, stopped) = server.stop().await;
    let told = refuses_to_start(&data, &[], Some(OTHER)).await;
    assert!(told.contains("sealed under the master key") && told.contains("HOTSWAP_MASTER_KEY is ") && !told.contains(OTHER), "{told}");
    let told = refuses_to_start(&data, &[], Some("short")).await;
    assert!(told.contains("HOTSWAP_MASTER_KEY is no master key") && told.contains("openssl rand -base64 32"), "{told}");
    let told = refuses_to_start(&data, &["--master-key-file", "/no/such/file"], None).await;
    assert!(told.contains("/no/such/file"), "{told}");
    // A key that was lost is not made anew in silence.
    let kept = data.path().join("master.key");
    let away = data.path().join("kept.key");
    std::fs::rename(&kept, &away).unwrap();
    let told = refuses_to_start(&data, &[], None).await;
    assert!(told.contains("sealed under the master key") && told.contains("master.key is "), "{told}");
    std::fs::rename(&away, &kept).unwrap();
    let server = stopped.restart(&data).await;
    assert_eq!(reads(&server).await, FIRST);
}

#[tokio::test]
async fn a_key_may_be_kept_apart_from_the_data() {
    let data = DataFolder::new();
    std::fs::create_dir_all(data.path()).unwrap();
    let key = data.log().with_file_name("apart.key");
    std::fs::write(&key, "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    let arguments = ["--master-key-file", key.to_str().unwrap()];
    let server = Server::start_with(&data, &arguments).await;
    server.with_moody().await;
    server.deploy_with_secrets("acme", "hello", &spec(1, json!({})), &greeting(FIRST)).await;
    drop(server.kill().await);
    assert!(!data.path().join("master.key").exists());
    let server = Server::start_with(&data, &arguments).await;
    assert_eq!(reads(&server).await, FIRST);
}

#[tokio::test]
async fn what_cannot_be_a_secret_is_refused_with_its_field() {
    let data = DataFolder::new();
    let server = world(&data).await;
    let put = async |spec: Value, secrets: Value| server.ask(Method::PUT, HELLO, Some(json!({ "spec": spec, "secrets": secrets }))).await;
    let config = json!({ "config": "{\"greeting\":\"hi\"}" });
    let both = put(spec(2, config.clone()), greeting(SECOND)).await.problem();
    says(&both, ErrorCode::Invalid, &["secrets: and `config` both set \"greeting\""]);
    // Also with those that are kept.
    let both = server.ask(Method::PUT, HELLO, Some(json!({ "spec": spec(1, config) }))).await.problem();
    says(&both, ErrorCode::Invalid, &["config: sets \"greeting\", and a secret has that name"]);
    let mut unnumbered = spec(1, json!({}));
    unnumbered.as_object_mut().unwrap().remove("secrets_version");
    says(&put(unnumbered, greeting(SECOND)).await.problem(), ErrorCode::Invalid, &["secrets_version: is not set"]);
    says(&put(spec(2, json!({})), json!({})).await.problem(), ErrorCode::Invalid, &["secrets: has 0 entries"]);
    let large = put(spec(2, json!({})), greeting(&"x".repeat((64 << 10) + 1))).await.problem();
    says(&large, ErrorCode::Invalid, &["secrets: has 65537 bytes in \"greeting\""]);
    assert_eq!(reads(&server).await, FIRST);
    // A secret goes over what the version says by default.
    let bytes = hotswap_tests::plugins::variant(hotswap_tests::plugins::MOODY, 1);
    let sha256 = hotswap_tests::plugins::digest(&bytes);
    server.client.upload_component(&sha256, bytes.into()).await.unwrap();
    let version = json!({ "plugin": "moody", "version": "1.1.0", "sha256": sha256, "default_config": "{\"greeting\":\"hi\",\"a\":\"b\"}" });
    server.client.publish_version(&serde_json::from_value(version).unwrap()).await.unwrap();
    let over = server.deploy("acme", "hello", &spec(1, json!({ "version": "1.1.0" }))).await;
    assert_eq!((reads(&server).await.as_str(), over.effective_config.keys().map(String::as_str).collect::<Vec<_>>()), (FIRST, vec!["a"]));
}
