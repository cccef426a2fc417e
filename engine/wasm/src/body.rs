//! The bodies of a call, both ways: limited in size, and failing with the fault that ended the call.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hotswap_runtime::{Body, BoxError, Fault};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::{LengthLimitError, Limited};
use tokio::task::JoinHandle;
use wasmtime_wasi_http::{Error as HttpError, WasiBody};

use crate::meter::Meter;

/// What went wrong with one call. The first fault is the one that counts.
pub(crate) struct Trouble {
    meter: Arc<Meter>,
    fault: OnceLock<Fault>,
    /// What is wrong with the client's body: the cause, if the plugin fails over it.
    request: OnceLock<Fault>,
}

impl Trouble {
    pub(crate) fn new(meter: Arc<Meter>) -> Self {
        Self { meter, fault: OnceLock::new(), request: OnceLock::new() }
    }

    /// Records the fault of the call, and gives the one that counts.
    pub(crate) fn fail(&self, fault: Fault) -> Fault {
        if self.fault.set(fault.clone()).is_ok() {
            self.meter.faulted(&fault);
        }
        self.fault().unwrap_or(fault)
    }

    pub(crate) fn fault(&self) -> Option<Fault> {
        self.fault.get().cloned()
    }

    pub(crate) fn of_the_request(&self) -> Option<Fault> {
        self.request.get().cloned()
    }
}

/// A task that ends when this is dropped.
pub(crate) struct AbortOnDrop(Option<JoinHandle<()>>);

impl AbortOnDrop {
    pub(crate) fn new(task: JoinHandle<()>) -> Self {
        Self(Some(task))
    }

    /// Waits for the task's end: `false` if it panicked.
    pub(crate) async fn ended(mut self) -> bool {
        match self.0.as_mut() {
            Some(task) => task.await.is_ok(),
            None => true,
        }
    }

    /// Lets the task go on.
    fn detach(mut self) {
        self.0 = None;
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

/// A request's body on its way into the sandbox.
pub(crate) struct RequestBody {
    inner: Limited<Body>,
    limit: u64,
    trouble: Arc<Trouble>,
}

impl RequestBody {
    pub(crate) fn new(body: Body, limit: u64, trouble: Arc<Trouble>) -> Self {
        let inner = Limited::new(body, usize::try_from(limit).unwrap_or(usize::MAX));
        Self { inner, limit, trouble }
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        Poll::Ready(frame.map(|frame| {
            frame.map_err(|error| {
                let (fault, told) = if error.is::<LengthLimitError>() {
                    (Fault::RequestTooLarge { limit: self.limit }, HttpError::HttpRequestBodySize(Some(self.limit)))
                } else {
                    (Fault::RequestBroken { reason: format!("its body broke off: {error}") }, HttpError::ConnectionTerminated)
                };
                // The first trouble stays; a second is its consequence.
                let _ = self.trouble.request.set(fault);
                told
            })
        }))
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }
}

/// A response's body on its way out of the sandbox. Dropped before its end, it ends the sandbox.
pub(crate) struct ResponseBody {
    inner: Limited<WasiBody>,
    limit: u64,
    trouble: Arc<Trouble>,
    sandbox: Option<AbortOnDrop>,
    ended: bool,
}

impl ResponseBody {
    pub(crate) fn new(body: WasiBody, limit: u64, trouble: Arc<Trouble>, sandbox: AbortOnDrop) -> Self {
        let inner = Limited::new(body, usize::try_from(limit).unwrap_or(usize::MAX));
        Self { inner, limit, trouble, sandbox: Some(sandbox), ended: false }
    }

    fn failed(&mut self, fault: Fault) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.ended = true;
        self.sandbox = None;
        Poll::Ready(Some(Err(Box::new(self.trouble.fail(fault)))))
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
            Some(Ok(frame)) => Poll::Ready(Some(Ok(frame))),
            Some(Err(error)) if error.is::<LengthLimitError>() => {
                let reason = format!("its body is larger than {} bytes", self.limit);
                self.failed(Fault::BadResponse { reason })
            }
            Some(Err(error)) => {
                let reason = format!("its body was given up: {error}");
                self.failed(Fault::BadResponse { reason })
            }
            // The body of a sandbox that failed ends like any other: the fault, set before the sandbox was taken
            // down, tells them apart.
            None => match self.trouble.fault() {
                Some(fault) => self.failed(fault),
                None => {
                    self.ended = true;
                    // The plugin may do a little more after its last byte.
                    if let Some(sandbox) = self.sandbox.take() {
                        sandbox.detach();
                    }
                    Poll::Ready(None)
                }
            },
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
