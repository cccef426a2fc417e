//! What the gateway and a fresh sandbox for each request cost against a bare server, and what a swap drops.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use hotswap_tests::{DataFolder, Load, Server};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::flood::{Taken, flood};
use crate::median;

const TENANTS: usize = 1_000;
const TIME: Duration = Duration::from_secs(5);
const ROUNDS: usize = 3;
const SWAPS: u32 = 50;

/// Answers everything with as many bytes as the greeter does. Says where on standard output, and ends with its starter.
pub(crate) async fn bare_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let answer = |_: Request<Incoming>| async {
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"hello from greeter 1.0.0\n"))))
        };
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
    }
}

pub(crate) async fn measure() -> String {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    let hosts = deployments(&server).await;

    let mut bare =
        Command::new(std::env::current_exe().unwrap()).arg("--bare-server").stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(bare.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    let floor: SocketAddr = line.trim().parse().unwrap();

    // In turns, so that what else the machine does falls on both.
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floors.push(flood(floor, bare.id().unwrap(), hosts.clone(), TIME).await);
        ours.push(flood(server.gateway, server.process(), hosts.clone(), TIME).await);
    }
    let row = |name: &str, taken: &[Taken]| {
        let of = |value: fn(&Taken) -> f64| median(&mut taken.iter().map(value).collect::<Vec<_>>());
        let rate = of(|taken| taken.requests_per_second);
        let row = format!(
            "| {name} | {rate:.0} | {:.2} ms | {:.2} ms | {:.0} µs |\n",
            of(|taken| taken.p50.as_secs_f64() * 1e3),
            of(|taken| taken.p99.as_secs_f64() * 1e3),
            of(|taken| taken.processor_time.as_secs_f64() * 1e6),
        );
        (row, rate)
    };
    let (floor, most) = row("bare hyper server", &floors);
    let (ours, rate) = row("gateway, fresh sandbox", &ours);
    format!(
        "{TENANTS} tenants with a deployment each, addressed by Host in turn; 32 connections from one thread, {ROUNDS} rounds of {} s each in turns, \
         medians. The plugin is the greeter (WAT), in a fresh sandbox for each request.\n\n\
         | | requests/s | p50 | p99 | server's processor time a request |\n| --- | --- | --- | --- | --- |\n{floor}{ours}\n\
         That is {:.0} % of the bare server's rate.\n\n{}",
        TIME.as_secs(),
        rate / most * 100.0,
        swaps(&server).await
    )
}

/// A tenant and a deployment each, all at once.
async fn deployments(server: &Server) -> Arc<[String]> {
    let spec = json!({ "plugin": "greeter", "version": "1.0.0", "instances": 32, "health_check": { "min_healthy_time": "0s" } });
    let hosts = stream::iter(0..TENANTS).map(|number| {
        let spec = spec.clone();
        async move {
            let tenant = format!("tenant-{number}");
            server.tenant(&tenant, json!({})).await;
            server.deploy(&tenant, "hello", &spec).await;
            format!("hello.{tenant}.localhost")
        }
    });
    hosts.buffer_unordered(16).collect::<Vec<_>>().await.into()
}

/// Swap after swap under load.
async fn swaps(server: &Server) -> String {
    let spec =
        |version: &str| json!({ "plugin": "greeter", "version": version, "instances": 8, "health_check": { "min_healthy_time": "0s" } });
    server.deploy("acme", "hello", &spec("1.0.0")).await;
    let load = Load::start(&server.target("acme", "hello"), 1_000);
    for swap in 0..SWAPS {
        server.deploy("acme", "hello", &spec(if swap % 2 == 0 { "1.1.0" } else { "1.0.0" })).await;
    }
    let tally = load.stop().await;
    format!(
        "A swap under load: {SWAPS} swaps between two versions, {} requests meanwhile, dropped: **{}**, plugin errors: {}.",
        tally.answered(),
        tally.dropped,
        tally.plugin_errors.values().sum::<u64>()
    )
}
