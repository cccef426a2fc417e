//! The examples: each is valid, each that is whole can be applied as it is, and none can be forgotten.

use std::fs;

use hotswap_acceptance::corpus::Front;
use hotswap_acceptance::{Case, Run, bin_dir, examples};
use serde_json::Value as Json;

#[test]
fn no_example_is_forgotten() {
    let strays = examples::strays();
    assert!(strays.is_empty(), "neither snippets nor in a folder with a main.tf: {strays:?}");
    for name in ["quickstart", "fleet", "module", "environments", "ci"] {
        assert!(examples::whole().iter().any(|found| found == name), "there is no example {name}");
    }
}

#[test]
fn the_snippets_of_the_reference_are_valid_together_under_both_front_ends() {
    let case = Case::new();
    for (index, file) in examples::snippets().iter().enumerate() {
        fs::copy(file, case.path(&format!("{index}.tf"))).unwrap();
    }
    fs::copy(case.path("greeter-1.0.0.wat"), case.path("greeter.wasm")).unwrap();
    case.validate().succeeded().is_calm();
    case.run(Front::Hotswap, &["validate", "-json"]).succeeded().is_calm();
}

#[test]
fn commands_that_import_say_what_the_blocks_say() {
    let mut checked = 0;
    for block in examples::snippets().iter().filter(|path| path.ends_with("import-by-string-id.tf")) {
        let block_text = fs::read_to_string(block).unwrap();
        let command = fs::read_to_string(block.with_file_name("import.sh")).unwrap();
        let line = command.trim().strip_prefix("terraform import ").unwrap_or_else(|| panic!("{command:?} imports nothing"));
        let (address, id) = line.rsplit_once(' ').unwrap();
        let wanted = format!("import {{\n  to = {}\n  id = \"{id}\"\n}}\n", address.trim_matches('\''));
        assert_eq!(block_text, wanted, "{}", block.display());
        checked += 1;
    }
    assert!(checked >= 4, "only {checked} types can be imported");
}

#[test]
fn every_example_is_in_the_canonical_style() {
    let case = Case::new();
    examples::copy_to(&case.path("examples"));
    for front in [Front::Terraform, Front::Hotswap] {
        let checked = case.run(front, &["fmt", "-check", "-diff", "-recursive", "examples"]);
        assert_eq!(checked.code, Some(0), "{front:?}: {}", checked.text);
    }
}

#[test]
fn every_whole_example_is_applied_and_destroyed_by_hotswap() {
    apply_all(Front::Hotswap);
}

#[test]
fn every_whole_example_is_applied_and_destroyed_by_terraform() {
    apply_all(Front::Terraform);
}

/// Each on a server of its own, as a reader would: applied, found to need nothing more, destroyed.
fn apply_all(front: Front) {
    let case = examples_case();
    for name in examples::whole() {
        let environments = examples::environments(&name);
        let ways = if environments.is_empty() { vec![String::new()] } else { environments };
        for way in ways {
            let flags = if way.is_empty() { String::new() } else { format!("-var-file={way}") };
            let program = program(front);
            let modules = if front == Front::Terraform { "terraform get >/dev/null" } else { "hotswap init >/dev/null" };
            let script = format!(
                "set -eu\ncd examples/{name}\n{modules}\n\
                 {program} apply -no-color -auto-approve -input=false {flags}\n\
                 {program} plan -no-color -detailed-exitcode -input=false {flags}\n\
                 {program} destroy -no-color -auto-approve -input=false {flags}\n"
            );
            let run = on_a_server_of_its_own(&case, &["sh", "-c", &script]);
            assert_eq!(run.code, Some(0), "{front:?}, examples/{name} {flags}:\n{}", run.text);
            let state = fs::read_to_string(case.path(&format!("examples/{name}/terraform.tfstate"))).unwrap();
            let state: Json = serde_json::from_str(&state).unwrap();
            assert_eq!(state["resources"], Json::Array(vec![]), "{front:?}, examples/{name} {flags}: something is left");
        }
    }
}

#[test]
fn the_pipeline_checks_plans_comments_and_applies_by_hotswap() {
    the_pipeline_checks_plans_comments_and_applies(Front::Hotswap);
}

#[test]
fn the_pipeline_checks_plans_comments_and_applies_by_terraform() {
    the_pipeline_checks_plans_comments_and_applies(Front::Terraform);
}

fn the_pipeline_checks_plans_comments_and_applies(front: Front) {
    let mut case = examples_case();
    case.set("FRONT_END", program(front));
    let checked = case.run(Front::Hotswap, &["-chdir=examples/ci", "fmt", "-check"]);
    assert_eq!(checked.code, Some(0), "{}", checked.text);
    // What `check` leaves behind is nothing: it has no server to speak to but its own.
    let check = case.program("examples/ci/ci/check", &[]);
    assert_eq!(check.code, Some(0), "{}", check.text);
    assert!(!case.path("examples/ci/terraform.tfstate").exists());

    // A first push, then a change: each planned, told, and applied as it was planned.
    let script = "cd examples/ci\n\
                  step() { code=0; ci/plan p || code=$?; ci/comment p >\"comment-$1.md\"; echo \"plan $1: $code\"; }\n\
                  step 1; ci/apply p || exit 1\n\
                  step 2\n\
                  export TF_VAR_greeter_version=1.1.0\n\
                  step 3; ci/apply p || exit 1\n";
    let run = on_a_server_of_its_own(&case, &["sh", "-c", script]);
    assert_eq!(run.code, Some(0), "{}", run.text);
    for said in ["plan 1: 2", "plan 2: 0", "plan 3: 2"] {
        assert!(run.text.contains(said), "nothing says {said:?}:\n{}", run.text);
    }
    let comment = |number: u32| fs::read_to_string(case.path(&format!("examples/ci/comment-{number}.md"))).unwrap();
    let first = comment(1);
    assert!(first.starts_with("### Plan: 5 to add, 0 to change, 0 to destroy."), "{first}");
    assert!(first.contains("\n```diff\n") && first.contains("\n+   resource \"hotswap_tenant\" \"acme\" {\n"), "{first}");
    assert!(comment(2).starts_with("### No changes."), "{}", comment(2));
    let third = comment(3);
    assert!(third.starts_with("### Plan: 0 to add, 1 to change, 0 to destroy."), "{third}");
    assert!(third.contains("\n! ") && third.contains("\"1.0.0\" -> \"1.1.0\""), "{third}");
}

#[test]
fn the_workflow_calls_scripts_that_are_there() {
    let case = examples_case();
    let expression = "jsonencode([for name, job in yamldecode(file(\"github-actions.yml\")).jobs : [for step in job.steps : lookup(step, \"run\", \"\")]])";
    case.write("examples/ci/output.tf", format!("output \"steps\" {{\n  value = {expression}\n}}\n"));
    let run = on_a_server_of_its_own(
        &case,
        &["sh", "-c", "cd examples/ci && hotswap apply -auto-approve >/dev/null && hotswap output -raw steps"],
    );
    let jobs: Vec<Vec<String>> = serde_json::from_str(run.text.trim()).unwrap_or_else(|error| panic!("{error}: {}", run.text));
    let words: Vec<&str> = jobs.iter().flatten().flat_map(|step| step.split_whitespace()).filter(|word| word.starts_with("ci/")).collect();
    for script in ["ci/check", "ci/plan", "ci/comment", "ci/apply"] {
        assert!(words.contains(&script), "the workflow never calls {script}: {words:?}");
    }
    for word in words {
        assert!(case.path(&format!("examples/ci/{word}")).is_file(), "the workflow calls {word}, which is not there");
    }
}

/// A case with a copy of the examples, and `hotswap` on the path.
fn examples_case() -> Case {
    let mut case = Case::new();
    examples::copy_to(&case.path("examples"));
    let path = std::env::var("PATH").unwrap_or_default();
    case.set("PATH", &format!("{}:{path}", bin_dir().display()));
    case
}

fn program(front: Front) -> &'static str {
    match front {
        Front::Terraform => "terraform",
        Front::Hotswap => "hotswap",
    }
}

fn on_a_server_of_its_own(case: &Case, command: &[&str]) -> Run {
    case.run(Front::Hotswap, &[&["serve", "--ephemeral", "--"], command].concat())
}
