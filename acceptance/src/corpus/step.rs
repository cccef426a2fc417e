//! One step of a case: what happens, the command, and whether all is as the case expects.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use regex::{Captures, Regex};
use serde_json::Value as Json;

use super::deed::Scene;
use super::front::Front;
use super::normal::Normaliser;
use super::outcome::{self, Outcome};
use super::script::{Load, Step};
use crate::Case;
use crate::run::Run;
use crate::server::Server;
use crate::traffic::Traffic;

/// Takes a step and checks what the case expects of it.
///
/// # Panics
/// If something is not as expected.
pub(crate) fn take(scene: &Scene<'_>, name: &str, step: &Step, place: &str, normal: &mut Normaliser) -> Outcome {
    let case = if step.second { scene.second } else { scene.case };
    scene.act(&step.before, None, place);
    if let Some(files) = &step.files {
        replace_files(case, name, files);
    }
    let arguments: Vec<String> = step.run.iter().map(|argument| fill(case, argument)).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let _environment = Environment::of(case, &step.env);
    let traffic = step.load.as_ref().map(|load| start(case, load));
    let Played { run, plan, planned } = play(scene, case, step, &arguments, place);
    if let (Some(load), Some(traffic)) = (&step.load, traffic) {
        nothing_was_dropped(load, traffic, place);
    }
    let actions = outcome::actions(&plan);
    expect(case, step, &run, &actions, place);
    if step.is_settled() {
        is_settled(case, scene.front, &arguments, place);
    }
    let read = |case: &Case| fs::read_to_string(case.path("terraform.tfstate")).unwrap_or_default();
    let states = [scene.case, scene.second].map(|case| normal.state(&read(case)));
    let actions = actions.into_iter().map(|(address, action)| (normal.text(&address), action)).collect();
    let events = outcome::events(&planned, normal);
    Outcome { code: run.code, actions, plan: outcome::comparable(normal.json(&plan)), events, states }
}

/// What a step's command said; of an apply also its plan as JSON, and what was said while planning.
struct Played {
    run: Run,
    plan: Json,
    planned: String,
}

fn play(scene: &Scene<'_>, case: &Case, step: &Step, arguments: &[&str], place: &str) -> Played {
    let plan = match arguments.split_first() {
        Some((&"apply", rest)) => [&["plan"], rest].concat(),
        Some((&"destroy", rest)) => [&["plan", "-destroy"], rest].concat(),
        _ => return Played { run: case.run(scene.front, arguments), plan: Json::Null, planned: String::new() },
    };
    let flags = ["-json", "-input=false", "-out=saved.tfplan"];
    let planned = case.run(scene.front, &[&plan[..1], &flags, &plan[1..]].concat());
    if planned.code != Some(0) {
        return Played { run: planned, plan: Json::Null, planned: String::new() };
    }
    let shown = case.run(scene.front, &["show", "-json", "saved.tfplan"]).succeeded();
    let plan = serde_json::from_str(&shown.text).unwrap_or_else(|error| panic!("show -json: {error}\n{}", shown.text));
    scene.act(&step.between, None, place);
    let again: Vec<&str> = step.again.iter().map(String::as_str).collect();
    let mut applying = case.start(scene.front, &[&["apply", "-json", "-input=false"], &again[..], &["saved.tfplan"]].concat());
    scene.meanwhile(&step.during, &mut applying, place);
    let mut run = applying.wait();
    run.diagnostics.extend(planned.diagnostics);
    for (name, text) in [("plan.said", &planned.text), ("show.said", &shown.text), ("apply.said", &run.text)] {
        fs::write(case.path(name), text).unwrap();
    }
    Played { run, plan, planned: planned.text }
}

/// Checks what came of it.
#[track_caller]
fn expect(case: &Case, step: &Step, run: &Run, actions: &BTreeMap<String, String>, place: &str) {
    let wanted: BTreeMap<String, String> = step.actions.iter().map(|(address, action)| (case.own(address), action.clone())).collect();
    if step.applies() && step.plans_differ.is_none() {
        assert_eq!(&wanted, actions, "{place}: what the plan does\n{}", run.told());
    }
    assert_eq!(run.code, Some(step.exit), "{place}: exit code\n{}\n{}", run.told(), run.text);
    let plain = run.text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in &step.says {
        let words = fill(case, words);
        let said = run.diagnostics.iter().any(|told| told.text.contains(&words)) || plain.contains(&words);
        assert!(said, "{place}: nothing says {words:?}\n{}\n{}", run.told(), run.text);
    }
    let state = case.state();
    for (name, value) in step.outputs.iter().flatten() {
        let value: Json = serde_json::from_str(&case.own(&value.to_string())).unwrap();
        assert_eq!(state.output(name), &value, "{place}: output {name}");
    }
    assert_eq!(state.deposed(), step.deposed, "{place}: objects that are to go");
    step.there.iter().for_each(|seen| seen.check(case, place));
    for (address, wanted) in &step.serves {
        let (tenant, deployment) = address.split_once('/').expect("TENANT/DEPLOYMENT");
        let (status, text) = case.visit(tenant, deployment);
        let told = if wanted.is_number() { Json::from(status) } else { Json::from(text.trim_end()) };
        assert_eq!(&told, wanted, "{place}: what {address} answers");
    }
}

/// Checks that neither front end has anything left to do.
#[track_caller]
fn is_settled(case: &Case, front: Front, arguments: &[&str], place: &str) {
    for front in [front, front.other()] {
        let again = [&["plan", "-input=false", "-detailed-exitcode"][..], &variables(arguments)].concat();
        let again = case.run(front, &again);
        assert_eq!(again.code, Some(0), "{place}: a plan by {front:?} should be empty afterwards\n{}", again.text);
    }
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

fn start(case: &Case, load: &Load) -> Traffic {
    let (tenant, deployment) = load.of.split_once('/').expect("TENANT/DEPLOYMENT");
    case.traffic(tenant, deployment)
}

#[track_caller]
fn nothing_was_dropped(load: &Load, traffic: Traffic, place: &str) {
    let tally = traffic.stop();
    let good = |(status, text): &(u16, String)| *status == 200 && load.answers.iter().any(|answer| answer == text.trim_end());
    assert!(tally.keys().all(good), "{place}: something was dropped: {tally:#?}");
    for answer in &load.answers {
        assert!(tally.keys().any(|(_, text)| text.trim_end() == answer), "{place}: nobody heard {answer:?}: {tally:#?}");
    }
}

/// Variables of the environment for one step, which are gone after it.
struct Environment<'a>(&'a Case);

impl<'a> Environment<'a> {
    fn of(case: &'a Case, variables: &BTreeMap<String, String>) -> Self {
        case.set_for_now(variables.iter().map(|(name, value)| (name.clone(), fill(case, value))).collect());
        Self(case)
    }
}

impl Drop for Environment<'_> {
    fn drop(&mut self) {
        self.0.set_for_now(Vec::new());
    }
}

/// A text with what is the case's own, and the servers', in it.
fn fill(case: &Case, text: &str) -> String {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    let pattern = PATTERN.get_or_init(|| Regex::new(r"<(?:(second )?(endpoint|token)|dead endpoint|GET (\S+) (\S+))>").unwrap());
    let filled = pattern.replace_all(text, |found: &Captures<'_>| {
        if let Some(path) = found.get(3) {
            let json = case.get(path.as_str());
            return json
                .pointer(&found[4])
                .and_then(Json::as_str)
                .unwrap_or_else(|| panic!("{} has no {}", &found[3], &found[4]))
                .to_owned();
        }
        let server = if found.get(1).is_some() { Server::second() } else { case.server };
        match found.get(2).map(|what| what.as_str()) {
            Some("endpoint") => server.endpoint.clone(),
            Some(_) => server.token.clone(),
            // Nothing listens on the port of tcpmux.
            None => "http://127.0.0.1:1".to_owned(),
        }
    });
    case.own(&filled)
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

fn copy(case: &Case, from: &Path, to: &Path) {
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
