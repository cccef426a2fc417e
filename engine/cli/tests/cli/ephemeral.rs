//! `hotswap serve --ephemeral -- CMD`: the command finds a server, its exit code counts, and nothing is left behind.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::support::Folder;

/// A folder whose temporary files are in it too.
fn folder() -> Folder {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("tmp")).unwrap();
    let tmp = folder.path("tmp");
    folder.set("TMPDIR", tmp.to_str().unwrap())
}

fn left_behind(folder: &Folder) -> usize {
    std::fs::read_dir(folder.path("tmp")).unwrap().count()
}

/// Runs a script against a throw-away server, and gives it as soon as it has put out a line, with that line.
fn start(folder: &Folder, script: &str) -> (Child, String) {
    let mut command = folder.command(&["serve", "--ephemeral", "--", "sh", "-c", script]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim().to_owned())
}

fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn the_command_finds_a_ready_server_through_its_environment() {
    let folder = folder();
    let script =
        r#"echo "$HOTSWAP_ENDPOINT $HOTSWAP_GATEWAY"; test -n "$HOTSWAP_TOKEN" && test -f "$HOTSWAP_DATA_DIR/admin.token"; read _"#;
    let mut command = folder.command(&["serve", "--ephemeral", "--", "sh", "-c", script]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    for url in line.split_whitespace() {
        TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    }
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "the server is quiet");
    let endpoint = line.split_whitespace().next().unwrap().strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(endpoint).is_err(), "the server is gone");
    assert_eq!(left_behind(&folder), 0);
}

#[test]
fn its_exit_code_is_the_commands() {
    let folder = folder();
    assert_eq!(folder.run(&["serve", "--ephemeral", "--", "sh", "-c", "exit 7"]).code, 7);
    assert_eq!(folder.run(&["serve", "--ephemeral", "--", "sh", "-c", "kill -KILL $$"]).code, 128 + 9);
    assert_eq!(left_behind(&folder), 0);
}

#[test]
fn a_command_that_cannot_be_run_is_named() {
    let folder = folder();
    let run = folder.run(&["serve", "--ephemeral", "--", "no-such-program"]);
    assert_eq!(run.code, 127);
    assert!(run.stderr.contains("cannot run `no-such-program`"), "{}", run.stderr);
    let run = folder.run(&["serve", "--ephemeral", "--", "./tmp"]);
    assert_eq!(run.code, 126);
    assert_eq!(left_behind(&folder), 0);
}

#[test]
fn signals_go_to_the_command_which_decides() {
    let folder = folder();
    for (name, number) in [("-INT", 2), ("-TERM", 15)] {
        let script = format!("trap 'echo caught; exit 42' {number}; echo ready; while :; do sleep 0.05; done");
        let (child, line) = start(&folder, &script);
        assert_eq!(line, "ready");
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stdout).trim()), (Some(42), "caught"), "{name}");
    }
    let (child, _) = start(&folder, "echo ready; exec sleep 60");
    signal(&child, "-TERM");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(128 + 15));
    assert_eq!(left_behind(&folder), 0);
}

#[test]
fn the_server_speaks_only_when_asked() {
    let folder = folder().set("RUST_LOG", "trace");
    assert_eq!(folder.run(&["serve", "--ephemeral", "--", "true"]).succeeded(), "");
    let mut command = folder.command(&["serve", "--ephemeral", "--log-level", "info", "--", "true"]);
    let mut child = command.env_remove("RUST_LOG").stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success() && said.contains("everything that should serve serves"), "{said}");
}

#[test]
fn the_command_and_the_flag_need_each_other() {
    let folder = folder();
    assert!(folder.run(&["serve", "--ephemeral"]).stderr.contains("<CMD>"));
    assert!(folder.run(&["serve", "--", "true"]).stderr.contains("--ephemeral"));
    let said = folder.run(&["serve", "--ephemeral", "--data-dir", "data", "--", "true"]).stderr;
    assert!(said.contains("--data-dir") && said.contains("cannot be used with"), "{said}");
}
