//! Playing a case: step by step, with the front end whose turn it is, and what came of each step.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value as Json;

use super::front::Front;
use super::normal::{Normaliser, sort_random};
use super::script::{Script, Step};
use crate::Case;
use crate::run::Run;

/// What came of a step, made comparable.
#[derive(Debug, PartialEq)]
struct Outcome {
    code: Option<i32>,
    actions: BTreeMap<String, String>,
    plan: Json,
    /// What `plan -json` told, line by line, but for what goes on meanwhile.
    events: Vec<String>,
    state: String,
}

/// Plays a case with each front end alone and with both in turns, and compares.
///
/// # Panics
/// If something is not as the case expects, or not the same with both.
pub fn compare(name: &str) {
    let script = Script::read(name);
    let terraform = play(name, &script, |_| Front::Terraform);
    let hotswap = play(name, &script, |_| Front::Hotswap);
    let turns = |index: usize| if index.is_multiple_of(2) { Front::Hotswap } else { Front::Terraform };
    let mixed = play(name, &script, turns);
    let swapped = if script.steps.len() > 1 { play(name, &script, |index| turns(index).other()) } else { Vec::new() };
    for (index, expected) in terraform.iter().enumerate() {
        alike(name, index, "hotswap", expected, &hotswap[index]);
        alike(name, index, "both in turns, hotswap first,", expected, &mixed[index]);
        if let Some(swapped) = swapped.get(index) {
            alike(name, index, "both in turns, terraform first,", expected, swapped);
        }
    }
}

#[track_caller]
fn alike(name: &str, index: usize, who: &str, expected: &Outcome, found: &Outcome) {
    let step = format!("{name}, step {}: {who} must do what terraform does", index + 1);
    assert_eq!(expected.code, found.code, "{step}: exit codes");
    assert_eq!(expected.actions, found.actions, "{step}: actions");
    if expected.state != found.state {
        panic!("{step}: states\n{}", difference(&expected.state, &found.state));
    }
    if expected.events != found.events {
        panic!("{step}: events of the plan\n{}", difference(&expected.events.join("\n"), &found.events.join("\n")));
    }
    let (expected, found) = (format!("{:#}", expected.plan), format!("{:#}", found.plan));
    if expected != found {
        panic!("{step}: plans as JSON\n{}", difference(&expected, &found));
    }
}

/// The lines that differ, with some around them.
fn difference(expected: &str, found: &str) -> String {
    similar::TextDiff::from_lines(expected, found).unified_diff().context_radius(4).header("terraform", "found").to_string()
}

fn play(name: &str, script: &Script, turn: impl Fn(usize) -> Front) -> Vec<Outcome> {
    let case = Case::new();
    let mut normal = Normaliser::new(&case.own("@"));
    let outcomes = script.steps.iter().enumerate().map(|(index, step)| {
        let front = turn(index);
        let place = format!("{name}, step {} by {front:?} ({})", index + 1, step.why);
        let outcome = one(&case, name, step, front, &place, &mut normal);
        keeps_secrets(&case, &script.secrets, &place);
        outcome
    });
    let outcomes = outcomes.collect();
    // Whatever the case left is nobody's business; the server is everybody's.
    let _ = case.run(Front::Terraform, &["destroy", "-auto-approve", "-input=false"]);
    outcomes
}

fn one(case: &Case, name: &str, step: &Step, front: Front, place: &str, normal: &mut Normaliser) -> Outcome {
    for call in &step.api {
        let body = serde_json::from_str(&case.own(&call.body.to_string())).unwrap();
        case.server.change(&call.method, &case.own(&call.path), &body);
    }
    if let Some(files) = &step.files {
        replace_files(case, name, files);
    }
    let arguments: Vec<String> = step.run.iter().map(|argument| case.own(argument)).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (run, plan, events) = match arguments.split_first() {
        Some((&"apply", rest)) => planned(case, front, &[&["plan"], rest].concat(), &step.again),
        Some((&"destroy", rest)) => planned(case, front, &[&["plan", "-destroy"], rest].concat(), &step.again),
        _ => (case.run(front, &arguments), Json::Null, Vec::new()),
    };
    let actions = actions(&plan);
    let wanted: BTreeMap<String, String> = step.actions.iter().map(|(address, action)| (case.own(address), action.clone())).collect();
    if step.applies() {
        assert_eq!(wanted, actions, "{place}: what the plan does\n{}", run.told());
    }
    assert_eq!(run.code, Some(step.exit), "{place}: exit code\n{}\n{}", run.told(), run.text);
    for words in &step.says {
        let words = case.own(words);
        let plain = run.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = run.diagnostics.iter().any(|told| told.text.contains(&words)) || plain.contains(&words);
        assert!(said, "{place}: nothing says {words:?}\n{}\n{}", run.told(), run.text);
    }
    if let Some(outputs) = &step.outputs {
        let state = case.state();
        for (name, value) in outputs {
            let value: Json = serde_json::from_str(&case.own(&value.to_string())).unwrap();
            assert_eq!(state.output(name), &value, "{place}: output {name}");
        }
    }
    if step.is_settled() {
        for front in [front, front.other()] {
            let again = [&["plan", "-input=false", "-detailed-exitcode"][..], &variables(&arguments)].concat();
            let again = case.run(front, &again);
            assert_eq!(again.code, Some(0), "{place}: a plan by {front:?} should be empty afterwards\n{}", again.text);
        }
    }
    let state = fs::read_to_string(case.path("terraform.tfstate")).unwrap_or_default();
    let state = normal.state(&state);
    let actions = actions.into_iter().map(|(address, action)| (normal.text(&address), action)).collect();
    // Terraform tells of changes as it finds them, in whichever order that is.
    let mut events: Vec<String> = events.iter().map(|event| normal.json(event).to_string()).collect();
    events.sort();
    // To destroy, Terraform plans twice, and opens for each what is ephemeral.
    events.dedup_by(|event, before| event == before && event.contains("ephemeral_op_"));
    Outcome { code: run.code, actions, plan: comparable(normal.json(&plan)), events, state }
}

/// The flags that say what variables are.
fn variables<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let mut flags = Vec::new();
    let mut rest = arguments.iter().copied();
    while let Some(argument) = rest.next() {
        if argument == "-var" {
            flags.push(argument);
            flags.extend(rest.next());
        } else if argument.starts_with("-var") {
            flags.push(argument);
        }
    }
    flags
}

/// Checks that no file in the case's folder has one of these words, and neither had what was printed, which lies there too.
#[track_caller]
fn keeps_secrets(case: &Case, secrets: &[String], place: &str) {
    for entry in fs::read_dir(case.path("")).unwrap() {
        let path = entry.unwrap().path();
        if secrets.is_empty() || !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for secret in secrets {
            assert!(!text.contains(secret.as_str()), "{place}: {} has {secret:?} in it", path.display());
        }
    }
}

/// Plans into a file, looks at it, and applies it, with the arguments `again`; ends at the first that fails.
fn planned(case: &Case, front: Front, plan: &[&str], again: &[String]) -> (Run, Json, Vec<Json>) {
    let flags = ["-json", "-input=false", "-out=saved.tfplan"];
    let planned = case.run(front, &[&plan[..1], &flags, &plan[1..]].concat());
    if planned.code != Some(0) {
        return (planned, Json::Null, Vec::new());
    }
    let shown = case.run(front, &["show", "-json", "saved.tfplan"]).succeeded();
    let json = serde_json::from_str(&shown.text).unwrap_or_else(|error| panic!("show -json: {error}\n{}", shown.text));
    let again: Vec<&str> = again.iter().map(String::as_str).collect();
    let mut applied = case.run(front, &[&["apply", "-json", "-input=false"], &again[..], &["saved.tfplan"]].concat());
    applied.diagnostics.extend(planned.diagnostics);
    for (name, text) in [("plan.said", &planned.text), ("show.said", &shown.text), ("apply.said", &applied.text)] {
        fs::write(case.path(name), text).unwrap();
    }
    (applied, json, events(&planned.text))
}

/// What `plan -json` tells: what will be done, and what was read and opened for it.
const EVENTS: [&str; 10] = [
    "planned_change",
    "resource_drift",
    "change_summary",
    "outputs",
    "refresh_start",
    "refresh_complete",
    "apply_start",
    "apply_complete",
    "ephemeral_op_start",
    "ephemeral_op_complete",
];

/// The lines of `plan -json` that say what will be done, and what goes on meanwhile; not when, and how long it took.
fn events(text: &str) -> Vec<Json> {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let told = lines.filter(|line| EVENTS.contains(&line["type"].as_str().unwrap_or_default()));
    told.map(|mut line| {
        line.as_object_mut().map(|members| members.remove("@timestamp"));
        if let Some(hook) = line["hook"].as_object_mut()
            && hook.remove("elapsed_seconds").is_some()
            && let Some(message) = line["@message"].as_str()
        {
            line["@message"] = untimed(message).into();
        }
        line
    })
    .collect()
}

/// A message without how long it took: `… complete after 2s` without its end.
fn untimed(message: &str) -> String {
    let Some((before, after)) = message.split_once(" after ") else { return message.to_owned() };
    let rest = after.trim_start_matches(|char: char| char.is_ascii_digit()).trim_start_matches('s');
    format!("{before}{rest}")
}

/// What a plan does, by address; what it leaves alone is left out.
fn actions(plan: &Json) -> BTreeMap<String, String> {
    let changes = plan["resource_changes"].as_array().into_iter().flatten();
    let action = |change: &Json| {
        let words: Vec<&str> = change["change"]["actions"].as_array()?.iter().filter_map(Json::as_str).collect();
        let mut address = change["address"].as_str()?.to_owned();
        if let Some(deposed) = change["deposed"].as_str() {
            address = format!("{address} ({deposed})");
        }
        (words != ["no-op"]).then(|| (address, words.join(" ")))
    };
    changes.filter_map(action).collect()
}

/// A plan without what can't be alike: when and by which version it was made.
fn comparable(mut plan: Json) -> Json {
    if let Some(members) = plan.as_object_mut() {
        members.remove("timestamp");
        members.remove("terraform_version");
        if let Some(prior) = members.get_mut("prior_state").and_then(Json::as_object_mut) {
            prior.remove("terraform_version");
        }
    }
    relevant_blocks(&mut plan["relevant_attributes"]);
    sort_random(&mut plan);
    literal_templates(&mut plan);
    plan
}

/// Terraform names what is relevant in a module now by its instance and now by its block: here always by its block, once.
fn relevant_blocks(relevant: &mut Json) {
    let Some(attributes) = relevant.as_array_mut() else { return };
    for attribute in attributes.iter_mut() {
        let resource = attribute["resource"].as_str().unwrap_or_default().to_owned();
        let Some((modules, resource)) = resource.rsplit_once("].").filter(|(modules, _)| modules.starts_with("module.")) else { continue };
        let blocks: Vec<&str> = modules.split("].").map(|module| module.split('[').next().unwrap_or(module)).collect();
        attribute["resource"] = format!("{}.{resource}", blocks.join(".")).into();
    }
    attributes.sort_by_cached_key(ToString::to_string);
    attributes.dedup();
}

/// In JSON files Terraform takes a template for a constant as well, which it is not.
fn literal_templates(json: &mut Json) {
    match json {
        Json::Array(elements) => elements.iter_mut().for_each(literal_templates),
        Json::Object(members) => {
            if members.contains_key("references")
                && members.get("constant_value").and_then(Json::as_str).is_some_and(|text| text.contains("${"))
            {
                members.remove("constant_value");
            }
            members.values_mut().for_each(literal_templates);
        }
        _ => {}
    }
}

/// The configuration of a step in place of the one before.
fn replace_files(case: &Case, name: &str, files: &str) {
    let here = case.path("");
    for entry in fs::read_dir(&here).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && path.file_name().is_some_and(|name| name != ".terraform") {
            fs::remove_dir_all(&path).unwrap();
        } else if ["tf", "tfvars", "json"].contains(&extension.as_str()) {
            fs::remove_file(&path).unwrap();
        }
    }
    copy(case, &super::folder().join(name).join(files), &here);
    // Terraform must be told of local modules; hotswap reads them where they are.
    case.run(Front::Terraform, &["get"]).succeeded();
}

fn copy(case: &Case, from: &std::path::Path, to: &std::path::Path) {
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    // A module that says nothing of its providers takes `hotswap` for one of HashiCorp's.
    fs::write(to.join("terraform.tf"), crate::case::HEAD).unwrap();
    for entry in entries {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(case, &path, &target);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            fs::write(target, case.own(&text)).unwrap();
        }
    }
}
