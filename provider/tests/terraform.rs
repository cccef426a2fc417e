//! The protocol server under real Terraform, serving the toy provider of `examples/toy_provider.rs`.
//!
//! `cargo test -p hotswap-provider` builds both; before `--test terraform` alone, run `cargo build -p hotswap-provider --examples`.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use base64::Engine as _;
use serde_json::Value as Json;
use tokio::net::UnixListener;

/// A working folder with a Terraform configuration in it, and a folder for the toy provider's things.
struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    /// A workspace whose configuration is `body` after the provider's own blocks.
    fn new(body: &str) -> Self {
        let workspace = Self { folder: tempfile::tempdir().unwrap() };
        let provider = toy_provider();
        fs::create_dir(workspace.path("bin")).unwrap();
        std::os::unix::fs::symlink(&provider, workspace.path("bin/terraform-provider-toy")).unwrap();
        fs::create_dir(workspace.path("things")).unwrap();
        fs::create_dir(workspace.path("tmp")).unwrap();
        let cli = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n    \"hotswap-test/toy\" = {:?}\n  }}\n}}\n",
            workspace.path("bin")
        );
        fs::write(workspace.path("cli.tfrc"), cli).unwrap();
        workspace.configure(body);
        workspace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configure(&self, body: &str) {
        let head = "terraform {\n  required_providers {\n    toy = { source = \"hotswap-test/toy\" }\n  }\n}\n";
        let provider = format!("provider \"toy\" {{\n  folder = {:?}\n}}\n", self.path("things"));
        fs::write(self.path("main.tf"), format!("{head}{provider}{body}\n")).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TF_CLI_CONFIG_FILE", self.path("cli.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TMPDIR", self.path("tmp"))
            .env_remove("TF_LOG");
        command
    }

    fn terraform(&self, arguments: &[&str]) -> Run {
        Run::new(self.command(arguments).output().unwrap_or_else(|error| panic!("{NO_TERRAFORM}: {error}")))
    }

    fn apply(&self) -> Run {
        self.terraform(&["apply", "-auto-approve", "-no-color"])
    }

    /// The exit code of a plan: 0 for no changes, 2 for changes.
    fn plan_code(&self) -> Option<i32> {
        self.terraform(&["plan", "-detailed-exitcode", "-no-color"]).code
    }

    /// What is planned for `toy_thing.a`: its actions.
    fn planned_actions(&self) -> Json {
        self.terraform(&["plan", "-out=plan", "-no-color"]).succeeded();
        let plan: Json = serde_json::from_str(&self.terraform(&["show", "-json", "plan"]).succeeded().text).unwrap();
        plan["resource_changes"][0]["change"]["actions"].clone()
    }

    /// The attributes of `toy_thing.a` in the state.
    fn thing(&self) -> Json {
        let state: Json = serde_json::from_str(&self.terraform(&["show", "-json"]).succeeded().text).unwrap();
        let resources = state["values"]["root_module"]["resources"].as_array().cloned().unwrap_or_default();
        resources.into_iter().find(|resource| resource["address"] == "toy_thing.a").map(|thing| thing["values"].clone()).unwrap_or_default()
    }
}

const NO_TERRAFORM: &str =
    "these tests need `terraform` (1.8 or later) on PATH; install it from https://developer.hashicorp.com/terraform/install";

/// What a command said, standard output and error together.
struct Run {
    code: Option<i32>,
    text: String,
}

impl Run {
    fn new(output: Output) -> Self {
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Self { code: output.status.code(), text }
    }

    #[track_caller]
    fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.text);
        self
    }

    #[track_caller]
    fn failed_saying(self, sentences: &[&str]) -> Self {
        assert_eq!(self.code, Some(1), "{}", self.text);
        let words = self.text.replace(['│', '╷', '╵'], " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        for sentence in sentences {
            assert!(words.contains(sentence), "{sentence:?} is not in\n{}", self.text);
        }
        self
    }
}

/// The example cargo builds together with this test.
fn toy_provider() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let provider = profile.join("examples/toy_provider");
    assert!(provider.exists(), "{} is missing; build it with `cargo build -p hotswap-provider --examples`", provider.display());
    provider
}

fn thing(attributes: &str) -> String {
    format!("resource \"toy_thing\" \"a\" {{\n{attributes}\n}}")
}

#[test]
fn a_thing_lives_from_create_to_destroy() {
    let workspace = Workspace::new(&thing("name = \"one\"\nsize = 5\ntags = [\"b\", \"a\", \"b\"]\nconfig = { deep = [1, \"x\", null] }"));
    workspace.apply().succeeded();
    let created = workspace.thing();
    assert_eq!(created["id"], "thing-one");
    assert_eq!(created["tags"], serde_json::json!(["a", "b"]));
    assert_eq!(created["config"], serde_json::json!({ "deep": [1, "x", null] }));
    assert_eq!(workspace.plan_code(), Some(0), "a second plan has nothing to do");

    workspace.configure(&thing("name = \"one\"\nsize = 6"));
    assert_eq!(workspace.planned_actions(), serde_json::json!(["update"]));
    workspace.apply().succeeded();
    assert_eq!(workspace.thing()["size"], 6);
    assert_eq!(workspace.thing()["revision"], 2);

    workspace.configure(&thing("name = \"one\""));
    workspace.apply().succeeded();
    assert_eq!(workspace.thing()["size"], 3, "a removed line goes back to the default");
    assert_eq!(workspace.plan_code(), Some(0));

    workspace.configure(&thing("name = \"two\""));
    assert_eq!(workspace.planned_actions(), serde_json::json!(["delete", "create"]));
    workspace.apply().succeeded();
    assert_eq!(workspace.thing()["id"], "thing-two");

    workspace.terraform(&["destroy", "-auto-approve", "-no-color"]).succeeded();
    assert_eq!(workspace.thing(), Json::Null);
    assert_eq!(fs::read_dir(workspace.path("things")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(workspace.path("tmp")).unwrap().count(), 0, "every process removed its socket");
}

#[test]
fn a_thing_changed_or_removed_by_someone_else_is_put_right() {
    let workspace = Workspace::new(&thing("name = \"one\""));
    workspace.apply().succeeded();
    let file = workspace.path("things/one.json");
    let changed = fs::read_to_string(&file).unwrap().replace("\"size\":3", "\"size\":8");
    fs::write(&file, changed).unwrap();
    assert_eq!(workspace.planned_actions(), serde_json::json!(["update"]));
    fs::remove_file(&file).unwrap();
    assert_eq!(workspace.planned_actions(), serde_json::json!(["create"]));
}

#[test]
fn an_imported_thing_needs_no_change() {
    let workspace = Workspace::new(&thing("name = \"one\"\nsize = 4"));
    workspace.apply().succeeded();
    let before = workspace.thing();
    workspace.terraform(&["state", "rm", "toy_thing.a"]).succeeded();
    workspace.terraform(&["import", "-no-color", "toy_thing.a", "one"]).succeeded();
    assert_eq!(workspace.thing(), before);
    assert_eq!(workspace.plan_code(), Some(0));

    workspace.terraform(&["state", "rm", "toy_thing.a"]).succeeded();
    let missing = workspace.terraform(&["import", "-no-color", "toy_thing.a", "none"]);
    missing.failed_saying(&["Object to import not found", "There is nothing to import under the id \"none\"."]);
}

#[test]
fn a_failed_create_is_tainted_and_a_failed_update_keeps_what_exists() {
    let workspace = Workspace::new(&thing("name = \"one\"\nnote = \"half\""));
    workspace.apply().failed_saying(&["Error: Half done", "The thing exists but is not right.", "note = \"half\""]);
    assert_eq!(workspace.thing()["id"], "thing-one");
    workspace.configure(&thing("name = \"one\""));
    assert_eq!(workspace.planned_actions(), serde_json::json!(["delete", "create"]), "what was half created is replaced");
    workspace.apply().succeeded();

    workspace.configure(&thing("name = \"one\"\nsize = 9\nnote = \"half\""));
    workspace.apply().failed_saying(&["Error: Half done"]);
    assert_eq!(workspace.thing()["size"], 9);
    workspace.configure(&thing("name = \"one\""));
    assert_eq!(workspace.planned_actions(), serde_json::json!(["update"]));
}

#[test]
fn a_panic_is_an_error_of_that_thing_alone() {
    let workspace = Workspace::new(&thing("name = \"one\"\nsize = 5"));
    workspace.apply().succeeded();
    let other = "resource \"toy_thing\" \"b\" {\n  name = \"other\"\n}";
    workspace.configure(&format!("{}\n{other}", thing("name = \"one\"\nsize = 6\nnote = \"panic\"")));
    let sentences = ["Error: Provider crashed", "The provider crashed in ApplyResourceChange: the note said so."];
    workspace.apply().failed_saying(&sentences);
    assert_eq!(workspace.thing()["size"], 5, "the thing is still known, as it was");
    assert!(workspace.path("things/other.json").exists(), "the other thing was created all the same");
}

#[test]
fn a_write_only_value_reaches_apply_and_is_kept_nowhere() {
    let workspace = Workspace::new(&thing("name = \"one\"\nsecret = \"hush-hush\""));
    workspace.terraform(&["plan", "-out=plan", "-no-color"]).succeeded();
    let plan = workspace.terraform(&["show", "-json", "plan"]).succeeded().text;
    assert!(!plan.contains("\"secret\":\"hush-hush\""), "{plan}");
    workspace.apply().succeeded();
    assert_eq!(workspace.thing()["secret_length"], 9);
    let state = fs::read_to_string(workspace.path("terraform.tfstate")).unwrap();
    assert!(!state.contains("hush-hush"), "{state}");
    assert_eq!(workspace.plan_code(), Some(0));
}

#[test]
fn a_bad_value_is_reported_where_it_stands() {
    let workspace = Workspace::new(&thing("name = \"much-too-long\"\nprobe = {\n  port = 70000\n}"));
    workspace.terraform(&["validate", "-no-color"]).failed_saying(&[
        "Attribute name needs 1 to 10 characters, has 13.",
        "with toy_thing.a, on main.tf line 10, in resource \"toy_thing\" \"a\": 10: name = \"much-too-long\"",
        "Attribute probe.port must be a whole number from 1 to 65535, not 70000.",
        "Attribute probe needs exactly one of http, tcp to be set, none is.",
    ]);
    workspace.configure(&thing("name = \"one\"\nprobe = {\n  port = 80\n  http = \"x\"\n}"));
    workspace.apply().succeeded();
    assert_eq!(workspace.thing()["probe"]["path"], "/", "a nested default is filled in");
    assert_eq!(workspace.plan_code(), Some(0));
}

#[test]
fn a_value_known_only_after_apply_is_unknown_in_the_plan() {
    let second = "resource \"toy_thing\" \"b\" {\n  name = \"other\"\n  note = toy_thing.a.id\n}";
    let workspace = Workspace::new(&format!("{}\n{second}", thing("name = \"one\"")));
    let plan = workspace.terraform(&["plan", "-no-color"]).succeeded();
    assert!(plan.text.contains("note          = (known after apply)"), "{}", plan.text);
    workspace.apply().succeeded();
    assert!(fs::read_to_string(workspace.path("things/other.json")).unwrap().contains("\"note\":\"thing-one\""));
}

#[test]
fn a_data_source_is_read_with_its_defaults() {
    let workspace = Workspace::new(&thing("name = \"one\""));
    workspace.apply().succeeded();
    workspace.configure("data \"toy_things\" \"all\" {}\noutput \"names\" {\n  value = data.toy_things.all.names\n}");
    workspace.apply().succeeded();
    // The thing left the configuration, and was read before it went.
    assert_eq!(workspace.terraform(&["output", "-json", "names"]).succeeded().text.trim(), "[\"one\"]");
}

#[test]
fn a_function_gives_its_result_or_points_at_the_argument() {
    let output = |text: &str| format!("output \"loud\" {{\n  value = provider::toy::shout({text:?})\n}}");
    let workspace = Workspace::new(&output("hello"));
    workspace.apply().succeeded();
    assert_eq!(workspace.terraform(&["output", "-raw", "loud"]).succeeded().text, "HELLO");
    workspace.configure(&output("Hello"));
    workspace.apply().failed_saying(&["Invalid value for \"text\" parameter: That is loud enough already.", "main.tf line 10"]);
    workspace.configure(&output("panic"));
    workspace.apply().failed_saying(&["The provider crashed in CallFunction: the text said so."]);
}

#[tokio::test]
async fn ctrl_c_reaches_whoever_waits_and_the_apply_ends_well() {
    let workspace = Workspace::new(&thing("name = \"one\"\nnote = \"wait\""));
    // Where the toy provider says that it has come to its wait.
    let waiting = UnixListener::bind(workspace.path("things/waiting")).unwrap();
    let mut command = workspace.command(&["apply", "-auto-approve", "-no-color"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap_or_else(|error| panic!("{NO_TERRAFORM}: {error}"));
    let waits = tokio::time::timeout(Duration::from_secs(60), waiting.accept()).await;
    waits.expect("terraform never came to the wait").unwrap();
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let asked = Instant::now();
    let run = Run::new(child.wait_with_output().unwrap());
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?} to stop", asked.elapsed());
    assert!(run.text.contains("Stopped waiting"), "{}", run.text);
    assert_eq!(workspace.thing()["id"], "thing-one", "what was applied is in the state");
}

#[test]
fn logs_are_structured_and_tell_the_rpc_without_values() {
    let workspace = Workspace::new(&thing("name = \"one\"\nsecret = \"hush-hush\""));
    let log = workspace.path("log");
    let mut command = workspace.command(&["apply", "-auto-approve", "-no-color"]);
    command.env("TF_LOG_PROVIDER", "TRACE").env("TF_LOG_PATH", &log);
    Run::new(command.output().unwrap_or_else(|error| panic!("{NO_TERRAFORM}: {error}"))).succeeded();
    let log = fs::read_to_string(log).unwrap();
    assert!(
        log.lines().any(|line| {
            let fields = ["[DEBUG]", "rpc=ApplyResourceChange", "kind=toy_thing", "object=one", "milliseconds="];
            fields.iter().all(|field| line.contains(field))
        }),
        "{log}"
    );
    assert!(!log.contains("hush-hush"));
}

#[test]
fn what_is_put_aside_with_a_thing_comes_back_to_it() {
    let told = |run: &Run| {
        let lines = run.text.lines().map(|line| line.trim_matches(['│', '╷', '╵', ' ']));
        lines.skip_while(|line| *line != "Warning: Put aside").find(|line| line.starts_with("plan")).unwrap_or_default().to_owned()
    };
    let workspace = Workspace::new(&thing("name = \"one\"\nnote = \"tell\""));
    assert_eq!(told(&workspace.apply().succeeded()), "plan");
    let run = workspace.terraform(&["plan", "-detailed-exitcode", "-no-color"]);
    assert_eq!((run.code, told(&run).as_str()), (Some(0), "plan create read plan"));
    workspace.configure(&thing("name = \"one\"\nnote = \"tell\"\nsize = 5"));
    workspace.apply().succeeded();
    let state: Json = serde_json::from_str(&fs::read_to_string(workspace.path("terraform.tfstate")).unwrap()).unwrap();
    let private = base64::engine::general_purpose::STANDARD.decode(state["resources"][0]["instances"][0]["private"].as_str().unwrap());
    assert_eq!(String::from_utf8(private.unwrap()).unwrap(), "plan create read plan update");
}

#[test]
fn a_thing_of_a_fork_is_moved_here_as_it_is() {
    let workspace = Workspace::new(&thing("name = \"one\"\nsize = 4"));
    let cli = fs::read_to_string(workspace.path("cli.tfrc")).unwrap();
    let line = cli.lines().find(|line| line.contains("hotswap-test/toy")).unwrap();
    fs::write(workspace.path("cli.tfrc"), cli.replace(line, &format!("{line}\n{}", line.replace("hotswap-test/", "fork-test/")))).unwrap();
    let fork = fs::read_to_string(workspace.path("main.tf")).unwrap().replace("hotswap-test/", "fork-test/");
    fs::write(workspace.path("main.tf"), fork).unwrap();
    workspace.apply().succeeded();
    let before = workspace.thing();

    let moved =
        "resource \"toy_thing\" \"here\" {\n  name = \"one\"\n  size = 4\n}\nmoved {\n  from = toy_thing.a\n  to   = toy_thing.here\n}";
    workspace.configure(moved);
    let run = workspace.apply().succeeded();
    assert!(run.text.contains("0 added, 0 changed, 0 destroyed"), "{}", run.text);
    let state: Json = serde_json::from_str(&workspace.terraform(&["show", "-json"]).succeeded().text).unwrap();
    let thing = &state["values"]["root_module"]["resources"][0];
    assert_eq!((&thing["address"], &thing["provider_name"]), (&"toy_thing.here".into(), &"registry.terraform.io/hotswap-test/toy".into()));
    assert_eq!(thing["values"], before);
}

#[test]
fn an_ephemeral_key_is_open_for_the_run_alone_and_kept_nowhere() {
    let body = |length: usize| {
        let key = format!("ephemeral \"toy_key\" \"k\" {{\n  name   = \"one\"\n  length = {length}\n}}\n");
        format!("{key}{}", thing("name = \"one\"\nsecret = ephemeral.toy_key.k.secret"))
    };
    let workspace = Workspace::new(&body(12));
    workspace.terraform(&["plan", "-out=plan", "-no-color"]).succeeded();
    let log = workspace.path("log");
    let mut command = workspace.command(&["apply", "-no-color", "plan"]);
    command.env("TF_LOG_PROVIDER", "TRACE").env("TF_LOG_PATH", &log);
    Run::new(command.output().unwrap()).succeeded();
    assert_eq!(workspace.thing()["secret_length"], 12);
    assert!(!workspace.path("one.key").exists(), "it was closed");
    for file in ["terraform.tfstate", "plan", "log"] {
        let bytes = fs::read(workspace.path(file)).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("kkkkkkkkkkkk"), "{file} has the key");
    }
    let log = fs::read_to_string(log).unwrap();
    for rpc in ["OpenEphemeralResource", "CloseEphemeralResource"] {
        assert!(log.contains(&format!("rpc={rpc}")), "no {rpc} in {log}");
    }
    workspace.configure(&body(12).replace("\"one\"\n  length", "\"much-too-long\"\n  length"));
    workspace.terraform(&["validate", "-no-color"]).failed_saying(&["Attribute name needs 1 to 10 characters, has 13."]);
}

#[test]
fn started_by_hand_it_says_what_it_is() {
    let run =
        |arguments: &[&str]| Run::new(Command::new(toy_provider()).args(arguments).env_remove("TF_PLUGIN_MAGIC_COOKIE").output().unwrap());
    run(&[]).failed_saying(&["this program is a Terraform provider and is not meant to be run by hand"]);
    run(&["--frobnicate"]).failed_saying(&["unknown argument \"--frobnicate\""]);
    assert_eq!(run(&["--version"]).succeeded().text, "terraform-provider-toy 0.0.0\n");
}

#[test]
fn terraform_can_use_a_process_started_by_hand() {
    use std::io::{BufRead, BufReader};

    let workspace = Workspace::new(&thing("name = \"one\""));
    let mut provider = Command::new(toy_provider()).arg("--debug").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(provider.stdout.take().unwrap()).lines().map(Result::unwrap);
    let variable = lines.find_map(|line| line.trim().strip_prefix("export TF_REATTACH_PROVIDERS=").map(str::to_owned)).unwrap();
    let mut command = workspace.command(&["apply", "-auto-approve", "-no-color"]);
    let run = command.env("TF_REATTACH_PROVIDERS", variable.trim_matches('\'')).env_remove("TF_CLI_CONFIG_FILE").output();
    let run = Run::new(run.unwrap_or_else(|error| panic!("{NO_TERRAFORM}: {error}")));
    let interrupted = Command::new("kill").args(["-INT", &provider.id().to_string()]).status().unwrap();
    let ended = provider.wait().unwrap();
    drop(lines);
    run.succeeded();
    assert!(workspace.path("things/one.json").exists());
    assert!(interrupted.success() && ended.success(), "Ctrl-C ends it cleanly: {ended}");
}
