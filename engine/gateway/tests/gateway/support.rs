//! Plugins that do as a test says, a gateway on a free port, and a client.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hotswap_gateway::{Gateway, GatewayConfig, RevisionGroup, Route, SignalCounts, Target};
use hotswap_model::{DeploymentName, TenantName};
use hotswap_runtime::{Body, Fault, Labels, Plugin, SlotPool, SlotState, Usage, body};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub(crate) const LONG: Duration = Duration::from_secs(30);

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Fault>> + Send>>;

/// A plugin that is a function.
pub(crate) struct Does {
    act: Box<dyn Fn(Request<Body>) -> Answer + Send + Sync>,
    calls: AtomicU64,
}

impl Does {
    pub(crate) fn new<F, R>(act: F) -> Arc<Self>
    where
        F: Fn(Request<Body>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Response<Body>, Fault>> + Send + 'static,
    {
        Arc::new(Self { act: Box::new(move |request| Box::pin(act(request))), calls: AtomicU64::new(0) })
    }

    /// Answers 200 with this text.
    pub(crate) fn says(text: &'static str) -> Arc<Self> {
        Self::new(move |_| async move { Ok(Response::new(body(text))) })
    }

    /// Fails every request so.
    pub(crate) fn fails(fault: Fault) -> Arc<Self> {
        Self::new(move |_| {
            let fault = fault.clone();
            async move { Err(fault) }
        })
    }

    /// Answers once it is let, by a permit each.
    pub(crate) fn waits(gate: &Arc<Semaphore>) -> Arc<Self> {
        let gate = Arc::clone(gate);
        Self::new(move |_| {
            let gate = Arc::clone(&gate);
            async move {
                gate.acquire().await.unwrap().forget();
                Ok(Response::new(body("let")))
            }
        })
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Plugin for Does {
    async fn call(&self, request: Request<Body>) -> Result<Response<Body>, Fault> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        (self.act)(request).await
    }

    fn usage(&self) -> Usage {
        Usage { calls: self.calls(), ..Usage::default() }
    }
}

pub(crate) fn labels(revision: u64) -> Labels {
    Labels { tenant: "acme".into(), deployment: "hello".into(), plugin: "greeter".into(), version: format!("1.{revision}.0"), revision }
}

/// A revision with every slot available.
pub(crate) fn group(revision: u64, slots: usize, plugin: Arc<dyn Plugin>) -> Arc<RevisionGroup> {
    let group = RevisionGroup::new(labels(revision), plugin, SlotPool::new(slots), None);
    for ordinal in 0..slots {
        group.slots().mark(ordinal, SlotState::Available);
    }
    group
}

pub(crate) fn tenant() -> TenantName {
    "acme".parse().unwrap()
}

pub(crate) fn deployment() -> DeploymentName {
    "hello".parse().unwrap()
}

pub(crate) fn route(targets: &[(&Arc<RevisionGroup>, u8)], generation: i64) -> Route {
    let targets = targets.iter().map(|&(group, weight)| Target { group: Arc::clone(group), weight }).collect();
    Route { targets, generation, ..Route::default() }
}

/// A gateway that listens.
pub(crate) struct Served {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) server: tokio::task::JoinHandle<()>,
}

impl Served {
    pub(crate) async fn with(config: GatewayConfig) -> Self {
        let gateway = Gateway::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let server = tokio::spawn(Arc::clone(&gateway).serve(listener, shutdown.clone()));
        Self { gateway, address, shutdown, server }
    }

    /// A gateway with default settings, where `acme/hello` goes to `group`.
    pub(crate) async fn of(group: &Arc<RevisionGroup>) -> Self {
        let served = Self::with(GatewayConfig::default()).await;
        served.goes_to(&[(group, 100)]);
        served
    }

    pub(crate) fn goes_to(&self, targets: &[(&Arc<RevisionGroup>, u8)]) {
        self.gateway.set_route(&tenant(), &deployment(), route(targets, 1)).unwrap();
    }

    pub(crate) async fn client(&self) -> Client {
        Client::to(self.address).await
    }

    /// One request on a connection of its own.
    pub(crate) async fn get(&self, path: &str) -> Got {
        self.client().await.get(path).await
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn problem(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem: serde_json::Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(problem["code"], self.header("x-hotswap-error"));
        assert_eq!(problem["status"], self.status.as_u16());
        problem
    }
}

/// One connection.
pub(crate) struct Client {
    send: SendRequest<Full<Bytes>>,
}

impl Client {
    pub(crate) async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (send, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self { send }
    }

    /// The head of the answer.
    pub(crate) async fn begin(&mut self, request: Request<Full<Bytes>>) -> Response<hyper::body::Incoming> {
        self.send.ready().await.unwrap();
        tokio::time::timeout(LONG, self.send.send_request(request)).await.unwrap().unwrap()
    }

    /// The whole answer, if there is one.
    pub(crate) async fn try_send(&mut self, request: Request<Full<Bytes>>) -> Result<Got, hyper::Error> {
        self.send.ready().await?;
        let answer = async {
            let (parts, body) = self.send.send_request(request).await?.into_parts();
            let text = String::from_utf8(body.collect().await?.to_bytes().to_vec()).unwrap();
            Ok(Got { status: parts.status, headers: parts.headers, text })
        };
        tokio::time::timeout(LONG, answer).await.unwrap()
    }

    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Got {
        self.try_send(request).await.unwrap()
    }

    pub(crate) async fn get(&mut self, path: &str) -> Got {
        self.send(get(path)).await
    }
}

/// `GET path` of `acme/hello`.
pub(crate) fn get(path: &str) -> Request<Full<Bytes>> {
    Request::get(path).header("host", "hello.acme.localhost").body(Full::default()).unwrap()
}

/// Waits until the counts are as wanted.
pub(crate) async fn until(group: &RevisionGroup, wanted: impl Fn(&SignalCounts) -> bool) -> SignalCounts {
    let look = async {
        loop {
            let counts = group.signals().counts();
            if wanted(&counts) {
                return counts;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(LONG, look).await.unwrap_or_else(|_| panic!("{:?}", group.signals().counts()))
}

/// Waits until something is so.
pub(crate) async fn so(is: impl Fn() -> bool) {
    let look = async {
        while !is() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(LONG, look).await.unwrap();
}
