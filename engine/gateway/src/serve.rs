//! The socket: accepting connections, the limits of each, and stopping without breaking one off.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::Gateway;

/// How long to leave the listener alone after the system could not accept, usually for want of file descriptors.
const AFTER_ACCEPT_FAILED: Duration = Duration::from_millis(50);

impl Gateway {
    /// Serves HTTP/1.1 on `listener` until `shutdown`; then accepts no more, lets requests in flight end for up to
    /// [`crate::GatewayConfig::stop_within`], breaks off what is left, and returns.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, shutdown: CancellationToken) {
        let connections = TaskTracker::new();
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.config.head_timeout).max_header_size(self.config.max_head).keep_alive(true);
        loop {
            let accepted = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let served = Arc::clone(&self).connection(http.clone(), stream, peer.ip().to_canonical(), shutdown.child_token());
                    connections.spawn(served);
                }
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}");
                    tokio::time::sleep(AFTER_ACCEPT_FAILED).await;
                }
            }
        }
        drop(listener);
        connections.close();
        tracing::debug!(connections = connections.len(), "gateway stops");
        connections.wait().await;
    }

    async fn connection(self: Arc<Self>, http: http1::Builder, stream: TcpStream, peer: IpAddr, shutdown: CancellationToken) {
        // Without it small answers wait for the client's acknowledgement; a socket that refuses still works.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!("cannot set TCP_NODELAY: {error}");
        }
        let gateway = &self;
        let service = service_fn(move |request| async move { Ok::<_, Infallible>(gateway.answer(request, peer).await) });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                match tokio::time::timeout(self.config.stop_within, connection).await {
                    Ok(ended) => ended,
                    Err(_) => {
                        tracing::warn!(%peer, "a request was broken off: it did not end within {:?} of the stop", self.config.stop_within);
                        return;
                    }
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%peer, "connection ended: {error}");
        }
    }
}
