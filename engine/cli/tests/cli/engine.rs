//! `plan`, `apply` and the others over a configuration, against a real server.

use std::io::Read as _;
use std::process::{Command, Stdio};

use crate::support::{Folder, Server};

const HEAD: &str = "terraform {\n  required_providers {\n    hotswap = {\n      source = \"hotswap/hotswap\"\n    }\n  }\n}\n";

const TENANT: &str = r#"
variable "display_name" {
  type    = string
  default = "Acme"
}

resource "hotswap_tenant" "t" {
  name         = "acme"
  display_name = var.display_name
}

output "name" {
  value = hotswap_tenant.t.name
}
"#;

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_tenant_lives_from_plan_to_destroy() {
    let server = Server::start();
    let folder = server.folder(&[("head.tf", HEAD), ("main.tf", TENANT)]);
    let run = folder.run(&["plan", "-detailed-exitcode"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("# hotswap_tenant.t will be created") && run.stdout.contains("Plan: 1 to add, 0 to change, 0 to destroy."));

    let said = folder.run(&["apply", "-auto-approve"]).succeeded();
    for line in [
        "hotswap_tenant.t: Creating...\n",
        "hotswap_tenant.t: Creation complete after 0s [id=",
        "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n\nOutputs:\n\nname = \"acme\"\n",
    ] {
        assert!(said.contains(line), "{line:?} is not in:\n{said}");
    }
    let run = folder.run(&["plan", "-detailed-exitcode"]);
    assert!(run.code == 0 && run.stdout.starts_with("hotswap_tenant.t: Refreshing state... [id="), "{run:?}");
    assert_eq!(folder.run(&["state", "list"]).succeeded(), "hotswap_tenant.t\n");
    assert_eq!(folder.run(&["output", "-raw", "name"]).succeeded(), "acme");
    assert!(folder.run_with_input(&["console"], "hotswap_tenant.t.display_name\n").succeeded() == "\"Acme\"\n");

    // A plan that is saved is carried out as it is, once.
    folder.run(&["plan", "-var", "display_name=Other", "-out=p"]).succeeded();
    assert!(folder.run(&["show", "p"]).succeeded().contains("\"Acme\" -> \"Other\""));
    let json: serde_json::Value = serde_json::from_str(&folder.run(&["show", "-json", "p"]).succeeded()).unwrap();
    assert_eq!(json["resource_changes"][0]["change"]["actions"], serde_json::json!(["update"]));
    assert!(words(&folder.run(&["apply", "-var", "display_name=Other", "p"]).failed()).contains("Variable of a saved plan given again"));
    let said = folder.run(&["apply", "p"]).succeeded();
    assert!(said.contains("hotswap_tenant.t: Modifying... [id=") && said.contains("0 added, 1 changed, 0 destroyed"), "{said}");
    assert!(words(&folder.run(&["apply", "p"]).failed()).contains("Saved plan is stale"));

    // Nothing but yes is a yes.
    let run = folder.run_with_input(&["destroy"], "y\n");
    assert!(run.code == 1 && run.stdout.contains("Destroy cancelled."), "{run:?}");
    let run = folder.run_with_input(&["destroy", "-var=display_name=Other"], "yes\n");
    assert!(run.code == 0 && run.stdout.contains("Destroy complete! Resources: 1 destroyed."), "{run:?}");
    assert_eq!(folder.run(&["state", "list"]).succeeded(), "");
}

#[test]
fn something_that_exists_is_imported() {
    let server = Server::start();
    let first = server.folder(&[("head.tf", HEAD), ("main.tf", TENANT)]);
    first.run(&["apply", "-auto-approve"]).succeeded();
    let second = server.folder(&[("head.tf", HEAD), ("main.tf", TENANT)]);
    let said = second.run(&["import", "hotswap_tenant.t", "acme"]).succeeded();
    assert!(said.contains("Import successful!"), "{said}");
    assert_eq!(second.run(&["plan", "-detailed-exitcode", "-target=hotswap_tenant.t", "-compact-warnings"]).code, 2, "the output is new");
    let said = second.run(&["import", "hotswap_tenant.t", "acme"]);
    assert!(said.code == 1 && said.stderr.contains("Managed already"), "{said:?}");
    let said = second.run(&["import", "hotswap_tenant.u", "acme"]).failed();
    assert!(words(&said).contains("no resource block for hotswap_tenant.u"), "{said}");
    assert!(second.run(&["graph"]).succeeded().contains("hotswap_tenant.t"));
}

#[test]
fn events_are_lines_of_json() {
    let server = Server::start();
    let folder = server.folder(&[("head.tf", HEAD), ("main.tf", TENANT)]);
    let said = folder.run(&["apply", "-json", "-auto-approve"]).succeeded();
    let kinds: Vec<String> =
        said.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds[0], "version");
    for kind in ["planned_change", "change_summary", "apply_start", "apply_complete", "outputs"] {
        assert!(kinds.iter().any(|known| known == kind), "no {kind} in {kinds:?}");
    }
    let run = folder.run(&["plan", "-json", "-var=nothing=1"]);
    assert!(run.code == 1 && run.stderr.is_empty() && run.stdout.contains("\"type\":\"diagnostic\""), "{run:?}");
}

#[test]
fn what_is_wrong_is_told_all_at_once_with_its_place() {
    let folder = Folder::with(&[
        ("head.tf", HEAD),
        ("main.tf", "resource \"hotswap_tenant\" \"t\" {\n  nmae = \"x\"\n}\n\noutput \"o\" {\n  value = local.nothing\n}\n"),
    ]);
    let said = words(&folder.run(&["validate"]).failed());
    assert!(said.contains("main.tf line 2") && said.contains("main.tf line 6") && said.contains("\"name\""), "{said}");
    let run = folder.run(&["validate", "-json"]);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(run.code == 1 && json["valid"] == false && json["error_count"].as_u64() > Some(1), "{json}");
    assert_eq!(json["diagnostics"][0]["range"]["filename"], "main.tf");

    let folder = Folder::with(&[("main.tf", "a = {\n"), ("other.tf", "b {\n")]);
    let said = words(&folder.run(&["plan"]).failed());
    assert!(said.contains("main.tf line") && said.contains("other.tf line"), "{said}");
}

#[test]
fn variables_come_from_everywhere_and_are_missed_by_name() {
    let folder = Folder::with(&[("main.tf", "variable \"a\" {\n  type = number\n}\noutput \"a\" {\n  value = var.a + 1\n}\n")]);
    let said = words(&folder.run(&["plan"]).failed());
    assert!(said.contains("\"a\"") && said.contains("TF_VAR_a") && said.contains("main.tf line 1"), "{said}");
    for arguments in [&["plan", "-var", "a=1"][..], &["plan", "-var=a=1"], &["plan", "--var=a=1"], &["plan", "-var-file=f", "-input=false"]]
    {
        folder.write("f", "a = 1\n");
        assert!(folder.run(arguments).succeeded().contains("+ a = 2"), "{arguments:?}");
    }
    let run = folder.run(&["plan", "-var=a=1", "-var-file=f", "-var", "a=6", "-no-color", "-lock=false", "-parallelism=2"]);
    assert!(run.stdout.contains("+ a = 7"), "{run:?}");
    folder.write("x.auto.tfvars", "a = 2\n");
    assert!(folder.run(&["plan"]).succeeded().contains("+ a = 3"));
    let folder = folder.set("TF_VAR_a", "9");
    assert!(folder.run(&["plan"]).succeeded().contains("+ a = 3"), "a file goes before the environment");
    std::fs::remove_file(folder.path("x.auto.tfvars")).unwrap();
    assert!(folder.run(&["plan"]).succeeded().contains("+ a = 10"));
}

#[test]
fn another_provider_is_named() {
    let folder = Folder::with(&[("main.tf", "resource \"aws_instance\" \"i\" {\n}\n")]);
    for command in ["init", "validate", "plan"] {
        let said = words(&folder.run(&[command]).failed());
        assert!(said.contains("registry.terraform.io/hashicorp/aws"), "{command}: {said}");
    }
    assert!(Folder::with(&[("head.tf", HEAD)]).run(&["init", "-input=false", "-upgrade"]).succeeded().contains("nothing to initialise"));
}

#[test]
fn nobody_to_ask_is_no_approval() {
    let folder = Folder::with(&[("main.tf", "output \"a\" {\n  value = 1\n}\n")]);
    let run = folder.run(&["apply"]);
    assert!(run.code == 1 && run.stderr.contains("No answer"), "{run:?}");
    assert!(words(&folder.run(&["apply", "-input=false"]).failed()).contains("-auto-approve"));
    assert!(!folder.path("terraform.tfstate").exists());
    let run = folder.run_with_input(&["apply"], "yes\n");
    assert!(run.code == 0 && run.stdout.contains("Apply complete!"), "{run:?}");
    assert_eq!(folder.run(&["output", "a"]).succeeded(), "1\n");
}

#[test]
fn the_console_answers_line_by_line() {
    let folder = Folder::with(&[("main.tf", "variable \"a\" {\n}\nlocals {\n  b = [1, 2]\n}\n")]);
    let run = folder.run_with_input(&["console"], "1 + 1\n\nlocal.b\nvar.a\nupper(\"x\")\nexit\n7\n");
    assert_eq!((run.code, &*run.stdout), (0, "2\n[\n  1,\n  2,\n]\n(known after apply)\n\"X\"\n"), "{}", run.stderr);
    let run = folder.run_with_input(&["console", "-var", "a=x"], "1 +\nvar.a\nlocal.c\n");
    assert_eq!((run.code, &*run.stdout), (1, "\"x\"\n"));
    assert!(run.stderr.contains("<console-input> line 1"), "{}", run.stderr);
}

#[test]
fn ctrl_c_at_the_question_is_a_no_and_leaves_nothing_locked() {
    let folder = Folder::with(&[("main.tf", "output \"a\" {\n  value = 1\n}\n")]);
    let mut command = folder.command(&["apply"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut shown = Vec::new();
    while !String::from_utf8_lossy(&shown).contains("Enter a value:") {
        let mut byte = [0];
        assert_eq!(child.stdout.as_mut().unwrap().read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&shown));
        shown.extend(byte);
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    // Its end would be an answer of its own.
    let input = child.stdin.take();
    let ended = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(ended.status.code(), Some(1));
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(told.contains("Interrupted"), "{told}");
    assert!(!folder.path(".terraform.tfstate.lock.info").exists());
    let run = folder.run_with_input(&["apply"], "yes\n");
    assert_eq!(run.code, 0, "{run:?}");
}
