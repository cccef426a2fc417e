//! `hotswap state`, `show` and `output`, which look at the state alone.

use std::process::Stdio;

use crate::support::Folder;

const STATE: &str = r#"{
  "version": 4,
  "terraform_version": "1.11.4",
  "serial": 3,
  "lineage": "b1c51e0e-3a5c-4b39-8a9a-0a2b8f6c1d10",
  "outputs": {
    "big": { "value": 9007199254740993, "type": "number" },
    "list": { "value": ["a", "b\nc"], "type": ["list", "string"] },
    "none": { "value": null, "type": "string" },
    "secret": { "value": "hush", "type": "string", "sensitive": true },
    "text": { "value": "a \"b\" <c>", "type": "string" }
  },
  "resources": [
    {
      "mode": "managed", "type": "hotswap_plugin", "name": "p", "provider": "provider[\"registry.terraform.io/hotswap/hotswap\"]",
      "instances": [
        { "index_key": "x", "schema_version": 0, "attributes": { "id": "id-x", "name": "x" }, "sensitive_attributes": [] },
        { "index_key": "y", "schema_version": 0, "attributes": { "id": "id-y", "name": "y" }, "sensitive_attributes": [] }
      ]
    }
  ],
  "check_results": null
}
"#;

fn folder() -> Folder {
    Folder::with(&[("terraform.tfstate", STATE)])
}

#[test]
fn list_tells_addresses() {
    let folder = folder();
    assert_eq!(folder.run(&["state", "list"]).succeeded(), "hotswap_plugin.p[\"x\"]\nhotswap_plugin.p[\"y\"]\n");
    assert_eq!(folder.run(&["state", "list", "-id=id-y"]).succeeded(), "hotswap_plugin.p[\"y\"]\n");
    assert_eq!(folder.run(&["state", "list", "hotswap_plugin.p[\"x\"]"]).succeeded(), "hotswap_plugin.p[\"x\"]\n");
    let said = folder.run(&["state", "list", "hotswap_plugin.q"]).failed();
    assert!(said.contains("nothing at hotswap_plugin.q"), "{said}");
}

#[test]
fn without_a_state_that_is_told() {
    let said = Folder::new().run(&["state", "list", "-state=other.tfstate"]).failed();
    assert!(said.contains("other.tfstate"), "{said}");
    assert!(Folder::new().run(&["show"]).succeeded().contains("The state is empty"));
    let json: serde_json::Value = serde_json::from_str(&Folder::new().run(&["show", "-json"]).succeeded()).unwrap();
    assert_eq!(json["format_version"], "1.0");
}

#[test]
fn one_object_or_all_are_shown() {
    let folder = folder();
    let one = folder.run(&["state", "show", "hotswap_plugin.p[\"x\"]"]).succeeded();
    assert!(one.contains("# hotswap_plugin.p[\"x\"]:") && one.contains("\"id-x\"") && !one.contains("id-y"), "{one}");
    let all = folder.run(&["show"]).succeeded();
    assert!(all.contains("id-x") && all.contains("id-y") && !all.contains("hush"), "{all}");
    let json: serde_json::Value = serde_json::from_str(&folder.run(&["show", "-json"]).succeeded()).unwrap();
    assert_eq!(json["values"]["root_module"]["resources"][1]["values"]["name"], "y");
}

#[test]
fn objects_are_moved_and_forgotten() {
    let folder = folder();
    let shown = folder.run(&["state", "mv", "-dry-run", "hotswap_plugin.p", "hotswap_plugin.q"]).succeeded();
    assert!(shown.contains("Would move"), "{shown}");
    assert_eq!(folder.read("terraform.tfstate"), STATE);
    folder.run(&["state", "mv", "hotswap_plugin.p", "hotswap_plugin.q"]).succeeded();
    let said = folder.run(&["state", "rm", "hotswap_plugin.q[\"x\"]"]).succeeded();
    assert!(said.contains("Removed hotswap_plugin.q[\"x\"]"), "{said}");
    assert_eq!(folder.run(&["state", "list"]).succeeded(), "hotswap_plugin.q[\"y\"]\n");
    let pulled: serde_json::Value = serde_json::from_str(&folder.run(&["state", "pull"]).succeeded()).unwrap();
    assert_eq!(pulled["serial"], 5);
    assert!(folder.path("terraform.tfstate.backup").exists());
}

#[test]
fn outputs_are_shown_as_expressions_json_and_raw() {
    let folder = folder();
    let all = folder.run(&["output"]).succeeded();
    let expected = "big = 9007199254740993\nlist = tolist([\n  \"a\",\n  <<-EOT\n  b\n  c\n  EOT,\n])\nnone = tostring(null)\nsecret = <sensitive>\ntext = \"a \\\"b\\\" <c>\"\n";
    assert_eq!(all, expected);
    assert_eq!(folder.run(&["output", "secret"]).succeeded(), "\"hush\"\n");
    assert_eq!(folder.run(&["output", "-raw", "text"]).succeeded(), "a \"b\" <c>");
    assert_eq!(folder.run(&["output", "-raw", "big"]).succeeded(), "9007199254740993");
    assert_eq!(folder.run(&["output", "-json", "big"]).succeeded(), "9007199254740993\n");
    let json = folder.run(&["output", "-json"]).succeeded();
    assert!(json.contains("9007199254740993") && json.contains("\"sensitive\": true"), "{json}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["list"]["type"], serde_json::json!(["list", "string"]));
    assert_eq!(json["text"]["value"], "a \"b\" <c>");
    for name in ["list", "none"] {
        let said = folder.run(&["output", "-raw", name]).failed();
        assert!(said.contains("-json"), "{said}");
    }
    let said = folder.run(&["output", "nothing"]).failed();
    assert!(said.contains("\"nothing\" not found") && said.contains("big, list"), "{said}");
}

#[test]
fn no_output_is_a_warning_and_no_data() {
    let run = Folder::new().run(&["output"]);
    assert_eq!((run.code, &*run.stdout), (0, ""));
    assert!(run.stderr.contains("No outputs found"), "{}", run.stderr);
    assert_eq!(Folder::new().run(&["output", "-json"]).succeeded(), "{}\n");
}

#[test]
fn a_state_that_cannot_be_used_says_why() {
    for (state, words) in [
        ("{\"version\": 4, \"serial\"", "breaks off"),
        ("{]", "not well-formed JSON"),
        ("{\"version\": 9}", "newer than 4"),
        ("[1]", "no state"),
    ] {
        let said = Folder::with(&[("terraform.tfstate", state)]).run(&["state", "list"]).failed();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("State cannot be used") && said.contains(words), "{said}");
    }
}

#[test]
fn a_state_that_is_locked_says_by_whom() {
    let folder = folder();
    // A lock as Terraform's is: held by a process that goes on until its input ends.
    let script = "import fcntl, sys\nf = open('terraform.tfstate', 'r+')\nfcntl.lockf(f, fcntl.LOCK_EX)\nprint('locked', flush=True)\nsys.stdin.read()";
    let mut holder = std::process::Command::new("python3");
    holder.args(["-c", script]).current_dir(folder.path("")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut holder) = holder.spawn() else { return };
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(holder.stdout.as_mut().unwrap()), &mut line).unwrap();
    let info = r#"{"ID":"1234","Operation":"OperationTypeApply","Info":"","Who":"kim@desk","Version":"1.11.4","Created":"2026-01-02T03:04:05Z","Path":"terraform.tfstate"}"#;
    folder.write(".terraform.tfstate.lock.info", info);
    let said = folder.run(&["state", "rm", "hotswap_plugin.p"]).failed();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("kim@desk") && said.contains("2026-01-02") && said.contains("-lock-timeout"), "{said}");
    drop(holder.stdin.take());
    holder.wait().unwrap();
    folder.run(&["state", "rm", "hotswap_plugin.p"]).succeeded();
}
