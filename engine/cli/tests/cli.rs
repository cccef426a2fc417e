//! The binary as its users meet it: help, version, and what it says when it cannot start.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

fn hotswap(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hotswap")).args(arguments).env_remove("RUST_LOG").output().unwrap()
}

/// Runs it, expects it to fail, and gives what it said.
fn fails(arguments: &[&str]) -> String {
    let output = hotswap(arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "messages belong on standard error: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn help_and_version_go_to_standard_output() {
    let help = String::from_utf8(hotswap(&["--help"]).stdout).unwrap();
    assert!(help.contains("serve") && help.contains("without dropping a request"), "{help}");
    let version = String::from_utf8(hotswap(&["--version"]).stdout).unwrap();
    assert_eq!(version.trim(), format!("hotswap {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn an_unencrypted_address_off_loopback_has_to_be_asked_for_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let said = fails(&["serve", "--data-dir", folder.path().to_str().unwrap(), "--listen", "0.0.0.0:0"]);
    assert!(said.contains("0.0.0.0:0 is not a loopback address") && said.contains("--plain-http"), "{said}");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("data");
    let said = fails(&["serve", "--data-dir", below.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(said.contains(below.to_str().unwrap()) && said.contains("cannot be used"), "{said}");
}

#[test]
fn an_address_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = fails(&["serve", "--data-dir", folder.path().to_str().unwrap(), "--listen", &address]);
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
}

#[test]
fn a_log_level_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let said = fails(&["serve", "--data-dir", folder.path().to_str().unwrap(), "--log-level", "hotswap=loud"]);
    assert!(said.contains("the log level cannot be used"), "{said}");
}
