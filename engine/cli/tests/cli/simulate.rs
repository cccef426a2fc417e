//! `hotswap rollout simulate`: the timeline, and what is told of a scenario that is none.

use crate::support::Folder;

const SCENARIO: &str = include_str!("../../../../examples/simulate/canary.hcl");

#[test]
fn the_example_goes_back_when_its_new_version_breaks() {
    let folder = Folder::with(&[("canary.hcl", SCENARIO), ("good.hcl", &SCENARIO.replace("{ after = \"4m\", failures = 12 },", ""))]);
    let run = folder.run(&["rollout", "simulate", "-f", "canary.hcl"]);
    assert_eq!(run.code, 1, "{run:?}");
    for line in ["stage 1 of 2 (10 %)", "stage 2 of 2 (50 %)", "going back: error rate", "seen: "] {
        assert!(run.stdout.contains(line), "{line:?} is not in:\n{}", run.stdout);
    }
    let run = folder.run(&["rollout", "simulate", "-f", "good.hcl", "--json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["outcome"]["name"], "completed");
}

#[test]
fn what_a_server_would_refuse_is_refused_here() {
    let told = |text: &str| folder_told(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let cases = [
        ("strategy = { canary = { steps = [{ weight = 50 }, { weight = 10 }] } }", "strategy.canary.steps[1].weight: is 10"),
        ("strategy = { sideways = {} }", "unknown field `sideways`"),
        ("colour = 1", "unknown field `colour`"),
        ("events = [{ after = \"soon\" }]", "soon"),
        ("seed = ", "scenario.hcl line 1"),
        ("seed = var.x", "scenario.hcl line 1"),
        ("block {}", "Block among values"),
    ];
    for (text, sentence) in cases {
        let said = told(text);
        assert!(said.contains(sentence), "{text}: {said}");
    }
}

fn folder_told(text: &str) -> String {
    let run = Folder::with(&[("scenario.hcl", text)]).run(&["rollout", "simulate", "-f", "scenario.hcl"]);
    assert_eq!(run.code, 1, "{run:?}");
    run.stderr
}
