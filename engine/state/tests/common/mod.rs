//! What the tests of the file share: a folder, a state, and other processes to compete with.

#![allow(dead_code, clippy::unwrap_used)]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use hotswap_state::{Json, Local, LockInfo, Object, Paths, State};

pub(crate) const PROVIDER: &str = r#"provider["terraform.io/builtin/terraform"]"#;

/// Tells a test binary started by itself what to do.
const TASK: &str = "HOTSWAP_STATE_TEST_TASK";

pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path("terraform.tfstate")
    }

    pub(crate) fn local(&self) -> Local {
        local(&self.state())
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of all files, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

pub(crate) fn local(path: &Path) -> Local {
    Local::new(Paths::new(Some(path), None, None))
}

pub(crate) fn info() -> LockInfo {
    LockInfo::new("apply", "someone@here", "hotswap 0.1.0")
}

/// A state with one object of about `size` bytes.
pub(crate) fn state_with(text: &str, size: usize) -> State {
    let mut state = State::new("5f3c0a4e-6a2b-4d0e-9f4a-0d6d0b7f3a11");
    put(&mut state, text, size);
    state
}

pub(crate) fn put(state: &mut State, text: &str, size: usize) {
    let padding = "x".repeat(size);
    let value = format!(r#"{{"value":"{text}{padding}","type":"string"}}"#);
    let attributes = format!(r#"{{"id":"1","input":{value},"output":{value},"triggers_replace":null}}"#);
    state.set_current(&"terraform_data.a".parse().unwrap(), PROVIDER, Object::new(0, Json::new(&attributes).unwrap()));
}

/// Starts this test binary again, only to do a task with a state in a folder.
pub(crate) fn start(task: &str, path: &Path, shell: Option<&str>) -> Other {
    let this = std::env::current_exe().unwrap();
    let mut command = match shell {
        None => Command::new(this),
        Some(shell) => {
            let mut command = Command::new("sh");
            command.arg("-c").arg(format!("{shell}; exec \"$0\" \"$@\"")).arg(this);
            command
        }
    };
    command.args(["--exact", "task", "--nocapture", "--test-threads=1"]).env(TASK, task).env("STATE", path);
    Other::start(command)
}

/// What this process was started to do, and with which state.
pub(crate) fn task() -> Option<(String, PathBuf)> {
    Some((std::env::var(TASK).ok()?, std::env::var_os("STATE")?.into()))
}

/// Says something to the process that started this one.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "> {line}").unwrap();
    out.flush().unwrap();
}

/// Another process; killed in the end.
pub(crate) struct Other {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Other {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it says next.
    pub(crate) fn hear(&mut self) -> String {
        let mut line = String::new();
        while self.out.read_line(&mut line).unwrap() > 0 {
            if let Some((_, said)) = line.trim_end().split_once("> ") {
                return said.to_owned();
            }
            line.clear();
        }
        panic!("it ended without a word");
    }

    /// Everything it says to its end.
    pub(crate) fn rest(&mut self) -> String {
        drop(self.child.stdin.take());
        let mut text = String::new();
        std::io::Read::read_to_string(&mut self.out, &mut text).unwrap();
        self.child.wait().unwrap();
        text
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn pause(time: Duration) {
    let end = Instant::now() + time;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        thread::park_timeout(left);
    }
}

/// Waits for something to become true.
#[track_caller]
pub(crate) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < end, "waited in vain for {what}");
        pause(Duration::from_millis(20));
    }
}
