//! The socket: a Unix one in a folder of its own, plain or under TLS, removed when the process ends.

use std::{
    io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{UnixListener, UnixStream},
    sync::mpsc,
};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

/// A listening socket. Dropping it removes the socket and its folder.
pub(crate) struct Socket {
    listener: UnixListener,
    path: PathBuf,
    folder: tempfile::TempDir,
}

/// The folder of a socket whose connections are being served.
pub(crate) struct SocketFolder(#[expect(dead_code, reason = "held for its Drop")] tempfile::TempDir);

impl Socket {
    /// Listens in a new folder, open to this user alone, below `parent` (the system's temporary folder if none is given).
    pub(crate) fn bind(parent: Option<&Path>) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("tf-provider-");
        let folder = match parent {
            Some(parent) => builder.tempdir_in(parent)?,
            None => builder.tempdir()?,
        };
        let path = folder.path().join("socket");
        Ok(Self { listener: UnixListener::bind(&path)?, path, folder })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The connections, as they come. One that fails its TLS handshake is logged and dropped.
    pub(crate) fn connections(self, tls: Option<rustls::ServerConfig>) -> (ReceiverStream<io::Result<Connection>>, SocketFolder) {
        let (sender, receiver) = mpsc::channel(16);
        let acceptor = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        tokio::spawn(accept(self.listener, acceptor, sender));
        (ReceiverStream::new(receiver), SocketFolder(self.folder))
    }
}

async fn accept(listener: UnixListener, acceptor: Option<TlsAcceptor>, sender: mpsc::Sender<io::Result<Connection>>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(secure(stream, acceptor.clone(), sender.clone()));
            }
            Err(error) => {
                tracing::error!(%error, "can't accept connections any more");
                return;
            }
        }
    }
}

async fn secure(stream: UnixStream, acceptor: Option<TlsAcceptor>, sender: mpsc::Sender<io::Result<Connection>>) {
    let connection = match acceptor {
        None => Connection(Box::new(stream)),
        Some(acceptor) => match acceptor.accept(stream).await {
            Ok(stream) => Connection(Box::new(stream)),
            Err(error) => return tracing::warn!(%error, "refused a connection"),
        },
    };
    // An error means that the server is going down and wants no more connections.
    let _ = sender.send(Ok(connection)).await;
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// One connection, plain or secured.
pub(crate) struct Connection(Box<dyn Duplex>);

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
