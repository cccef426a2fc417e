//! A server whose components are in a bucket does what one with a folder does; uploads that are large, broken, or damaged later.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use hotswap_api::{ErrorCode, GcRequest, VerifyRequest};
use hotswap_model::Digest;
use hotswap_s3_server::{Fault, Proxy, S3Server, SECRET_ACCESS_KEY};
use hotswap_tests::plugins::{GREETER_1_0_0, digest, large, variant};
use hotswap_tests::{DataFolder, Server, hotswap, peak_memory};
use reqwest::Method;
use serde_json::{Value, json};

const BUCKET: [&str; 2] = ["--storage", "s3://plugins/hot"];

fn spec(version: &str) -> Value {
    json!({ "plugin": "greeter", "version": version, "instances": 2, "health_check": { "min_healthy_time": "0s", "min_requests": 20 } })
}

fn key(digest: &Digest) -> String {
    let digest = digest.to_string();
    format!("hot/sha256/{}/{}", &digest[..2], &digest[2..])
}

/// `hotswap storage …` against a server.
fn storage(server: &Server, arguments: &[&str]) -> Output {
    let mut command = Command::new(hotswap());
    command.arg("storage").args(arguments).env("HOTSWAP_ENDPOINT", &server.api).env("HOTSWAP_TOKEN", &server.token);
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plugins_in_a_bucket_are_deployed_and_load_again_where_nothing_is_cached() {
    let s3 = S3Server::start().unwrap();
    let data = DataFolder::new();
    let server = Server::start_in(&data, &BUCKET, &s3.environment()).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &spec("1.0.0")).await;
    assert_eq!(server.call("acme", "hello", "/").await.text, "hello from greeter 1.0.0\n");
    assert_eq!(s3.keys("hot/sha256/").len(), 3);
    assert!(!data.path().join("components").exists(), "nothing is kept beside the bucket");

    let (ended, _) = server.stop().await;
    assert!(ended.success(), "{ended}");
    fs::remove_dir_all(data.path().join("compiled")).unwrap();
    let server = Server::start_in(&data, &BUCKET, &s3.environment()).await;
    assert_eq!(server.call("acme", "hello", "/").await.text, "hello from greeter 1.0.0\n");
    server.deploy("acme", "hello", &spec("1.1.0")).await;
    assert_eq!(server.call("acme", "hello", "/").await.text, "hello from greeter 1.1.0\n");
    let content = server.ask(Method::GET, &format!("/v1/components/{}/content", digest(GREETER_1_0_0)), None).await;
    assert_eq!((content.status, content.text.as_bytes()), (200, GREETER_1_0_0));
    assert_eq!(data.files_with(SECRET_ACCESS_KEY.as_bytes()), Vec::<String>::new(), "the secret is in no file and no log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_component_is_uploaded_in_little_memory() {
    uploads_in_little_memory(96 << 20).await;
}

/// What `make soak` does with the size that is promised.
async fn uploads_in_little_memory(size: usize) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("large.wasm");
    let sha256 = large(&file, size);
    let s3 = S3Server::start().unwrap();
    for bucket in [false, true] {
        let data = DataFolder::new();
        let server = if bucket { Server::start_in(&data, &BUCKET, &s3.environment()).await } else { Server::start(&data).await };
        server.publish_nothing_large().await;
        let before = peak_memory(server.process());
        let component = server.client.upload_component_file(&sha256, &file, |_, _| ()).await.unwrap();
        let grown = peak_memory(server.process()) - before;
        assert_eq!(component.size, fs::metadata(&file).unwrap().len());
        assert_eq!(component.exports, ["wasi:http/incoming-handler@0.2.0"]);
        eprintln!("{} MiB uploaded, bucket: {bucket}: the server grew by {} MiB", size >> 20, grown >> 20);
        assert!(grown < 64 << 20, "the server grew by {} MiB", grown >> 20);
    }
}

trait WarmedUp {
    async fn publish_nothing_large(&self);
}

impl WarmedUp for Server {
    /// What an upload needs beside its bytes is there before anything is measured.
    async fn publish_nothing_large(&self) {
        self.client.upload_component(&digest(GREETER_1_0_0), Bytes::from_static(GREETER_1_0_0)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_dies_with_the_server_leaves_nothing_visible_and_is_cleared_away() {
    let s3 = S3Server::start().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("large.wasm");
    let sha256 = large(&file, 20 << 20);
    let data = DataFolder::new();
    let server = Server::start_in(&data, &BUCKET, &s3.environment()).await;
    let begin = Bytes::from(fs::read(&file).unwrap()).slice(..18 << 20);
    let stalls = futures::stream::iter([Ok::<_, std::io::Error>(begin)]).chain(futures::stream::pending());
    let request = server.http.put(format!("{}/v1/components/{sha256}", server.api)).bearer_auth(&server.token);
    let upload = tokio::spawn(request.body(reqwest::Body::wrap_stream(stalls)).send());
    let begun = async {
        while s3.parts() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), begun).await.unwrap();
    drop(server.kill().await);
    assert!(upload.await.unwrap().is_err());
    assert_eq!(s3.keys("hot/sha256/"), [""; 0]);

    let server = Server::start_in(&data, &BUCKET, &s3.environment()).await;
    assert_eq!(server.client.get_component(&sha256).await.unwrap_err().code(), Some(ErrorCode::ComponentNotFound));
    let young = storage(&server, &["gc"]);
    assert!(text(&young).contains("Removed 0 components (0 B) and 0 unfinished uploads from s3://plugins/hot/"), "{}", text(&young));
    let dry = storage(&server, &["gc", "--dry-run", "--older-than", "0s"]);
    assert!(text(&dry).contains("Would remove 0 components (0 B) and 1 unfinished upload from"), "{}", text(&dry));
    assert!(s3.parts() > 0);
    let gone = storage(&server, &["gc", "--older-than", "0s", "--json"]);
    let report: Value = serde_json::from_slice(&gone.stdout).unwrap();
    assert_eq!(report["uploads"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(s3.parts(), 0);
    server.client.upload_component_file(&sha256, &file, |_, _| ()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_component_is_reported_set_aside_and_taken_again() {
    let s3 = S3Server::start().unwrap();
    let data = DataFolder::new();
    let server = Server::start_in(&data, &BUCKET, &s3.environment()).await;
    server.with_greeter().await;
    let sha256 = digest(GREETER_1_0_0);
    let sound = storage(&server, &["verify"]);
    assert!(sound.status.success() && text(&sound).contains("Verified 3 components"), "{}", text(&sound));

    let mut damaged = GREETER_1_0_0.to_vec();
    damaged[100] ^= 1;
    fs::write(s3.file(&key(&sha256)), &damaged).unwrap();
    // It is never run.
    let rollout = server.begin("acme", "hello", &spec("1.0.0")).await;
    assert_ne!(server.outcome(&rollout).await.status.as_str(), "completed");
    assert_eq!(s3.keys("hot/quarantine/"), [format!("hot/quarantine/{sha256}.{}", digest(&damaged))]);
    assert!(server.log().contains("a component is damaged"), "{}", server.log());
    let metrics = server.ask(Method::GET, "/metrics", None).await.text;
    assert!(metrics.contains("hotswap_components_damaged_total 1"), "{metrics}");

    let found = storage(&server, &["verify"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(text(&found).contains("0 damaged, 1 missing") && text(&found).contains(&sha256.to_string()), "{}", text(&found));
    let told = storage(&server, &["gc", "--dry-run"]);
    assert!(text(&told).contains("quarantined"), "{}", text(&told));

    server.client.upload_component(&sha256, Bytes::from_static(GREETER_1_0_0)).await.unwrap();
    assert!(storage(&server, &["verify"]).status.success());
    server.deploy("acme", "again", &spec("1.0.0")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nothing_refers_to_goes_and_what_is_referred_to_stays() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    let unused = variant(GREETER_1_0_0, 7);
    server.client.upload_component(&digest(&unused), unused.clone().into()).await.unwrap();
    let keep = GcRequest::default();
    assert_eq!(server.client.clear_storage(&keep).await.unwrap().components, []);
    let all = GcRequest { older_than_seconds: Some(0), ..GcRequest::default() };
    let report = server.client.clear_storage(&all).await.unwrap();
    assert_eq!(report.components.iter().map(|component| component.sha256).collect::<Vec<_>>(), [digest(&unused)]);
    assert_eq!(report.kept, 3);
    assert_eq!(data.components().len(), 3);
    let verified = server.client.verify_storage(&VerifyRequest::default()).await.unwrap();
    assert_eq!((verified.total, verified.verified, verified.missing.len(), verified.next), (3, 3, 0, None));
    // Its bytes are taken again.
    server.client.upload_component(&digest(&unused), unused.into()).await.unwrap();

    let operator = json!({ "role": "operator", "description": "not an admin" });
    let token = server.ask(Method::POST, "/v1/tokens", Some(operator)).await;
    let token = token.json()["token"].as_str().unwrap_or_else(|| panic!("{}", token.text)).to_owned();
    let refused = server.ask_as(&token, Method::POST, "/v1/storage/gc", Some(json!({}))).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_away_is_said_so_and_a_retry_works() {
    let s3 = S3Server::start().unwrap();
    let proxy = Proxy::start(s3.address()).await.unwrap();
    let data = DataFolder::new();
    let server = Server::start_in(&data, &BUCKET, &proxy.environment()).await;
    proxy.fail(Fault::Status(503));
    let upload = |bytes: &'static [u8]| {
        server.http.put(format!("{}/v1/components/{}", server.api, digest(bytes))).bearer_auth(&server.token).body(bytes).send()
    };
    let refused = upload(GREETER_1_0_0).await.unwrap();
    assert_eq!(refused.status(), 503);
    let problem = refused.text().await.unwrap();
    assert!(problem.contains("the S3 server answers 503") && problem.contains("s3://plugins/hot/"), "{problem}");
    assert!(!problem.contains(SECRET_ACCESS_KEY));
    proxy.fail(Fault::None);
    assert_eq!(upload(GREETER_1_0_0).await.unwrap().status(), 201);
}

#[tokio::test]
async fn what_is_no_component_is_refused_before_all_of_it_has_come() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'%'; 1 << 16])));
    let request = server.http.put(format!("{}/v1/components/{}", server.api, digest(b""))).bearer_auth(&server.token);
    let refused = tokio::time::timeout(Duration::from_secs(30), request.body(reqwest::Body::wrap_stream(endless)).send()).await.unwrap();
    assert_eq!(refused.unwrap().status(), 422);
    assert_eq!(data.components(), [""; 0]);
}
