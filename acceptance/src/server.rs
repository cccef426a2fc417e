//! The server under test: one `hotswap serve --ephemeral` for all tests of a run.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use serde_json::Value as Json;

use crate::http;
use crate::wait::until;

/// Tells where the server is, and goes on until the standard input closes: with the tests, however they end.
const STAY: &str = r#"printf '%s\n' "$HOTSWAP_ENDPOINT" "$HOTSWAP_GATEWAY" "$HOTSWAP_TOKEN"; read -r _"#;

/// The folder of the binaries under test: `HOTSWAP_BIN_DIR`, else where cargo puts them in the profile of the tests.
///
/// # Panics
/// If the binaries are not there; the message says how to build them.
pub fn bin_dir() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = match std::env::var_os("HOTSWAP_BIN_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => std::env::current_exe().unwrap().parent().and_then(Path::parent).unwrap().to_owned(),
        };
        for name in ["hotswap", "terraform-provider-hotswap"] {
            let path = folder.join(name);
            assert!(path.is_file(), "{} is not there; run `make testacc`, which builds it first", path.display());
        }
        folder.canonicalize().unwrap()
    })
}

/// Runs what follows until the standard input closes, and asks it to stop then.
const KEEP: &str = r#""$@" & server=$!; read -r _; kill -TERM $server; wait $server"#;

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// Where its API is, as a URL.
    pub endpoint: String,
    /// What opens it.
    pub token: String,
    gateway: String,
    /// Ends the server when its standard input closes: when it is dropped, and with the tests, however they end. Absent: it is
    /// stopped.
    keeper: Mutex<Option<Child>>,
    /// Where it keeps what it has, if it can be started again.
    data: Option<tempfile::TempDir>,
}

impl Server {
    /// The one all tests share. Names keep them apart.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Another one that all tests share, for those that need two.
    pub fn second() -> &'static Self {
        static SECOND: OnceLock<Server> = OnceLock::new();
        SECOND.get_or_init(Self::start)
    }

    /// One for the caller alone, with a data folder, which [`Server::stop`] stops and [`Server::start_again`] starts.
    ///
    /// # Panics
    /// If it does not start.
    #[track_caller]
    pub fn lasting() -> Self {
        let data = tempfile::tempdir().unwrap();
        let (keeper, endpoint, gateway) = keep(data.path(), "127.0.0.1:0", "127.0.0.1:0");
        let token = std::fs::read_to_string(data.path().join("admin.token")).unwrap().trim().to_owned();
        Self { endpoint, gateway, token, keeper: Mutex::new(Some(keeper)), data: Some(data) }
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Panics
    /// If it is stopped already.
    pub fn stop(&self) {
        let mut keeper = self.keeper.lock().unwrap().take().expect("a server that runs");
        drop(keeper.stdin.take());
        keeper.wait().unwrap();
    }

    /// Starts it where it was, with what it had.
    ///
    /// # Panics
    /// If it runs, keeps nothing, or does not start.
    #[track_caller]
    pub fn start_again(&self) {
        let data = self.data.as_ref().expect("a server that keeps what it has");
        let place = |url: &str| url.trim_start_matches("http://").to_owned();
        let mut keeper = self.keeper.lock().unwrap();
        assert!(keeper.is_none(), "the server runs");
        *keeper = Some(keep(data.path(), &place(&self.endpoint), &place(&self.gateway)).0);
    }

    fn start() -> Self {
        let mut keeper = Command::new(bin_dir().join("hotswap"))
            .args(["serve", "--ephemeral", "--log-level", "warn", "--", "/bin/sh", "-c", STAY])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(keeper.stdout.take().unwrap()).lines();
        let mut line = || lines.next().expect("the server ended; what it said is above").unwrap().trim_end_matches('/').to_owned();
        let (endpoint, gateway, token) = (line(), line(), line());
        Self { endpoint, gateway, token, keeper: Mutex::new(Some(keeper)), data: None }
    }

    /// Asks the API and gives status and body; `Null` where there is none.
    ///
    /// # Panics
    /// If there is no answer.
    #[track_caller]
    pub fn api(&self, method: &str, path: &str, body: &Json) -> (u16, Json) {
        self.api_as(&self.token, method, path, body)
    }

    /// The same with another token.
    ///
    /// # Panics
    /// If there is no answer.
    #[track_caller]
    pub fn api_as(&self, token: &str, method: &str, path: &str, body: &Json) -> (u16, Json) {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = http::request(self.endpoint.trim_start_matches("http://"), method, path, &headers, &body);
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
    }

    /// What the API has at `path`.
    ///
    /// # Panics
    /// If it has nothing there.
    #[track_caller]
    pub fn get(&self, path: &str) -> Json {
        let (status, body) = self.api("GET", path, &Json::Null);
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    /// Whether the API has nothing at `path`, or only what is retired or revoked.
    pub fn lacks(&self, path: &str) -> bool {
        let (status, body) = self.api("GET", path, &Json::Null);
        status == 404 || !body["retired_at"].is_null() || !body["revoked_at"].is_null()
    }

    /// Changes something past Terraform.
    ///
    /// # Panics
    /// If the server refuses.
    #[track_caller]
    pub fn change(&self, method: &str, path: &str, body: &Json) -> Json {
        let (status, answer) = self.api(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// Sends a request through the gateway to a deployment; gives status and body.
    ///
    /// # Panics
    /// If there is no answer.
    #[track_caller]
    pub fn visit(&self, tenant: &str, deployment: &str) -> (u16, String) {
        self.visit_at(tenant, deployment, "/")
    }

    /// Sends a request through the gateway to a path of a deployment; gives status and body.
    ///
    /// # Panics
    /// If there is no answer.
    #[track_caller]
    pub fn visit_at(&self, tenant: &str, deployment: &str, path: &str) -> (u16, String) {
        let path = format!("/t/{tenant}/{deployment}{path}");
        let answer = http::request(self.gateway.trim_start_matches("http://"), "GET", &path, &[], "");
        let answer = answer.unwrap_or_else(|error| panic!("GET {path} of the gateway: {error}"));
        (answer.status, answer.body)
    }
}

/// Starts a server on a data folder and waits until it is ready; gives where its API and its gateway are.
#[track_caller]
fn keep(data: &Path, listen: &str, gateway_listen: &str) -> (Child, String, String) {
    let told = data.join("endpoints.json");
    // One that was stopped may have left its own.
    let _ = std::fs::remove_file(&told);
    let mut keeper = Command::new("/bin/sh")
        .args(["-c", KEEP, "keep"])
        .arg(bin_dir().join("hotswap"))
        .args(["serve", "--log-level", "warn", "--listen", listen, "--gateway-listen", gateway_listen, "--data-dir"])
        .arg(data)
        .env_remove("RUST_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let endpoints = until("the server is ready", || {
        assert_eq!(keeper.try_wait().unwrap(), None, "the server ended; what it said is above");
        serde_json::from_str::<Json>(&std::fs::read_to_string(&told).ok()?).ok()
    });
    let place = |name: &str| endpoints[name].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
    let (api, gateway) = (place("api"), place("gateway"));
    (keeper, api, gateway)
}
