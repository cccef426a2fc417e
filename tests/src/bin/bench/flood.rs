//! As many requests as a server takes: so many connections, each with one request after the other, from one thread, so that the server
//! has a core and more to itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hotswap_tests::processor_time;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::client::conn::http1::handshake;
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const CONNECTIONS: usize = 32;

/// What a server took.
pub(crate) struct Taken {
    pub(crate) requests_per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// Processor time of the server, for each request.
    pub(crate) processor_time: Duration,
}

/// Sends requests to these hosts in turn, for so long, to the server that is this process. Every answer must be 200.
pub(crate) async fn flood(server: SocketAddr, process: u32, hosts: Arc<[String]>, time: Duration) -> Taken {
    let thread = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(send(server, process, hosts, time))
    };
    tokio::task::spawn_blocking(thread).await.unwrap()
}

async fn send(server: SocketAddr, process: u32, hosts: Arc<[String]>, time: Duration) -> Taken {
    let before = processor_time(process);
    let (next, began) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (hosts, next) = (hosts.clone(), next.clone());
        connections.spawn(async move {
            let stream = TcpStream::connect(server).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            let mut took = Vec::new();
            while began.elapsed() < time {
                let host = &hosts[next.fetch_add(1, Ordering::Relaxed) % hosts.len()];
                let request = Request::get("/").header(HOST, host).body(Empty::<Bytes>::new()).unwrap();
                let sent = Instant::now();
                sender.ready().await.unwrap();
                let response = sender.send_request(request).await.unwrap();
                assert_eq!(response.status(), 200, "{host}");
                response.into_body().collect().await.unwrap();
                took.push(sent.elapsed());
            }
            took
        });
    }
    let mut took: Vec<Duration> = connections.join_all().await.into_iter().flatten().collect();
    let seconds = began.elapsed().as_secs_f64();
    let spent = processor_time(process) - before;
    took.sort();
    Taken {
        requests_per_second: took.len() as f64 / seconds,
        p50: took[took.len() / 2],
        p99: took[took.len() * 99 / 100],
        processor_time: spent / took.len() as u32,
    }
}
