//! The same file under real Terraform 1.11: its lock and ours, its writes and ours.
//!
//! Where there is no Terraform these tests pass without doing anything, unless `TF_ACC` is set.

#![allow(clippy::unwrap_used)]

mod common;

use std::{
    fs,
    io::Read,
    os::unix::process::CommandExt,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use common::{Folder, info, local, pause, put, say, start, state_with, wait_for};
use hotswap_state::{State, StateError, Status, Written};
use hotswap_value::{Type, Value, address::Target};

/// Not a test: what other processes of these tests do.
#[test]
fn task() {
    let Some((name, path)) = common::task() else { return };
    assert_eq!(name, "hold");
    let mut local = local(&path);
    local.lock(&info()).unwrap();
    say("locked");
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

struct Terraform(Folder);

impl Terraform {
    /// A folder with this configuration; `None` if there is no Terraform.
    fn new(configuration: &str) -> Option<Self> {
        let version =
            Command::new("terraform").arg("version").env("CHECKPOINT_DISABLE", "1").env("TF_CLI_CONFIG_FILE", "/dev/null").output();
        if !version.is_ok_and(|output| output.status.success()) {
            assert!(std::env::var_os("TF_ACC").is_none(), "there is no terraform on the PATH");
            return None;
        }
        let this = Self(Folder::new());
        fs::write(this.0.path("main.tf"), configuration).unwrap();
        fs::write(this.0.path("cli.tfrc"), "disable_checkpoint = true\n").unwrap();
        Some(this)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        let chdir = format!("-chdir={}", self.0.path("").display());
        command.arg(chdir).args(arguments).env("TF_CLI_CONFIG_FILE", self.0.path("cli.tfrc")).stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{}", words(&output));
        words(&output)
    }

    #[track_caller]
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(!output.status.success(), "{}", words(&output));
        words(&output)
    }

    fn start(&self, arguments: &[&str]) -> Child {
        // A group of its own, so that what it runs can be killed with it.
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).spawn().unwrap()
    }

    /// Waits until the process has the state open, which is just before it tries to lock it.
    fn wait_until_open(&self, child: &Child) {
        let has_it = |entry: fs::DirEntry| fs::read_link(entry.path()).is_ok_and(|to| to.ends_with("terraform.tfstate"));
        let is_open = || fs::read_dir(format!("/proc/{}/fd", child.id())).is_ok_and(|fds| fds.flatten().any(has_it));
        wait_for("terraform to open the state", is_open);
    }
}

/// Everything said, without frames and line breaks.
fn words(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&all).split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

const ONE: &str = "resource \"terraform_data\" \"a\" {\n  input = \"one\"\n}\n";

#[test]
fn what_terraform_wrote_is_changed_by_us_and_accepted_by_it() {
    let Some(terraform) = Terraform::new(&format!("{ONE}output \"o\" {{\n  value = terraform_data.a.output\n}}\n")) else { return };
    terraform.succeeds(&["apply", "-auto-approve"]);
    let before = terraform.0.read("terraform.tfstate");
    let mut local = terraform.0.local();
    local.lock(&info()).unwrap();
    let mut state = local.read().unwrap().unwrap();
    assert_eq!(String::from_utf8(state.to_bytes().unwrap()).unwrap(), before);
    assert_eq!(local.write(&mut state).unwrap(), Written::Unchanged);
    let address = "terraform_data.a".parse().unwrap();
    state.get_mut(&address).unwrap().current.as_mut().unwrap().status = Status::Tainted;
    state.set_output("o", Type::String, Value::from("two"), false);
    local.write(&mut state).unwrap();
    drop(local);
    let said = terraform.succeeds(&["plan"]);
    assert!(said.contains("is tainted, so must be"), "{said}");
    assert!(terraform.succeeds(&["output"]).contains("o = \"two\""));
    assert_eq!(terraform.0.read("terraform.tfstate.backup"), before);
    terraform.succeeds(&["untaint", "terraform_data.a"]);
    let again = terraform.0.local().read().unwrap().unwrap();
    assert_eq!((again.serial, again.lineage), (state.serial + 1, state.lineage));
}

#[test]
fn a_state_of_ours_needs_no_changes_and_is_rewritten_by_terraform_as_it_is() {
    let Some(terraform) = Terraform::new(ONE) else { return };
    let mut state = state_with("one", 0);
    terraform.0.local().write(&mut state).unwrap();
    assert!(terraform.succeeds(&["plan", "-detailed-exitcode"]).contains("No changes"));
    // Terraform rewrites it: only serial and status differ.
    terraform.succeeds(&["taint", "terraform_data.a"]);
    terraform.succeeds(&["untaint", "terraform_data.a"]);
    state.serial += 2;
    assert_eq!(terraform.0.read("terraform.tfstate").as_bytes(), state.to_bytes().unwrap());
}

#[test]
fn state_list_rm_and_mv_leave_what_terraforms_own_leave() {
    let Some(terraform) = Terraform::new("") else { return };
    let everything = include_bytes!("states/everything.tfstate");
    let target = |text: &str| text.parse::<Target>().unwrap();
    for (from, to) in [
        ("terraform_data.plain", "terraform_data.new[0]"),
        ("terraform_data.plain", "terraform_data.count[20]"),
        ("terraform_data.count[10]", "terraform_data.count[3000]"),
        ("terraform_data.count[10]", r#"terraform_data.single["x"]"#),
        ("terraform_data.count", r#"module.zzz["<é>"].terraform_data.count"#),
        ("module.one", r#"module.many["new"]"#),
        ("module.one", "module.one.module.deep"),
        ("module.many[\"y.z\"]", "module.lots[7]"),
        ("data.terraform_remote_state.other", "data.terraform_remote_state.two"),
        ("terraform_data.each", ""),
        ("module.many", ""),
        (r#"terraform_data.each["<&>"]"#, ""),
    ] {
        fs::write(terraform.0.state(), everything).unwrap();
        let mut state = State::from_slice(everything).unwrap();
        if to.is_empty() {
            let removed = state.remove_all(&[target(from)]).unwrap();
            let said = terraform.succeeds(&["state", "rm", from]);
            assert!(said.contains(&format!("Successfully removed {} resource instance(s)", removed.len())), "{said}");
        } else {
            let moved = state.move_to(&target(from), &target(to)).unwrap();
            let said = terraform.succeeds(&["state", "mv", from, to]);
            assert!(said.contains(&format!("Successfully moved {} object(s)", moved.len())), "{said}");
        }
        state.serial += 1;
        // Terraform writes the results of checks in any order.
        let ours = String::from_utf8(state.to_bytes().unwrap()).unwrap();
        let theirs = terraform.0.read("terraform.tfstate");
        let lines = |text: &str| text.split("\"check_results\"").next().unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
        for (ours, theirs) in lines(&ours).iter().zip(&lines(&theirs)) {
            assert_eq!(ours, theirs, "{from} to {to}");
        }
        assert_eq!(ours.len(), theirs.len());
        let listed: Vec<_> = state.list(&[]).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(terraform.succeeds(&["state", "list"]), listed.join(" ").split_whitespace().collect::<Vec<_>>().join(" "));
    }
}

#[test]
fn an_apply_of_terraform_holds_us_off_and_tells_who_it_is() {
    let slow = "resource \"terraform_data\" \"slow\" {\n  provisioner \"local-exec\" {\n    command = \"touch begun; sleep 2\"\n  }\n}\n";
    let Some(terraform) = Terraform::new(slow) else { return };
    let mut apply = terraform.start(&["apply", "-auto-approve"]);
    wait_for("the provisioner", || terraform.0.path("begun").exists());
    let mut local = terraform.0.local();
    let error = local.lock(&info()).unwrap_err();
    let StateError::Held { holder: Some(holder), pid, .. } = &error else { panic!("{error:?}") };
    assert_eq!((holder.operation.as_str(), *pid), ("OperationTypeApply", Some(apply.id() as i32)));
    assert!(holder.who.contains('@') && holder.version == "1.11.4" && holder.path == "terraform.tfstate", "{holder:?}");
    // Reading without the lock is fine, and waiting leads to what was applied.
    terraform.0.local().read().unwrap();
    local.lock_within(&info(), Duration::from_secs(60), |_| true).unwrap();
    assert_eq!(local.read().unwrap().unwrap().iter().count(), 1);
    assert!(apply.wait().unwrap().success());
}

#[test]
fn our_lock_holds_terraform_off_also_after_we_wrote() {
    let Some(terraform) = Terraform::new(ONE) else { return };
    let mut local = terraform.0.local();
    let info = info();
    local.lock(&info).unwrap();
    for text in ["", "one", "two", "one"] {
        if !text.is_empty() {
            local.write(&mut state_with(text, 0)).unwrap();
        }
        for arguments in [&["plan"][..], &["apply", "-auto-approve"]] {
            let said = terraform.fails(arguments);
            for word in ["Error acquiring the state lock", &info.id, "Operation: apply", "Who: someone@here", "Version: hotswap 0.1.0"] {
                assert!(said.contains(word), "{word} is missing in {said}");
            }
        }
    }
    drop(local);
    assert!(terraform.succeeds(&["plan", "-detailed-exitcode"]).contains("No changes"));
}

#[test]
fn terraform_waiting_for_our_lock_goes_on_from_what_we_wrote() {
    let Some(terraform) = Terraform::new(ONE) else { return };
    let mut local = terraform.0.local();
    let mut state = state_with("zero", 0);
    local.write(&mut state).unwrap();
    local.lock(&info()).unwrap();
    local.read().unwrap();
    let waiting = terraform.start(&["apply", "-auto-approve", "-lock-timeout=60s"]);
    terraform.wait_until_open(&waiting);
    pause(Duration::from_millis(200));
    for text in ["first", "second"] {
        put(&mut state, text, 50_000);
        state.set_output(text, Type::String, Value::from(text), false);
        local.write(&mut state).unwrap();
    }
    drop(local);
    let output = waiting.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
    assert!(words(&output).contains("0 added, 1 changed, 0 destroyed"), "{}", words(&output));
    let after = State::from_slice(&fs::read(terraform.0.state()).unwrap()).unwrap();
    assert!(after.serial > state.serial && after.lineage == state.lineage);
    let object = after.current(&"terraform_data.a".parse().unwrap()).unwrap();
    assert!(object.attributes.as_str().contains(r#""input":{"value":"one","type":"string"}"#));
}

#[test]
fn terraform_waiting_for_a_file_that_is_gone_fails_instead_of_losing_what_it_does() {
    let Some(terraform) = Terraform::new(ONE) else { return };
    let mut local = terraform.0.local();
    local.lock(&info()).unwrap();
    let waiting = terraform.start(&["apply", "-auto-approve", "-lock-timeout=60s"]);
    terraform.wait_until_open(&waiting);
    pause(Duration::from_millis(200));
    drop(local);
    assert!(!terraform.0.state().exists(), "it was made only to be locked");
    let output = waiting.wait_with_output().unwrap();
    assert!(!output.status.success() && words(&output).contains("Unsupported state file format"), "{}", words(&output));
    assert!(!words(&output).contains("Creating"), "{}", words(&output));
}

#[test]
fn who_is_killed_holds_no_lock_whatever_its_message_says() {
    let slow =
        "resource \"terraform_data\" \"slow\" {\n  provisioner \"local-exec\" {\n    command = \"touch begun; exec sleep 30\"\n  }\n}\n";
    let Some(terraform) = Terraform::new(slow) else { return };
    let mut apply = terraform.start(&["apply", "-auto-approve"]);
    wait_for("the provisioner", || terraform.0.path("begun").exists());
    let group = rustix::process::Pid::from_child(&apply);
    rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
    apply.wait().unwrap();
    let theirs = terraform.0.read(".terraform.tfstate.lock.info");
    assert!(theirs.contains("OperationTypeApply"));

    let mut ours = start("hold", &terraform.0.state(), None);
    assert_eq!(ours.hear(), "locked");
    assert!(terraform.fails(&["plan"]).contains("someone@here"));
    ours.kill();
    assert!(terraform.0.read(".terraform.tfstate.lock.info").contains("someone@here"));
    terraform.succeeds(&["plan"]);
}
