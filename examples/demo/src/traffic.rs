//! Traffic through the gateway: a few keep-alive connections, a steady rate, and a count of what became of each request.
//! Nothing is sent twice: a request that fails is counted, not tried again.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval_at, timeout};

use crate::tally::{Outcome, Tally};

const CONNECTIONS: u32 = 8;
/// A request without an answer for this long counts as dropped.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where requests go.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The gateway.
    pub(crate) gateway: SocketAddr,
    /// The host that names the deployment.
    pub(crate) host: String,
}

/// Traffic that goes on until it is stopped.
#[derive(Debug)]
pub(crate) struct Traffic {
    tally: Arc<Mutex<Tally>>,
    stop: watch::Sender<bool>,
    connections: JoinSet<()>,
}

impl Traffic {
    /// Begins to send this many requests a second.
    pub(crate) fn start(target: &Target, rate: u32) -> Self {
        let tally = Arc::<Mutex<Tally>>::default();
        let (stop, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        let period = Duration::from_secs(1) * CONNECTIONS / rate;
        for number in 0..CONNECTIONS {
            let (target, tally, mut stopped) = (target.clone(), Arc::clone(&tally), stopped.clone());
            let mut ticks = interval_at(tokio::time::Instant::now() + period * number / CONNECTIONS, period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            connections.spawn(async move {
                let mut connection = None;
                loop {
                    tokio::select! {
                        _ = stopped.changed() => return,
                        _ = ticks.tick() => {}
                    }
                    let outcome = timeout(PATIENCE, request(&target, &mut connection)).await.unwrap_or_else(|_| {
                        connection = None;
                        Outcome::Dropped { reason: format!("no answer within {PATIENCE:?}") }
                    });
                    tally.lock().unwrap_or_else(PoisonError::into_inner).add(outcome);
                }
            });
        }
        Self { tally, stop, connections }
    }

    /// The count so far.
    pub(crate) fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends nothing more, waits for the answers that are due, and gives the count.
    pub(crate) async fn stop(mut self) -> Tally {
        self.stop.send_replace(true);
        while self.connections.join_next().await.is_some() {}
        self.tally()
    }
}

/// The body of one answer, for people to see.
pub(crate) async fn greeting(target: &Target) -> Result<String> {
    let mut sender = connect(target).await?;
    let response = sender.send_request(get(target)).await?;
    let body = response.into_body().collect().await?.to_bytes();
    Ok(String::from_utf8_lossy(&body).trim().to_owned())
}

async fn request(target: &Target, connection: &mut Option<SendRequest<Empty<Bytes>>>) -> Outcome {
    match attempt(target, connection).await {
        Ok(outcome) => outcome,
        Err(error) => {
            *connection = None;
            Outcome::Dropped { reason: format!("{error:#}") }
        }
    }
}

async fn attempt(target: &Target, connection: &mut Option<SendRequest<Empty<Bytes>>>) -> Result<Outcome> {
    // A connection that the gateway has closed between two requests is no failure: the next request takes a new one.
    let mut sender = match connection.take() {
        Some(mut open) => match open.ready().await {
            Ok(()) => open,
            Err(_) => connect(target).await?,
        },
        None => connect(target).await?,
    };
    let response = sender.send_request(get(target)).await.context("the request failed")?;
    let outcome = Outcome::of(response.status(), response.headers());
    response.into_body().collect().await.context("the answer broke off")?;
    *connection = Some(sender);
    Ok(outcome)
}

async fn connect(target: &Target) -> Result<SendRequest<Empty<Bytes>>> {
    let stream = TcpStream::connect(target.gateway).await.context("no connection to the gateway")?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.context("no HTTP with the gateway")?;
    // It ends with the sender or the peer; what goes wrong, the request reports.
    tokio::spawn(connection);
    Ok(sender)
}

fn get(target: &Target) -> Request<Empty<Bytes>> {
    Request::get("/").header(HOST, &target.host).body(Empty::new()).expect("a path and a host name make a request")
}
