//! The body of a request on its way to the plugin: bounded, and watched, so that a client that sends too much, too
//! slowly or goes away isn't taken for a plugin that fails.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hotswap_runtime::{Body, BoxError, Fault};
use http_body::{Frame, SizeHint};

/// How the client does with its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Sending {
    /// What the plugin asked for so far, it has.
    InTime,
    /// The plugin waits for the client.
    Awaited,
    /// There was more than the limit.
    TooLarge,
    /// The connection broke.
    Broken,
}

/// Looks at how the client does, while the plugin reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Option<Arc<AtomicU8>>);

impl Watch {
    pub(crate) fn now(&self) -> Sending {
        match self.0.as_ref().map_or(0, |state| state.load(Relaxed)) {
            0 => Sending::InTime,
            1 => Sending::Awaited,
            2 => Sending::TooLarge,
            _ => Sending::Broken,
        }
    }
}

struct Inbound<B> {
    inner: B,
    left: u64,
    limit: u64,
    state: Arc<AtomicU8>,
}

/// The body for the plugin, and the watch on it.
pub(crate) fn inbound<B>(body: B, limit: u64) -> (Body, Watch)
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    if body.is_end_stream() {
        return (hotswap_runtime::empty_body(), Watch(None));
    }
    let state = Arc::new(AtomicU8::new(Sending::InTime as u8));
    let watch = Watch(Some(Arc::clone(&state)));
    (Body::new(Inbound { inner: body, left: limit, limit, state }), watch)
}

impl<B> http_body::Body for Inbound<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if this.state.load(Relaxed) >= Sending::TooLarge as u8 {
            return Poll::Ready(None);
        }
        this.state.store(Sending::Awaited as u8, Relaxed);
        let (state, answer) = match ready!(Pin::new(&mut this.inner).poll_frame(cx)) {
            Some(Ok(frame)) => match this.left.checked_sub(frame.data_ref().map_or(0, |data| data.len() as u64)) {
                Some(left) => {
                    this.left = left;
                    (Sending::InTime, Some(Ok(frame)))
                }
                None => (Sending::TooLarge, Some(Err(BoxError::from(Fault::RequestTooLarge { limit: this.limit })))),
            },
            Some(Err(error)) => (Sending::Broken, Some(Err(error.into()))),
            None => (Sending::InTime, None),
        };
        this.state.store(state as u8, Relaxed);
        Poll::Ready(answer)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
