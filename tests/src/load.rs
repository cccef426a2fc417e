//! Traffic through the gateway: keep-alive connections, a steady rate, and a count of what became of each request.
//! Nothing is sent twice: a request that fails is counted, not tried again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HOST, HeaderMap};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A request without an answer for this long counts as dropped.
const PATIENCE: Duration = Duration::from_secs(20);
const CONNECTIONS: u32 = 4;
/// Reasons that are kept word for word.
const KEPT: usize = 20;

/// Where requests go.
#[derive(Debug, Clone)]
pub struct Target {
    /// The gateway.
    pub gateway: SocketAddr,
    /// The host that names the deployment.
    pub host: String,
    /// What is asked for.
    pub path: String,
}

/// What became of the requests.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Answers below 500, by version.
    pub by_version: BTreeMap<String, u64>,
    /// The plugin's own 5xx, and its traps, timeouts and the like, by version.
    pub plugin_errors: BTreeMap<String, u64>,
    /// Refused by a limit of the tenant.
    pub limited: u64,
    /// Failed because of us.
    pub dropped: u64,
    /// Why, for the first of them.
    pub reasons: Vec<String>,
}

impl Tally {
    /// Requests that were answered by plugins.
    pub fn answered(&self) -> u64 {
        self.by_version.values().sum::<u64>() + self.plugin_errors.values().sum::<u64>()
    }

    /// The share of the answers that this version gave.
    pub fn share(&self, version: &str) -> f64 {
        let of = |map: &BTreeMap<String, u64>| map.get(version).copied().unwrap_or_default();
        (of(&self.by_version) + of(&self.plugin_errors)) as f64 / self.answered().max(1) as f64
    }

    fn count(&mut self, status: u16, headers: &HeaderMap) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let version = text("x-hotswap-version").to_owned();
        match text("x-hotswap-error") {
            "rate_limited" => self.limited += 1,
            error if error.starts_with("plugin_") => *self.plugin_errors.entry(version).or_default() += 1,
            "" if version.is_empty() => self.drop_one(format!("{status} from nobody")),
            "" if status >= 500 => *self.plugin_errors.entry(version).or_default() += 1,
            "" => *self.by_version.entry(version).or_default() += 1,
            error => self.drop_one(format!("{status} {error}")),
        }
    }

    fn drop_one(&mut self, reason: String) {
        self.dropped += 1;
        if self.reasons.len() < KEPT {
            self.reasons.push(reason);
        }
    }
}

/// Traffic that goes on until it is stopped.
#[derive(Debug)]
pub struct Load {
    tally: Arc<Mutex<Tally>>,
    stop: watch::Sender<bool>,
    connections: JoinSet<()>,
}

impl Load {
    /// Begins to send this many requests a second.
    pub fn start(target: &Target, rate: u32) -> Self {
        let tally = Arc::<Mutex<Tally>>::default();
        let (stop, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        let period = Duration::from_secs(1) * CONNECTIONS / rate;
        for number in 0..CONNECTIONS {
            let (target, tally, mut stopped) = (target.clone(), Arc::clone(&tally), stopped.clone());
            let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + period * number / CONNECTIONS, period);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            connections.spawn(async move {
                let mut connection = None;
                loop {
                    tokio::select! {
                        _ = stopped.changed() => return,
                        _ = ticks.tick() => {}
                    }
                    let outcome = tokio::time::timeout(PATIENCE, attempt(&target, &mut connection)).await;
                    let outcome = outcome.unwrap_or_else(|_| Err(format!("no answer within {PATIENCE:?}")));
                    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                    match outcome {
                        Ok((status, headers)) => tally.count(status, &headers),
                        Err(reason) => tally.drop_one(reason),
                    }
                }
            });
        }
        Self { tally, stop, connections }
    }

    /// The count so far.
    pub fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins the count anew and gives the old one. Requests under way are counted anew.
    pub fn take(&self) -> Tally {
        std::mem::take(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until so many requests were answered since the count began.
    pub async fn answered(&self, count: u64) {
        let begun = Instant::now();
        while self.tally().answered() < count {
            assert!(begun.elapsed() < Duration::from_secs(90), "traffic stands still: {:?}", self.tally());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Sends nothing more, waits for the answers that are due, and gives the count.
    pub async fn stop(mut self) -> Tally {
        self.stop.send_replace(true);
        while self.connections.join_next().await.is_some() {}
        self.tally()
    }
}

async fn attempt(target: &Target, connection: &mut Option<SendRequest<Empty<Bytes>>>) -> Result<(u16, HeaderMap), String> {
    // A connection that was closed between two requests is no failure: the next request takes a new one.
    let mut sender = match connection.take() {
        Some(mut open) => match open.ready().await {
            Ok(()) => open,
            Err(_) => connect(target).await?,
        },
        None => connect(target).await?,
    };
    let request = Request::get(&target.path).header(HOST, &target.host).body(Empty::new()).map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(|error| format!("the request failed: {error:?}"))?;
    let told = (response.status().as_u16(), response.headers().clone());
    response.into_body().collect().await.map_err(|error| format!("the answer broke off: {error:?}"))?;
    *connection = Some(sender);
    Ok(told)
}

async fn connect(target: &Target) -> Result<SendRequest<Empty<Bytes>>, String> {
    let stream = TcpStream::connect(target.gateway).await.map_err(|error| format!("no connection to the gateway: {error}"))?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| format!("no HTTP with the gateway: {error}"))?;
    // It ends with the sender or the peer; what goes wrong, the request reports.
    tokio::spawn(connection);
    Ok(sender)
}
