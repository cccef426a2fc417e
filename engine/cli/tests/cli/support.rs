//! Runs the binary in a folder of its own, and tells what it said.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder for a configuration, and the binary run in it.
pub(crate) struct Folder {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a run said, and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// With these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        files.iter().for_each(|(name, text)| folder.write(name, text));
        folder
    }

    /// Sets a variable of the environment.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The binary with these arguments, and of the environment nothing but PATH and a home that is empty.
    pub(crate) fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hotswap"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path().join("home"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Run {
        Run::new(&self.command(arguments).output().unwrap(), self.folder.path())
    }

    /// Runs it with a text on its standard input.
    pub(crate) fn run_with_input(&self, arguments: &[impl AsRef<OsStr>], input: &str) -> Run {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that ends without reading closes the pipe, which is no fault.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Run::new(&child.wait_with_output().unwrap(), self.folder.path())
    }
}

impl Run {
    fn new(output: &Output, folder: &Path) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(folder.to_str().unwrap(), "FOLDER");
        Self { code: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// What it put out, if it succeeded and complained of nothing.
    #[track_caller]
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stderr, "", "it complained");
        self.stdout
    }

    /// What it said, if it failed and put nothing out.
    #[track_caller]
    pub(crate) fn failed(self) -> String {
        assert_eq!(self.code, 1, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "", "messages belong on standard error");
        self.stderr
    }
}

/// A throw-away server for as long as the value lives.
pub(crate) struct Server {
    child: std::process::Child,
    endpoint: String,
    token: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut command =
            Folder::new().command(&["serve", "--ephemeral", "--", "sh", "-c", "echo $HOTSWAP_ENDPOINT; echo $HOTSWAP_TOKEN; read _"]);
        // The folder of the command is gone by then, and it needs none.
        command.current_dir("/").env_remove("HOME");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.as_mut().unwrap()));
        let mut line = || lines.next().unwrap().unwrap();
        let (endpoint, token) = (line(), line());
        Self { child, endpoint, token }
    }

    /// A folder with these files, whose commands find this server.
    pub(crate) fn folder(&self, files: &[(&str, &str)]) -> Folder {
        Folder::with(files).set("HOTSWAP_ENDPOINT", &self.endpoint).set("HOTSWAP_TOKEN", &self.token)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its command ends with its input, and it with its command.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
