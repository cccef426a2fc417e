//! What a rollout will do, told under its deployment's change.

use hotswap_component::{Difference, Interfaces, described};
use hotswap_model::Capability;
use hotswap_value::Value;

use super::facts::Facts;
use super::planned::{Deployment, Planned};
use crate::diagnose::sentence;

/// The lines for one deployment; none if its spec stays.
pub(super) fn notes(deployment: &Deployment<'_>, planned: &Planned<'_>, facts: &Facts) -> Vec<String> {
    let Some(after) = deployment.change.after else { return Vec::new() };
    let before = deployment.change.before;
    let held = before.and_then(|before| held(before, deployment.change.starts_rollout(), facts));
    if !deployment.change.starts_rollout() {
        return held.into_iter().collect();
    }
    let mut notes = stages(after);
    notes.push(version(before, after, planned));
    notes.extend(interfaces(before, after, planned, facts));
    notes.extend(held);
    notes
}

/// The stages, and how long it all takes.
fn stages(after: &Value) -> Vec<String> {
    let plan = after.get("rollout_plan");
    let text = |name: &str| plan.get(name).as_str().unwrap_or("?");
    let Some(stages) = plan.get("stages").as_elements() else {
        return vec!["rollout: its stages are known after apply, as is what they follow from".to_owned()];
    };
    let stages: Vec<String> = stages.iter().map(stage).collect();
    vec![
        format!("rollout, {}: {}", text("strategy"), stages.join(", then ")),
        format!("takes {} at least and {} at most; back within {} if it fails", text("shortest"), text("longest"), text("worst_rollback")),
    ]
}

/// `10% for 5s until promoted`.
fn stage(stage: &Value) -> String {
    let number = |name: &str| stage.get(name).as_number().map(ToString::to_string).unwrap_or_else(|| "?".to_owned());
    let hold = stage.get("hold").as_str().filter(|hold| *hold != "0s").map(|hold| format!(" for {hold}")).unwrap_or_default();
    let waits = |gate: &Value| match gate.as_str() {
        Some("tests") => "tested",
        Some("comparison") => "compared",
        _ => "promoted",
    };
    let waits: Vec<&str> = stage.get("waits_for").as_elements().unwrap_or_default().iter().map(waits).collect();
    let until = if waits.is_empty() { String::new() } else { format!(" until {}", waits.join(" and ")) };
    format!("{}%{hold}{until}", number("weight"))
}

/// `version 1.0.0 -> 1.1.0`.
fn version(before: Option<&Value>, after: &Value, planned: &Planned<'_>) -> String {
    let plugin = |value: &Value| value.get("plugin").as_str().map(str::to_owned);
    let was = before.and_then(|before| before.get("resolved_version").as_str());
    let published = planned.published_for(after).and_then(|version| version.get("version").as_str());
    let will = match (after.get("resolved_version").as_str(), published) {
        (Some(version), _) => version.to_owned(),
        (None, Some(version)) => format!("{version}, which this plan publishes"),
        (None, None) => match after.get("version").as_str() {
            Some(constraint) => format!("one of {constraint}, chosen when this is applied"),
            None => "one that is not known yet".to_owned(),
        },
    };
    let changes_plugin = before.is_some_and(|before| plugin(before) != plugin(after));
    match was {
        Some(was) if changes_plugin => {
            let name = |value: Option<&Value>| value.and_then(plugin).unwrap_or_else(|| "?".to_owned());
            format!("version {} {was} -> {} {will}", name(before), name(Some(after)))
        }
        Some(was) if was == will => format!("version {will}, as before"),
        Some(was) => format!("version {was} -> {will}"),
        None => format!("version {will}"),
    }
}

/// Which interfaces the new component offers or needs that the old one doesn't, and the other way round.
fn interfaces(before: Option<&Value>, after: &Value, planned: &Planned<'_>, facts: &Facts) -> Vec<String> {
    let sides = || {
        let before = before?.get("sha256").as_str()?.parse().ok()?;
        let old = facts.components.get(&before)?;
        let digest = planned.digest_of(after)?;
        let from_plan = |name: &str| {
            let texts = planned.published_for(after)?.get(name).as_elements()?;
            texts.iter().map(|text| text.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
        };
        let known = facts.components.get(&digest);
        let exports = known.map(|component| component.exports.clone()).or_else(|| from_plan("exports"))?;
        let imports = known.map(|component| component.imports.clone()).or_else(|| from_plan("imports"))?;
        let new = Interfaces { exports: &exports, imports: &imports };
        Some(Difference::between(Interfaces { exports: &old.exports, imports: &old.imports }, new))
    };
    let Some(difference) = sides() else { return Vec::new() };
    let line = |name: &str, added: &[Capability], removed: &[Capability]| {
        let added = added.iter().map(|one| format!("+{one}"));
        let all: Vec<String> = added.chain(removed.iter().map(|one| format!("-{one}"))).collect();
        (!all.is_empty()).then(|| format!("{name} {}", all.join(", ")))
    };
    let lines = [
        line("exports", &difference.exports_added, &difference.exports_removed),
        line("imports", &difference.imports_added, &difference.imports_removed),
    ];
    // Of a version that is published already, the deployment's own plan warns.
    let needs = difference.imports_added.iter().filter(|_| planned.published_for(after).is_some());
    let needs = needs.map(|import| format!("newly imports {}", described(import)));
    lines.into_iter().flatten().chain(needs).collect()
}

/// That what is asked for now was rolled back once, and why.
fn held(before: &Value, changes: bool, facts: &Facts) -> Option<String> {
    if before.get("status").as_str() != Some("held") {
        return None;
    }
    let (tenant, name) = (before.get("tenant").as_str()?, before.get("name").as_str()?);
    let found = facts.deployments.get(tenant).into_iter().flatten().find(|deployment| deployment.name.as_str() == name);
    let what = match found.and_then(|deployment| deployment.held.as_ref()) {
        Some(held) => format!("held: revision {} was rolled back: {}", held.revision, sentence(&held.reason)),
        None if changes => "held: the spec before this one was rolled back.".to_owned(),
        None => "held: this spec was rolled back.".to_owned(),
    };
    let then =
        if changes { "This plan rolls out another spec." } else { "It is not rolled out again until it changes or `retry` is raised." };
    Some(format!("{what} {then}"))
}
