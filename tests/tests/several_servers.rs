//! Several servers on one PostgreSQL: one leads, the others see what it does, do what may be done by any, and take over. And what they
//! share beside it: a cache that comes and goes.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use hotswap_test_servers::{Postgres, Redis};
use hotswap_tests::{DataFolder, Server};
use reqwest::Method;
use serde_json::{Value, json};

/// How soon what one server accepted is seen through another.
const SOON: Duration = Duration::from_secs(1);

struct Two {
    first_data: DataFolder,
    second_data: DataFolder,
    arguments: Vec<String>,
}

impl Two {
    /// Two data folders that share components and master key, for servers on one database.
    fn new(more: &[&str]) -> Self {
        let (first_data, second_data) = (DataFolder::new(), DataFolder::new());
        std::fs::create_dir_all(first_data.path().join("components")).unwrap();
        std::fs::create_dir_all(second_data.path()).unwrap();
        std::os::unix::fs::symlink(first_data.path().join("components"), second_data.path().join("components")).unwrap();
        let mut arguments = vec!["--database-url".to_owned(), Postgres::shared().database()];
        arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        Self { first_data, second_data, arguments }
    }

    async fn first(&self) -> Server {
        let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
        Server::start_with(&self.first_data, &arguments).await
    }

    async fn second(&self) -> Server {
        let key = self.first_data.path().join("master.key").display().to_string();
        let arguments = self.arguments.iter().map(String::as_str).chain(["--master-key-file", &key]).collect::<Vec<_>>();
        Server::start_with(&self.second_data, &arguments).await
    }
}

fn spec(version: &str) -> Value {
    json!({ "plugin": "greeter", "version": version, "instances": 2, "health_check": { "min_healthy_time": "0s", "min_requests": 20 } })
}

async fn readyz(server: &Server) -> String {
    server.http.get(format!("{}/readyz", server.api)).send().await.unwrap().text().await.unwrap()
}

/// Asks until it is so; gives how long that took.
async fn until(what: &str, within: Duration, mut is_so: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < within, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

#[tokio::test]
async fn what_one_accepts_the_other_sees_within_a_second_and_the_one_that_leads_carries_it_out() {
    let redis = Redis::start();
    let two = Two::new(&["--cache", &redis.url()]);
    let (leader, other) = (two.first().await, two.second().await);
    assert_eq!(readyz(&leader).await, "ready\n");
    assert_eq!(readyz(&other).await, "ready, standing by: another server leads\n");
    assert!(other.log().contains("this one stands by"), "{}", other.log());
    assert!(reqwest::get(format!("http://{}/", other.gateway)).await.is_err(), "who stands by takes no traffic");

    leader.with_greeter().await;
    // Each way, on what has been read before, so that it is remembered.
    for (round, (one, two)) in [(&leader, &other), (&other, &leader)].into_iter().enumerate() {
        let description = format!("round {round}");
        let read = async || two.client.get_plugin("greeter").await.unwrap().spec.description;
        read().await;
        let changed = json!({ "name": "greeter", "description": description });
        one.client.update_plugin("greeter", &serde_json::from_value(changed).unwrap()).await.unwrap();
        assert_eq!(
            one.client.get_plugin("greeter").await.unwrap().spec.description.as_deref(),
            Some(&*description),
            "at once through itself"
        );
        until("the change is seen", SOON, async || read().await.as_deref() == Some(&*description)).await;
    }

    // Asked of the one that stands by, done by the one that leads.
    other.put("acme", "hello", &spec("1.0.0")).await.unwrap();
    until("it serves", 20 * SOON, async || leader.call("acme", "hello", "/").await.status == 200).await;
    let rollout = other.begin("acme", "hello", &spec("1.1.0")).await;
    assert_eq!(other.outcome(&rollout).await.status.as_str(), "completed", "and followed through the one that stands by");
    assert_eq!(leader.call("acme", "hello", "/").await.text, "hello from greeter 1.1.0\n");
    let suspended = json!({ "name": "acme", "status": "suspended" });
    assert_eq!(other.ask(Method::PUT, "/v1/tenants/acme", Some(suspended)).await.status, 200);
    until("the tenant is suspended", 2 * SOON, async || leader.call("acme", "hello", "/").await.status != 200).await;
    let active = json!({ "name": "acme" });
    assert_eq!(other.ask(Method::PUT, "/v1/tenants/acme", Some(active)).await.status, 200);
    until("the tenant is active again", 2 * SOON, async || leader.call("acme", "hello", "/").await.status == 200).await;
    other.client.delete_deployment("acme", "hello").await.unwrap();
    until("it is gone", 2 * SOON, async || leader.call("acme", "hello", "/").await.status == 404).await;
}

#[tokio::test]
async fn when_the_one_that_leads_is_killed_the_other_takes_over_and_goes_on_with_what_was_under_way() {
    let two = Two::new(&[]);
    let (leader, other) = (two.first().await, two.second().await);
    leader.with_greeter().await;
    leader.deploy("acme", "hello", &spec("1.0.0")).await;
    let mut canary = spec("1.1.0");
    canary["strategy"] = json!({ "canary": { "steps": [{ "weight": 50, "hold": "60s" }] } });
    let rollout = leader.begin("acme", "hello", &canary).await;
    leader.step(&rollout, "advanced", 50).await;
    // What is said to the one that stands by is written down, and holds for whoever leads.
    let paused = other.client.pause_rollout(&rollout).await.unwrap();
    assert!(paused.paused_by.is_some(), "{paused:?}");

    let killed = leader.kill().await;
    let took = until("the other leads", Duration::from_secs(15), async || readyz(&other).await == "ready\n").await;
    assert!(took < Duration::from_secs(15), "{took:?}");
    until("it serves", Duration::from_secs(15), async || {
        let answer = other.http.get(format!("http://{}/", other.gateway)).header("host", "hello.acme.localhost").send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    let goes_on = other.client.get_rollout(&rollout).await.unwrap();
    assert_eq!((goes_on.weight, goes_on.paused_by.is_some()), (50, true), "the stage goes on: {goes_on:?}");
    other.client.abort_rollout(&rollout).await.unwrap();
    assert_eq!(other.outcome(&rollout).await.status.as_str(), "rolled_back");
    assert_eq!(other.call("acme", "hello", "/").await.text, "hello from greeter 1.0.0\n");

    // The one that was killed comes back, and stands by.
    let arguments: Vec<_> = two.arguments.iter().map(String::as_str).collect();
    let back = killed.restart_with(&two.first_data, &arguments).await;
    assert!(readyz(&back).await.contains("standing by"));
    other.stop().await;
    until("it leads again", Duration::from_secs(15), async || readyz(&back).await == "ready\n").await;
}

#[tokio::test]
async fn a_cache_that_is_killed_under_load_makes_nothing_wrong_and_is_told_of_once() {
    let redis = Redis::start();
    let data = DataFolder::new();
    let server = Arc::new(Server::start_with(&data, &["--cache", &redis.url()]).await);
    server.plugin("greeter").await;
    let number = |description: Option<String>| description.unwrap_or_default().parse::<i64>().unwrap_or(0);
    let (written, stop) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
    let readers = (0..8).map(|_| {
        let (server, written, stop) = (server.clone(), written.clone(), stop.clone());
        tokio::spawn(async move {
            let mut reads = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                // What was answered before this began must be in what is read.
                let least = written.load(Ordering::SeqCst);
                let read = number(server.client.get_plugin("greeter").await.unwrap().spec.description);
                assert!(read >= least, "{read} was read after {least} was written");
                reads += 1;
            }
            reads
        })
    });
    let readers: Vec<_> = readers.collect();
    let mut next = 0;
    let mut write = async |count: i64| {
        for _ in 0..count {
            next += 1;
            let spec = json!({ "name": "greeter", "description": next.to_string() });
            server.client.update_plugin("greeter", &serde_json::from_value(spec).unwrap()).await.unwrap();
            written.store(next, Ordering::SeqCst);
        }
    };
    write(50).await;
    assert_eq!(server.metric("hotswap_cache_redis_up", &[]).await, 1.0);
    redis.kill();
    write(100).await;
    until("its loss is noticed", Duration::from_secs(10), async || server.metric("hotswap_cache_redis_up", &[]).await == 0.0).await;
    redis.start_again();
    until("it is back", Duration::from_secs(20), async || {
        write(1).await;
        server.metric("hotswap_cache_redis_up", &[]).await == 1.0
    })
    .await;
    write(20).await;
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap() > 50, "readers were held up by nothing");
    }
    let log = server.log();
    assert_eq!(log.matches("the cache does not answer").count(), 1, "{log}");
    assert_eq!(log.matches("the cache is back").count(), 1, "{log}");
    assert!(server.metric("hotswap_cache_lookups_total", &["found_in=\"memory\""]).await > 0.0);
}

#[tokio::test]
async fn a_cache_that_was_never_there_keeps_no_server_from_starting() {
    let data = DataFolder::new();
    let server = Server::start_with(&data, &["--cache", &format!("redis://:s3cret@127.0.0.1:{}", hotswap_test_servers::free_port())]).await;
    server.with_greeter().await;
    assert_eq!(server.client.get_plugin("greeter").await.unwrap().spec.name.as_str(), "greeter");
    assert_eq!(server.log().matches("the cache does not answer").count(), 1);
    assert!(!server.log().contains("s3cret"));
}
