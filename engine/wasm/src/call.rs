//! One call: a fresh sandbox, one request, one timeout over all of it, and the fault if it fails.

use std::sync::Arc;

use hotswap_runtime::{Body, Fault, SandboxSpec};
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::Instrument;
use wasmtime::{Engine, PoolConcurrencyLimitError, Store, Trap};
use wasmtime_wasi::{I32Exit, WasiCtx};
use wasmtime_wasi_config::WasiConfigVariables;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::{WasiBody, WasiHttpView};

use crate::WasmConfig;
use crate::body::{AbortOnDrop, RequestBody, ResponseBody, Trouble};
use crate::limits::Limits;
use crate::meter::{Meter, Metered};
use crate::output::Output;
use crate::sandbox::Sandbox;

/// A component under a spec: what each of its calls has in common.
pub(crate) struct Callee {
    pub(crate) engine: Engine,
    pub(crate) pre: ProxyPre<Sandbox>,
    pub(crate) spec: SandboxSpec,
    pub(crate) labels: Arc<hotswap_runtime::Labels>,
    pub(crate) variables: Arc<WasiConfigVariables>,
    pub(crate) host: Arc<WasmConfig>,
    pub(crate) meter: Arc<Meter>,
}

type Head = Result<Response<WasiBody>, ErrorCode>;

/// Answers one request. The sandbox runs in a task of its own, so that it can write while the client reads.
pub(crate) async fn call(callee: &Arc<Callee>, request: Request<Body>) -> Result<Response<Body>, Fault> {
    callee.meter.call_begun();
    let deadline = Instant::now() + callee.spec.timeout;
    let trouble = Arc::new(Trouble::new(Arc::clone(&callee.meter)));
    let limit = callee.host.max_request_body;
    if request.body().size_hint().lower() > limit {
        return Err(trouble.fail(Fault::RequestTooLarge { limit }));
    }
    let mut request = request.map(|body| RequestBody::new(body, limit, Arc::clone(&trouble)));
    if request.uri().authority().is_none() && !request.headers().contains_key(HOST) {
        // The interface wants an authority, HTTP/1.0 doesn't.
        request.headers_mut().insert(HOST, HeaderValue::from_static("localhost"));
    }

    let (tell, told) = oneshot::channel();
    let task = run(Arc::clone(callee), request, tell, Arc::clone(&trouble), deadline);
    let sandbox = AbortOnDrop::new(tokio::spawn(task.in_current_span()));
    match told.await {
        Ok(Ok(response)) if response.status().is_informational() => {
            let reason = format!("its status is {}, which is no final one", response.status());
            Err(trouble.fail(Fault::BadResponse { reason }))
        }
        Ok(Ok(response)) => {
            let limit = callee.host.max_response_body;
            Ok(response.map(|body| ResponseBody::new(body, limit, trouble, sandbox).boxed_unsync()))
        }
        Ok(Err(code)) => Err(trouble.fail(
            trouble
                .of_the_request()
                .unwrap_or_else(|| Fault::BadResponse { reason: format!("the plugin answered with the error {code:?}") }),
        )),
        // Nothing will be set any more: the sandbox is gone, or it let go of what the response is set with.
        Err(_) => {
            let whole = sandbox.ended().await;
            let fault = trouble.fault().unwrap_or_else(|| {
                if whole { Fault::NoResponse } else { Fault::Internal { reason: "the task of the sandbox panicked".to_owned() } }
            });
            Err(trouble.fail(fault))
        }
    }
}

/// The life of one sandbox.
async fn run(callee: Arc<Callee>, request: Request<RequestBody>, tell: oneshot::Sender<Head>, trouble: Arc<Trouble>, deadline: Instant) {
    let mut store = callee.store();
    let work = Metered::new(serve(&mut store, &callee.pre, request, tell), Arc::clone(&callee.meter));
    let fault = match tokio::time::timeout_at(deadline, work).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => callee.fault(&error, &store, &trouble),
        Err(_) => Some(Fault::Timeout { after: callee.spec.timeout }),
    };
    // Before the store goes: with it goes the body's other end, and whoever reads it looks for a fault then.
    if let Some(fault) = fault {
        trouble.fail(fault);
    }
    drop(store);
}

async fn serve(
    store: &mut Store<Sandbox>,
    pre: &ProxyPre<Sandbox>,
    request: Request<RequestBody>,
    tell: oneshot::Sender<Head>,
) -> wasmtime::Result<()> {
    let proxy = pre.instantiate_async(&mut *store).await?;
    let request = store.data_mut().http().new_incoming_request(Scheme::Http, request)?;
    let out = store.data_mut().http().new_response_outparam(tell)?;
    proxy.wasi_http_incoming_handler().call_handle(&mut *store, request, out).await
}

impl Callee {
    fn store(&self) -> Store<Sandbox> {
        let bound = self.host.max_output;
        let wasi = WasiCtx::builder()
            .stdout(Output::new(Arc::clone(&self.labels), "stdout", bound))
            .stderr(Output::new(Arc::clone(&self.labels), "stderr", bound))
            .build();
        let limits = Limits::new(self.spec.memory_bytes, self.host.max_table_elements, Arc::clone(&self.meter));
        Sandbox::store(&self.engine, wasi, limits, Arc::clone(&self.variables))
    }

    /// What an error of the sandbox is to the caller; `None` if it is none, as a plain exit.
    fn fault(&self, error: &wasmtime::Error, store: &Store<Sandbox>, trouble: &Trouble) -> Option<Fault> {
        if error.is::<PoolConcurrencyLimitError>() {
            return Some(Fault::Overloaded { limit: u64::from(self.host.max_instances) });
        }
        if let Some(fault) = trouble.of_the_request() {
            return Some(fault);
        }
        if let Some(limit) = store.data().limits().refused() {
            return Some(Fault::OutOfMemory { limit });
        }
        if let Some(I32Exit(status)) = error.downcast_ref::<I32Exit>() {
            return (*status != 0).then(|| Fault::Trap { message: format!("it exited with status {status}") });
        }
        let message = match error.downcast_ref::<Trap>() {
            Some(trap) => trap.to_string(),
            None => error.root_cause().to_string(),
        };
        Some(Fault::Trap { message })
    }
}
