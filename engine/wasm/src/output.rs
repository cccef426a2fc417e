//! What a plugin prints: to the log line by line, with whose it is, and no more than a bound for each request.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use hotswap_runtime::Labels;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// The longest line; a longer one is broken.
const LINE: usize = 4 << 10;

/// The standard output or error of one sandbox.
#[derive(Clone)]
pub(crate) struct Output {
    lines: Arc<Mutex<Lines>>,
}

struct Lines {
    labels: Arc<Labels>,
    stream: &'static str,
    left: usize,
    pending: Vec<u8>,
}

impl Output {
    pub(crate) fn new(labels: Arc<Labels>, stream: &'static str, limit: usize) -> Self {
        let lines = Lines { labels, stream, left: limit, pending: Vec::new() };
        Self { lines: Arc::new(Mutex::new(lines)) }
    }

    fn take(&self, bytes: &[u8]) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).take(bytes);
    }
}

impl Lines {
    fn take(&mut self, bytes: &[u8]) {
        let within = &bytes[..bytes.len().min(self.left)];
        for part in within.split_inclusive(|byte| *byte == b'\n') {
            for piece in part.chunks(LINE) {
                self.pending.extend_from_slice(piece);
                if self.pending.last() == Some(&b'\n') || self.pending.len() >= LINE {
                    self.emit();
                }
            }
        }
        let cut = within.len() < bytes.len() && self.left > 0;
        self.left -= within.len();
        if cut {
            self.emit();
            let Labels { tenant, deployment, plugin, version, revision } = &*self.labels;
            tracing::warn!(
                target: "hotswap::plugin",
                tenant, deployment, plugin, version, revision, stream = self.stream,
                "the plugin prints more than is kept of one request; the rest is left out"
            );
        }
    }

    fn emit(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(&self.pending);
        let Labels { tenant, deployment, plugin, version, revision } = &*self.labels;
        tracing::info!(
            target: "hotswap::plugin",
            tenant, deployment, plugin, version, revision, stream = self.stream,
            "{}",
            text.trim_end().escape_debug()
        );
        self.pending.clear();
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.emit();
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        // What is over the bound is taken and left out: a plugin must not fail for being talkative.
        Ok(64 << 10)
    }
}

#[async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Output {
    fn poll_write(self: Pin<&mut Self>, _context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
