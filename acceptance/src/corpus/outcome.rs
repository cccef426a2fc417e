//! What came of a step, made comparable.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::normal::{Normaliser, sort_random};

/// What came of a step.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) actions: BTreeMap<String, String>,
    pub(crate) plan: Json,
    /// What `plan -json` told, line by line, but for what goes on meanwhile.
    pub(crate) events: Vec<String>,
    /// The state of the first working folder, and of the second.
    pub(crate) states: [String; 2],
}

/// Checks that what was found is what Terraform's run brought; `plans` tells whether that goes for the plans too.
#[track_caller]
pub(crate) fn alike(step: &str, expected: &Outcome, found: &Outcome, plans: bool) {
    let step = format!("{step} must do what terraform does");
    assert_eq!(expected.code, found.code, "{step}: exit codes");
    if plans {
        assert_eq!(expected.actions, found.actions, "{step}: actions");
    }
    for (expected, found) in expected.states.iter().zip(&found.states) {
        if expected != found {
            panic!("{step}: states\n{}", difference(expected, found));
        }
    }
    if plans && expected.events != found.events {
        panic!("{step}: events of the plan\n{}", difference(&expected.events.join("\n"), &found.events.join("\n")));
    }
    let (expected, found) = (format!("{:#}", expected.plan), format!("{:#}", found.plan));
    if plans && expected != found {
        panic!("{step}: plans as JSON\n{}", difference(&expected, &found));
    }
}

/// The lines that differ, with some around them.
fn difference(expected: &str, found: &str) -> String {
    similar::TextDiff::from_lines(expected, found).unified_diff().context_radius(4).header("terraform", "found").to_string()
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
pub(crate) fn events(text: &str, normal: &mut Normaliser) -> Vec<String> {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let told = lines.filter(|line| EVENTS.contains(&line["type"].as_str().unwrap_or_default()));
    let events = told.map(|mut line| {
        line.as_object_mut().map(|members| members.remove("@timestamp"));
        if let Some(hook) = line["hook"].as_object_mut()
            && hook.remove("elapsed_seconds").is_some()
            && let Some(message) = line["@message"].as_str()
        {
            line["@message"] = untimed(message).into();
        }
        normal.json(&line).to_string()
    });
    // Terraform tells of changes as it finds them, in whichever order that is.
    let mut events: Vec<String> = events.collect();
    events.sort();
    // To destroy, Terraform plans twice, and opens for each what is ephemeral.
    events.dedup_by(|event, before| event == before && event.contains("ephemeral_op_"));
    events
}

/// A message without how long it took: `… complete after 2s` without its end.
fn untimed(message: &str) -> String {
    let Some((before, after)) = message.split_once(" after ") else { return message.to_owned() };
    let rest = after.trim_start_matches(|char: char| char.is_ascii_digit()).trim_start_matches('s');
    format!("{before}{rest}")
}

/// What a plan does, by address; what it leaves alone is left out.
pub(crate) fn actions(plan: &Json) -> BTreeMap<String, String> {
    let changes = plan["resource_changes"].as_array().into_iter().flatten();
    let action = |change: &Json| {
        let words: Vec<&str> = change["change"]["actions"].as_array()?.iter().filter_map(Json::as_str).collect();
        let mut address = change["address"].as_str()?.to_owned();
        if change["deposed"].is_string() {
            address = format!("{address} (deposed)");
        }
        (words != ["no-op"]).then(|| (address, words.join(" ")))
    };
    changes.filter_map(action).collect()
}

/// A plan without what can't be alike: when and by which version it was made.
pub(crate) fn comparable(mut plan: Json) -> Json {
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
