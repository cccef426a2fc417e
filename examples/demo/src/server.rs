//! The server of the demo: `hotswap serve` on an empty data folder and free ports. It ends with the value.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tokio::process::{Child, Command};
use tokio::time::Instant;

const READY_WITHIN: Duration = Duration::from_secs(30);

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    /// Killed when dropped.
    child: Child,
    log: PathBuf,
    /// Where its API is, as a URL.
    pub(crate) api: String,
    /// Where its gateway listens.
    pub(crate) gateway: SocketAddr,
    /// What opens the API.
    pub(crate) token: String,
}

/// What the server writes once it is ready.
#[derive(Debug, Deserialize)]
struct Endpoints {
    api: String,
    gateway: String,
}

impl Server {
    /// Starts one and waits until it is ready.
    pub(crate) async fn start(binary: &Path, data: &Path, log: &Path) -> Result<Self> {
        let output = std::fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut child = Command::new(binary)
            .arg("serve")
            .arg("--data-dir")
            .arg(data)
            .args(["--listen", "127.0.0.1:0", "--gateway-listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}; build it with `make build`", binary.display()))?;
        let deadline = Instant::now() + READY_WITHIN;
        let endpoints = loop {
            if let Some(status) = child.try_wait()? {
                bail!("the server ended with {status}:\n{}", tail(log));
            }
            if let Some(endpoints) = read_endpoints(data) {
                break endpoints;
            }
            if Instant::now() >= deadline {
                bail!("the server was not ready within {READY_WITHIN:?}:\n{}", tail(log));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let token_file = data.join("admin.token");
        let token =
            std::fs::read_to_string(&token_file).with_context(|| format!("cannot read {}", token_file.display()))?.trim().to_owned();
        let gateway = endpoints.gateway.trim_start_matches("http://").trim_end_matches('/');
        let gateway = gateway.parse().with_context(|| format!("{gateway:?} is no address of a gateway"))?;
        Ok(Self { child, log: log.to_owned(), api: endpoints.api, gateway, token })
    }

    /// The last lines of its log.
    pub(crate) fn log_tail(&self) -> String {
        tail(&self.log)
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the server had ended with {status}:\n{}", tail(&self.log));
        }
        self.child.kill().await.context("cannot end the server")
    }
}

/// Absent as long as the file is not there, or not whole.
fn read_endpoints(data: &Path) -> Option<Endpoints> {
    serde_json::from_slice(&std::fs::read(data.join("endpoints.json")).ok()?).ok()
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
