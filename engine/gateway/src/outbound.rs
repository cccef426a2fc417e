//! The body of a response on its way to the client. The plugin's slot is held until it ends, breaks off, or the client
//! is gone.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hotswap_runtime::{Body, BoxError, Fault};
use http_body::{Body as _, Frame, SizeHint};

use crate::track::Ongoing;

/// The body of an answer: the gateway's own, or a plugin's.
pub struct Reply(Kind);

enum Kind {
    Whole(Option<Bytes>),
    Streamed(Outbound),
}

impl Reply {
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self(Kind::Whole((!bytes.is_empty()).then_some(bytes)))
    }

    /// A plugin's body, of `length` bytes if that was stated.
    pub(crate) fn streamed(body: Body, ongoing: Ongoing, length: Option<u64>) -> Self {
        let mut outbound = Outbound {
            running: Some(Running { body, ongoing }),
            length,
            sent: 0,
            began: Instant::now(),
            yielded: None,
            stalled: Duration::ZERO,
        };
        outbound.end_if_whole();
        Self(Kind::Streamed(outbound))
    }
}

struct Outbound {
    /// None once the response is whole, or has broken off.
    running: Option<Running>,
    length: Option<u64>,
    sent: u64,
    began: Instant,
    /// When the client was handed what it hasn't taken yet.
    yielded: Option<Instant>,
    /// How long it was waited for the client.
    stalled: Duration,
}

struct Running {
    // First, so that the sandbox has ended when the slot is given back.
    body: Body,
    ongoing: Ongoing,
}

impl Outbound {
    /// Gives the slot back as soon as nothing is left to send: the server may not ask again.
    fn end_if_whole(&mut self) {
        let whole = self.length == Some(self.sent);
        if self.running.as_ref().is_some_and(|running| whole || running.body.is_end_stream()) {
            self.end();
        }
    }

    fn end(&mut self) {
        if let Some(mut running) = self.running.take()
            && self.length.is_some_and(|length| self.sent < length)
        {
            let reason = format!("{} of the {} bytes it stated", self.sent, self.length.unwrap_or_default());
            running.ongoing.broke_off(&Fault::BadResponse { reason });
        }
    }

    fn break_off(&mut self, error: &BoxError) {
        let Some(mut running) = self.running.take() else { return };
        let internal;
        let fault = match error.downcast_ref::<Fault>() {
            Some(fault) => fault,
            None => {
                internal = Fault::Internal { reason: error.to_string() };
                &internal
            }
        };
        // A timeout that passed mostly in waiting for the client to read is not the plugin's.
        let by_client = matches!(fault, Fault::Timeout { .. }) && self.stalled * 2 > self.began.elapsed();
        tracing::debug!(parent: None, tenant = running.ongoing.group.labels.tenant, deployment = running.ongoing.group.labels.deployment, revision = running.ongoing.group.labels.revision, by_client, "response broke off: {fault}");
        if !by_client {
            running.ongoing.broke_off(fault);
        }
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(yielded) = self.yielded.take() {
            self.stalled += yielded.elapsed();
        }
        let Some(running) = &mut self.running else { return Poll::Ready(None) };
        Poll::Ready(match ready!(Pin::new(&mut running.body).poll_frame(cx)) {
            Some(Ok(frame)) => {
                self.sent += frame.data_ref().map_or(0, |data| data.len() as u64);
                self.end_if_whole();
                if self.running.is_some() {
                    self.yielded = Some(Instant::now());
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                self.break_off(&error);
                Some(Err(error))
            }
            None => {
                self.end();
                None
            }
        })
    }
}

impl http_body::Body for Reply {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Kind::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Kind::Streamed(outbound) => outbound.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(bytes) => bytes.is_none(),
            Kind::Streamed(outbound) => outbound.running.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Kind::Streamed(outbound) => outbound.running.as_ref().map_or(SizeHint::with_exact(0), |running| running.body.size_hint()),
        }
    }
}
