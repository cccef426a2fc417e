//! A folder with a configuration, and `hotswap` run in it against a server.

use std::io::{Read as _, Seek as _};
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::{Server, hotswap};

const HEAD: &str = "terraform {\n  required_providers {\n    hotswap = { source = \"hotswap/hotswap\" }\n  }\n}\n";

/// A folder with a configuration.
#[derive(Debug)]
pub struct Configuration {
    folder: tempfile::TempDir,
    api: String,
    token: String,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// The exit code; absent if a signal ended it.
    pub code: Option<i32>,
    /// Standard output, then standard error.
    pub text: String,
}

impl Configuration {
    /// A configuration for a server; `text` is all but the `terraform` block.
    pub fn new(server: &Server, text: &str) -> Self {
        let configuration = Self { folder: tempfile::tempdir().unwrap(), api: server.api.clone(), token: server.token.clone() };
        configuration.write(text);
        configuration
    }

    /// Another text in place of the one there is.
    pub fn write(&self, text: &str) {
        std::fs::write(self.path("main.tf"), format!("{HEAD}{text}")).unwrap();
    }

    /// A file of the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Said {
        said(&self.command(hotswap().as_os_str(), arguments).output().await.expect("the binary can be started"))
    }

    /// Runs a shell script to its end, in which `$1` is the binary.
    pub async fn run_in_shell(&self, script: &str) -> Said {
        let mut command = self.command("sh".as_ref(), &["-c", script, "sh"]);
        said(&command.arg(hotswap()).output().await.expect("there is a shell"))
    }

    /// Starts a command.
    pub fn start(&self, arguments: &[&str]) -> Started {
        let mut command = self.command(hotswap().as_os_str(), arguments);
        // A file, as nobody reads a pipe while the command goes on.
        let said = tempfile::tempfile().unwrap();
        let child = command.stdout(said.try_clone().unwrap()).stderr(said.try_clone().unwrap()).spawn();
        Started { child: child.expect("the binary can be started"), said }
    }

    /// The state, as it is on the disk; `Null` if there is none.
    pub fn state(&self) -> serde_json::Value {
        std::fs::read(self.path("terraform.tfstate")).map_or(serde_json::Value::Null, |text| serde_json::from_slice(&text).unwrap())
    }

    fn command(&self, program: &std::ffi::OsStr, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(std::env::var_os("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file)))
            .env("HOTSWAP_ENDPOINT", &self.api)
            .env("HOTSWAP_TOKEN", &self.token)
            .stdin(Stdio::null());
        command
    }
}

impl Said {
    /// The same, if it succeeded.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.text);
        self
    }

    /// Checks that it ended with `code` and says all of this; white space does not count.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn says(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.text);
        let plain = self.text.replace(['│', '╷', '╵'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(plain.contains(part), "{part:?} is not in:\n{}", self.text);
        }
    }
}

/// A command that goes on.
#[derive(Debug)]
pub struct Started {
    child: Child,
    said: std::fs::File,
}

impl Started {
    /// Sends a signal: `INT`, `KILL`.
    ///
    /// # Panics
    /// If the command ended before.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().expect("the command goes on").to_string();
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status();
        assert!(sent.expect("`kill` can be run").success());
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// If that takes more than a minute.
    pub async fn end(mut self) -> Said {
        let status = tokio::time::timeout(Duration::from_secs(60), self.child.wait()).await;
        let status = status.expect("the command ends within a minute").expect("a process of ours can be waited for");
        let mut text = String::new();
        self.said.rewind().and_then(|()| self.said.read_to_string(&mut text)).expect("what was said can be read");
        Said { code: status.code(), text }
    }
}

fn said(output: &Output) -> Said {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Said { code: output.status.code(), text }
}
