//! A running `hotswap serve`: started, killed, stopped, started again on the same ports.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use hotswap_client::{Client, ClientConfig, Credentials, Endpoint, Token};
use tokio::process::{Child, Command};

use crate::{DataFolder, Target, hotswap};

const READY_WITHIN: Duration = Duration::from_secs(60);

/// A running server. It is asked to stop when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    data: std::path::PathBuf,
    log: std::path::PathBuf,
    /// Its API: `http://127.0.0.1:PORT`.
    pub api: String,
    /// Where its gateway listens.
    pub gateway: SocketAddr,
    /// What opens its API.
    pub token: String,
    /// A client of its API, with the token.
    pub client: Client,
    /// For what the client cannot say.
    pub http: reqwest::Client,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub async fn start(data: &DataFolder) -> Self {
        Self::start_with(data, &[]).await
    }

    /// Starts a server with more arguments.
    pub async fn start_with(data: &DataFolder, arguments: &[&str]) -> Self {
        Self::launch(data, ["127.0.0.1:0".into(), "127.0.0.1:0".into()], arguments).await
    }

    /// Starts a server with more arguments and more in its environment.
    pub async fn start_in(data: &DataFolder, arguments: &[&str], environment: &[(&str, String)]) -> Self {
        Self::launch_in(data, ["127.0.0.1:0".into(), "127.0.0.1:0".into()], arguments, environment).await
    }

    /// Ends the server as `kill -9` does. Gives where it listened.
    pub async fn kill(mut self) -> Stopped {
        self.child.kill().await.expect("a server of ours can be killed");
        self.stopped()
    }

    /// Asks the server to stop, as a service manager does, and waits for its end.
    pub async fn stop(mut self) -> (ExitStatus, Stopped) {
        self.terminate();
        let status = tokio::time::timeout(Duration::from_secs(60), self.child.wait()).await;
        let status = status.expect("the server stops within a minute").expect("a server of ours can be waited for");
        (status, self.stopped())
    }

    /// Sends SIGTERM and does not wait.
    pub fn terminate(&self) {
        let pid = self.process().to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("`kill` can be run");
        assert!(sent.success(), "SIGTERM could not be sent");
    }

    /// Everything logged on this data folder so far.
    pub fn log(&self) -> String {
        read(&self.log)
    }

    /// Where requests for a deployment go.
    pub fn target(&self, tenant: &str, deployment: &str) -> Target {
        Target { gateway: self.gateway, host: format!("{deployment}.{tenant}.localhost"), path: "/".into() }
    }

    /// A client with another token, or none.
    pub fn client_with_token(&self, token: Option<&str>) -> Client {
        client(&self.api, token)
    }

    fn stopped(&self) -> Stopped {
        Stopped { listen: [self.api.trim_start_matches("http://").to_owned(), self.gateway.to_string()] }
    }

    async fn launch(data: &DataFolder, listen: [String; 2], arguments: &[&str]) -> Self {
        Self::launch_in(data, listen, arguments, &[]).await
    }

    async fn launch_in(data: &DataFolder, listen: [String; 2], arguments: &[&str], environment: &[(&str, String)]) -> Self {
        let path = data.path();
        std::fs::create_dir_all(&path).expect("the data folder can be made");
        let told = path.join("endpoints.json");
        // One that was killed leaves its own behind.
        let _ = std::fs::remove_file(&told);
        let log = std::fs::File::options().create(true).append(true).open(data.log()).expect("the log can be written");
        let [api, gateway] = listen;
        let mut command = Command::new(hotswap());
        command
            .arg("serve")
            .arg("--data-dir")
            .arg(&path)
            .args(["--listen", &api, "--gateway-listen", &gateway])
            .args(arguments)
            .env_remove("RUST_LOG")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be given twice"))
            .stderr(log);
        let mut child = command.spawn().expect("the server can be started");
        let deadline = Instant::now() + READY_WITHIN;
        let endpoints = loop {
            if let Some(status) = child.try_wait().expect("a server of ours can be asked for") {
                panic!("the server ended with {status}:\n{}", read(&data.log()));
            }
            if let Some(endpoints) = endpoints(&told) {
                break endpoints;
            }
            assert!(Instant::now() < deadline, "the server was not ready within {READY_WITHIN:?}:\n{}", read(&data.log()));
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let token = std::fs::read_to_string(path.join("admin.token")).expect("a server that is ready has a token").trim().to_owned();
        let api = endpoints["api"].as_str().expect("endpoints.json names the API").to_owned();
        let gateway = endpoints["gateway"].as_str().expect("endpoints.json names the gateway");
        let gateway = gateway.trim_start_matches("http://").parse().expect("the gateway is an address");
        let client = client(&api, Some(&token));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client without TLS needs nothing");
        Self { child, data: path, log: data.log(), api, gateway, token, client, http }
    }

    /// The process it is.
    pub fn process(&self) -> u32 {
        self.child.id().expect("the server still runs")
    }

    /// The data folder, as `--data-dir` was given it.
    pub fn data_dir(&self) -> &Path {
        &self.data
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            eprintln!("--- the server's last lines ---\n{}", lines[lines.len().saturating_sub(60)..].join("\n"));
        }
        // It ends by itself, which is also when a measured build writes down what was reached. Nobody has to wait for that.
        if self.child.id().is_some() {
            self.terminate();
        }
    }
}

/// The most memory a process has had at once so far, in bytes.
pub fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process of ours has a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells the peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("it is a number of kB") << 10
}

/// The processor time the threads of a process have taken so far. What threads took that have ended is not in it.
pub fn processor_time(process: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).expect("the process runs");
    let nanos = |thread: std::fs::DirEntry| -> Option<u64> {
        std::fs::read_to_string(thread.path().join("schedstat")).ok()?.split_whitespace().next()?.parse().ok()
    };
    Duration::from_nanos(threads.flatten().filter_map(nanos).sum())
}

/// Where a server listened that is no more.
#[derive(Debug, Clone)]
pub struct Stopped {
    listen: [String; 2],
}

impl Stopped {
    /// Starts a server on the same data folder and the same ports.
    pub async fn restart(self, data: &DataFolder) -> Server {
        self.restart_with(data, &[]).await
    }

    /// The same with more arguments.
    pub async fn restart_with(self, data: &DataFolder, arguments: &[&str]) -> Server {
        Server::launch(data, self.listen, arguments).await
    }
}

fn client(api: &str, token: Option<&str>) -> Client {
    let credentials = Credentials { token: token.map(Token::new), origin: "the test".into() };
    let endpoint = Endpoint::parse(api, false).expect("the server names a usable endpoint");
    let config = ClientConfig { endpoint, credentials, timeout: Duration::from_secs(30), user_agent: "hotswap-tests".into() };
    Client::new(config).expect("a client without TLS needs nothing")
}

/// Absent as long as the file is not there, or not whole.
fn endpoints(path: &Path) -> Option<serde_json::Value> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn read(log: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned()
}
