//! A proxy before a server that fails as servers and networks do, when the test says so.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It doesn't.
    None,
    /// Every request is answered with this status and a code that servers give with it.
    Status(u16),
    /// So many requests are answered so, the rest goes through.
    StatusFor(u16, u64),
    /// Every connection ends after so many bytes of answers.
    AnswersCutAfter(u64),
    /// Every connection ends after so many bytes of requests.
    RequestsCutAfter(u64),
    /// Connections are taken, and nothing is answered.
    Silence,
    /// No connection is taken.
    Gone,
}

/// A proxy of this process; connections that are open when the fault changes are cut.
pub struct Proxy {
    address: SocketAddr,
    fault: watch::Sender<Fault>,
    failed: Arc<AtomicU64>,
    _task: Abort,
}

struct Abort(tokio::task::JoinHandle<()>);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Proxy {
    /// Starts one before what listens at `server`.
    ///
    /// # Errors
    /// If there is no port for it.
    pub async fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (fault, faults) = watch::channel(Fault::None);
        let failed = Arc::new(AtomicU64::new(0));
        let counted = failed.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (mut faults, counted) = (faults.clone(), counted.clone());
                let fault = *faults.borrow_and_update();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = serve(client, server, fault, &counted) => {}
                        _ = faults.changed() => {}
                    }
                });
            }
        });
        Ok(Self { address, fault, failed, _task: Abort(task) })
    }

    /// Fails like this from now on.
    pub fn fail(&self, fault: Fault) {
        self.failed.store(0, Ordering::Relaxed);
        self.fault.send_replace(fault);
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The environment for a process that is to use it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        crate::server::environment(&self.endpoint())
    }
}

async fn serve(mut client: TcpStream, server: SocketAddr, fault: Fault, failed: &AtomicU64) -> io::Result<()> {
    match fault {
        Fault::Gone => return Ok(()),
        Fault::Silence => {
            let mut sink = tokio::io::sink();
            tokio::io::copy(&mut client, &mut sink).await?;
            return Ok(());
        }
        Fault::Status(status) => return refuse(client, status).await,
        Fault::StatusFor(status, times) if failed.fetch_add(1, Ordering::Relaxed) < times => return refuse(client, status).await,
        _ => {}
    }
    let mut server = TcpStream::connect(server).await?;
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) = (client.split(), server.split());
    let (requests, answers) = match fault {
        Fault::RequestsCutAfter(bytes) => (bytes, u64::MAX),
        Fault::AnswersCutAfter(bytes) => (u64::MAX, bytes),
        _ => (u64::MAX, u64::MAX),
    };
    tokio::select! {
        ended = pass(&mut from_client, &mut to_server, requests) => ended,
        ended = pass(&mut from_server, &mut to_client, answers) => ended,
    }
}

async fn pass(from: &mut (impl tokio::io::AsyncRead + Unpin), to: &mut (impl tokio::io::AsyncWrite + Unpin), most: u64) -> io::Result<()> {
    tokio::io::copy(&mut from.take(most), to).await?;
    to.flush().await
}

/// Answers one request without asking the server, and closes.
async fn refuse(mut client: TcpStream, status: u16) -> io::Result<()> {
    let mut head = vec![];
    let mut piece = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match client.read(&mut piece).await? {
            0 => return Ok(()),
            read => head.extend_from_slice(&piece[..read]),
        }
    }
    let (reason, code) = match status {
        503 => ("Service Unavailable", "SlowDown"),
        403 => ("Forbidden", "AccessDenied"),
        _ => ("Internal Server Error", "InternalError"),
    };
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as the test wants it</Message></Error>");
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: application/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes()).await?;
    client.write_all(body.as_bytes()).await?;
    client.shutdown().await?;
    // What is still being sent is taken, or the answer would be lost with the connection.
    tokio::io::copy(&mut client, &mut tokio::io::sink()).await.map(drop)
}
