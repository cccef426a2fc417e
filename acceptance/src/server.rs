//! The server under test: one `hotswap serve` for all tests of a run, on free ports and an empty folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::http;
use crate::wait::until;

/// Ends the server, and removes its folder, when the standard input closes: with the tests, however they end.
const KEEPER: &str = r#""$1" serve --data-dir "$2/data" --listen 127.0.0.1:0 --gateway-listen 127.0.0.1:0 >"$2/log" 2>&1 </dev/null &
server=$!
read -r _
kill "$server"
wait "$server"
rm -rf "$2""#;

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

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// Where its API is, as a URL.
    pub endpoint: String,
    /// What opens it.
    pub token: String,
    gateway: String,
    folder: PathBuf,
    /// Ends the server when it is dropped, as its standard input closes then.
    _keeper: Child,
}

impl Server {
    /// The one all tests share. Names keep them apart.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let mut keeper = Command::new("/bin/sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(bin_dir().join("hotswap"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let endpoints: Json = until("the server is ready", || {
            assert_eq!(keeper.try_wait().unwrap(), None, "the server ended:\n{}", log(&folder));
            serde_json::from_slice(&fs::read(folder.join("data/endpoints.json")).ok()?).ok()
        });
        let text = |name: &str| endpoints[name].as_str().unwrap().trim_end_matches('/').to_owned();
        let token = fs::read_to_string(folder.join("data/admin.token")).unwrap().trim().to_owned();
        Self { endpoint: text("api"), gateway: text("gateway"), token, folder, _keeper: keeper }
    }

    /// Asks the API and gives status and body; `Null` where there is none.
    ///
    /// # Panics
    /// If there is no answer.
    #[track_caller]
    pub fn api(&self, method: &str, path: &str, body: &Json) -> (u16, Json) {
        let authorization = format!("Bearer {}", self.token);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = http::request(self.endpoint.trim_start_matches("http://"), method, path, &headers, &body);
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}\n{}", log(&self.folder)));
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

    /// Whether the API has nothing at `path`, or only what is retired.
    pub fn lacks(&self, path: &str) -> bool {
        let (status, body) = self.api("GET", path, &Json::Null);
        status == 404 || !body["retired_at"].is_null()
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
        let path = format!("/t/{tenant}/{deployment}/");
        let answer = http::request(self.gateway.trim_start_matches("http://"), "GET", &path, &[], "");
        let answer = answer.unwrap_or_else(|error| panic!("GET {path} of the gateway: {error}"));
        (answer.status, answer.body)
    }
}

fn log(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("log")).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
