//! Help, version, completion, and what is said of arguments that are not understood.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::Folder;

#[test]
fn help_and_version_go_to_standard_output() {
    let folder = Folder::new();
    for arguments in [["--help"], ["-help"], ["-h"]] {
        let help = folder.run(&arguments).succeeded();
        assert!(help.contains("serve") && help.contains("without dropping a request"), "{help}");
    }
    let version = format!("hotswap {}", env!("CARGO_PKG_VERSION"));
    for arguments in [["--version"], ["-version"], ["-v"], ["-V"]] {
        assert_eq!(folder.run(&arguments).succeeded().trim(), version);
    }
}

#[test]
fn the_reference_is_docs_cli_md() {
    let reference = Folder::new().run(&["reference"]).succeeded();
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md")).unwrap();
    let differs = page.lines().zip(reference.lines()).find(|(page, reference)| page != reference);
    assert!(page == reference, "docs/cli.md is old, run `make docs`: {differs:?}");
}

#[test]
fn version_tells_what_is_inside() {
    let folder = Folder::new();
    let text = folder.run(&["version"]).succeeded();
    assert!(text.starts_with(concat!("hotswap v", env!("CARGO_PKG_VERSION"), "\non ")), "{text}");
    let json: serde_json::Value = serde_json::from_str(&folder.run(&["version", "-json"]).succeeded()).unwrap();
    assert_eq!(json["provider_selections"]["registry.terraform.io/hotswap/hotswap"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["terraform_outdated"], false);
}

#[test]
fn completions_are_scripts_their_shells_can_read() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = folder.run(&["completion", shell]).succeeded();
        assert!(script.contains("auto-approve") && script.contains("detailed-exitcode"), "{shell}");
        let Ok(mut reader) = Command::new(shell).arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn() else {
            // A shell that is not here cannot be asked.
            continue;
        };
        reader.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let read = reader.wait_with_output().unwrap();
        assert!(read.status.success(), "{shell}: {}", String::from_utf8_lossy(&read.stderr));
    }
}

#[test]
fn what_is_not_understood_ends_with_1_and_a_suggestion() {
    let folder = Folder::new();
    for (arguments, suggestion) in [
        (&["plna"][..], "'plan'"),
        (&["plan", "-detailed-exitcod"], "'--detailed-exitcode'"),
        (&["apply", "-auto-aprove"], "'--auto-approve'"),
        (&["state", "lst"], "'list'"),
        (&["plan", "-refresh=maybe"], "neither true nor false"),
        (&["plan", "-parallelism=0"], "'0'"),
        (&["plan", "-target=a"], "\"a\" is not an address"),
        (&["plan", "-lock-timeout=soon"], "'soon'"),
        (&["plan", "-destroy", "-refresh-only"], "--refresh-only"),
        (&["output", "-raw"], "<NAME>"),
        (&["apply", "p", "-target=a.b"], "cannot be used with"),
    ] {
        let said = folder.run(arguments).failed();
        assert!(said.contains(suggestion), "{arguments:?}: {said}");
    }
}

#[test]
fn the_environment_can_add_arguments() {
    let folder = Folder::new().set("TF_CLI_ARGS_version", "-json");
    assert!(folder.run(&["version"]).succeeded().starts_with('{'));
    let said = Folder::new().set("TF_CLI_ARGS", "'open").run(&["version"]).failed();
    assert!(said.contains("TF_CLI_ARGS") && said.contains("not closed"), "{said}");
}

#[test]
fn chdir_comes_before_the_command() {
    let folder = Folder::with(&[("below/main.tf", "a = 1\n")]);
    assert_eq!(folder.run(&["-chdir=below", "fmt", "-check"]).succeeded(), "");
    let said = folder.run(&["-chdir=nowhere", "fmt"]).failed();
    assert!(said.contains("nowhere"), "{said}");
}
