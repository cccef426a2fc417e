//! What became of the conditions: grouped by the block that has them.

use std::collections::BTreeMap;

use hotswap_value::address::{InstanceKey, ModuleInstance, ResourceInstance};
use serde_json::{Map, Value as Json, json};

use super::address::mode;
use crate::{CheckResult, CheckStatus, conditions::worse, render::order};

/// An object, how its conditions stand, and what they say.
type Instance<'a> = (Subject, CheckStatus, Vec<&'a str>);

/// The conditions of a plan, in the order of their blocks' addresses.
pub(super) fn planned(checks: &[CheckResult]) -> Vec<Json> {
    // The address of a block, and the objects it stands for.
    let mut blocks: BTreeMap<String, (Json, Vec<Instance<'_>>)> = BTreeMap::new();
    for check in checks {
        let Some(subject) = Subject::parse(&check.object) else { continue };
        let block = blocks.entry(subject.block()).or_insert_with(|| (subject.block_address(), Vec::new()));
        let messages = check.messages.iter().map(String::as_str);
        // Several conditions of one object may be told one by one.
        match block.1.iter_mut().find(|(known, ..)| known.display == subject.display) {
            Some((_, status, told)) => {
                *status = worse(*status, check.status);
                told.extend(messages);
            }
            None => block.1.push((subject, check.status, messages.collect())),
        }
    }
    let blocks = blocks.into_values().map(|(address, mut instances)| {
        instances.sort_by(|(a, ..), (b, ..)| a.module.cmp(&b.module).then_with(|| a.key.cmp(&b.key)));
        let worst = instances.iter().map(|(_, status, _)| *status).reduce(worse).unwrap_or(CheckStatus::Unknown);
        let instances: Vec<Json> = instances.iter().map(|(subject, status, told)| instance(subject, status_name(*status), told)).collect();
        json!({"address": address, "status": status_name(worst), "instances": instances})
    });
    blocks.collect()
}

/// The conditions as a state stores them; `None` if there are none.
pub fn to_store(checks: &[CheckResult]) -> Option<hotswap_state::Json> {
    let mut blocks: BTreeMap<String, (&'static str, Vec<&CheckResult>)> = BTreeMap::new();
    for check in checks {
        let Some(subject) = Subject::parse(&check.object) else { continue };
        let kind = match subject.kind {
            Kind::Resource(_) => "resource",
            Kind::Other(word, _) => word,
        };
        blocks.entry(subject.block()).or_insert((kind, Vec::new())).1.push(check);
    }
    let block = |(address, (kind, checks)): (String, (&str, Vec<&CheckResult>))| {
        let worst = checks.iter().map(|check| check.status).reduce(worse).unwrap_or(CheckStatus::Unknown);
        let objects: Vec<String> = checks.iter().map(|check| stored_object(check)).collect();
        format!(
            r#"{{"object_kind":{},"config_addr":{},"status":{},"objects":[{}]}}"#,
            json!(kind),
            json!(address),
            json!(status_name(worst)),
            objects.join(",")
        )
    };
    let blocks: Vec<String> = blocks.into_iter().map(block).collect();
    hotswap_state::Json::new(&format!("[{}]", blocks.join(","))).ok().filter(|_| !blocks.is_empty())
}

fn stored_object(check: &CheckResult) -> String {
    let told = if check.messages.is_empty() { String::new() } else { format!(r#","failure_messages":{}"#, json!(check.messages)) };
    format!(r#"{{"object_addr":{},"status":{}{told}}}"#, json!(check.object), json!(status_name(check.status)))
}

/// The conditions as a state has them stored.
pub(super) fn stored(results: &hotswap_state::Json) -> Option<Vec<Json>> {
    let stored: Vec<Json> = serde_json::from_str(results.as_str()).ok()?;
    let text = |json: &Json, name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let list = |json: &Json, name: &str| json[name].as_array().cloned().unwrap_or_default();
    let mut blocks: Vec<(String, Json)> = Vec::new();
    for block in stored {
        let Some(subject) = Subject::parse(&text(&block, "config_addr")) else { continue };
        let mut json = json!({"address": subject.block_address(), "status": text(&block, "status")});
        let instances: Vec<Json> = list(&block, "objects")
            .iter()
            .filter_map(|object| {
                let told = list(object, "failure_messages");
                let told: Vec<&str> = told.iter().filter_map(Json::as_str).collect();
                Some(instance(&Subject::parse(&text(object, "object_addr"))?, &text(object, "status"), &told))
            })
            .collect();
        if !instances.is_empty() {
            json["instances"] = instances.into();
        }
        blocks.push((subject.block(), json));
    }
    blocks.sort_by(|(a, _), (b, _)| a.cmp(b));
    (!blocks.is_empty()).then(|| blocks.into_iter().map(|(_, json)| json).collect())
}

/// What has a condition.
struct Subject {
    display: String,
    module: ModuleInstance,
    key: InstanceKey,
    kind: Kind,
}

enum Kind {
    Resource(ResourceInstance),
    /// `check.x`, `output.x`, `var.x`: the word, and the name.
    Other(&'static str, String),
}

impl Subject {
    fn parse(text: &str) -> Option<Self> {
        let (module, rest) = split_module(text);
        for word in ["check", "output", "var"] {
            if let Some(name) = rest.strip_prefix(word).and_then(|rest| rest.strip_prefix('.')) {
                let module = module.parse().ok()?;
                return Some(Self { display: text.to_owned(), module, key: InstanceKey::None, kind: Kind::Other(word, name.to_owned()) });
            }
        }
        let object: ResourceInstance = text.parse().ok()?;
        Some(Self { display: text.to_owned(), module: object.module.clone(), key: object.key.clone(), kind: Kind::Resource(object) })
    }

    /// The address of the block, as text.
    fn block(&self) -> String {
        match &self.kind {
            Kind::Resource(object) => object.block().to_string(),
            Kind::Other(word, name) if self.module.is_root() => format!("{word}.{name}"),
            Kind::Other(word, name) => format!("{}.{word}.{name}", self.module.path()),
        }
    }

    fn block_address(&self) -> Json {
        let mut address = Map::new();
        match &self.kind {
            Kind::Resource(object) => {
                let resource = &object.resource;
                address.insert("kind".into(), "resource".into());
                address.insert("mode".into(), mode(resource.mode).into());
                address.insert("type".into(), (&*resource.ty).into());
                address.insert("name".into(), (&*resource.name).into());
            }
            Kind::Other(word, name) => {
                address.insert("kind".into(), if *word == "output" { "output_value" } else { word }.into());
                address.insert("name".into(), name.as_str().into());
            }
        }
        if !self.module.is_root() {
            address.insert("module".into(), self.module.path().to_string().into());
        }
        address.insert("to_display".into(), self.block().into());
        address.into()
    }
}

/// `module.a["b"]` and `check.c` of `module.a["b"].check.c`.
fn split_module(text: &str) -> (&str, &str) {
    // The name after the last dot outside of a key, and the word before it.
    let mut dots = Vec::new();
    let (mut within, mut escaped) = (false, false);
    for (at, char) in text.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' if within => escaped = true,
            '"' => within = !within,
            '.' if !within => dots.push(at),
            _ => {}
        }
    }
    match dots.len().checked_sub(2).map(|index| dots[index]) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => ("", text),
    }
}

fn instance(subject: &Subject, status: &str, told: &[&str]) -> Json {
    let mut address = Map::new();
    if let Some(key) = order::key_json(&subject.key) {
        address.insert("instance_key".into(), key);
    }
    if !subject.module.is_root() {
        address.insert("module".into(), subject.module.to_string().into());
    }
    address.insert("to_display".into(), subject.display.as_str().into());
    let mut json = json!({"address": address, "status": status});
    if !told.is_empty() {
        json["problems"] = told.iter().map(|message| json!({"message": message})).collect();
    }
    json
}

fn status_name(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Pass => "pass",
        CheckStatus::Fail => "fail",
        CheckStatus::Error => "error",
        CheckStatus::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(object: &str, status: CheckStatus, messages: &[&str]) -> CheckResult {
        CheckResult { object: object.into(), status, messages: messages.iter().map(|text| (*text).to_owned()).collect() }
    }

    #[test]
    fn conditions_are_told_by_block_as_terraform_does() {
        let checks = [
            result("var.v", CheckStatus::Pass, &[]),
            result("module.m[1].terraform_data.r[0]", CheckStatus::Pass, &[]),
            result("module.m[0].terraform_data.r[1]", CheckStatus::Unknown, &[]),
            result("module.m[0].check.k", CheckStatus::Fail, &["x is 1"]),
            result("module.m[0].check.k", CheckStatus::Fail, &["x is 2"]),
            result("output.n", CheckStatus::Pass, &[]),
        ];
        let expected = json!([
            {"address": {"kind": "check", "module": "module.m", "name": "k", "to_display": "module.m.check.k"}, "status": "fail", "instances": [
                {"address": {"module": "module.m[0]", "to_display": "module.m[0].check.k"}, "status": "fail",
                 "problems": [{"message": "x is 1"}, {"message": "x is 2"}]}]},
            {"address": {"kind": "resource", "mode": "managed", "module": "module.m", "name": "r", "to_display": "module.m.terraform_data.r",
             "type": "terraform_data"}, "status": "unknown", "instances": [
                {"address": {"instance_key": 1, "module": "module.m[0]", "to_display": "module.m[0].terraform_data.r[1]"}, "status": "unknown"},
                {"address": {"instance_key": 0, "module": "module.m[1]", "to_display": "module.m[1].terraform_data.r[0]"}, "status": "pass"}]},
            {"address": {"kind": "output_value", "name": "n", "to_display": "output.n"}, "status": "pass", "instances": [
                {"address": {"to_display": "output.n"}, "status": "pass"}]},
            {"address": {"kind": "var", "name": "v", "to_display": "var.v"}, "status": "pass", "instances": [
                {"address": {"to_display": "var.v"}, "status": "pass"}]},
        ]);
        assert_eq!(Json::from(planned(&checks)), expected);
    }

    #[test]
    fn stored_conditions_read_the_same() {
        let text = r#"[{"object_kind":"resource","config_addr":"a_b.c","status":"fail","objects":[{"object_addr":"a_b.c[0]","status":"fail","failure_messages":["no"]}]},
            {"object_kind":"var","config_addr":"var.v","status":"unknown","objects":null}]"#;
        let expected = json!([
            {"address": {"kind": "resource", "mode": "managed", "name": "c", "to_display": "a_b.c", "type": "a_b"}, "status": "fail",
             "instances": [{"address": {"instance_key": 0, "to_display": "a_b.c[0]"}, "status": "fail", "problems": [{"message": "no"}]}]},
            {"address": {"kind": "var", "name": "v", "to_display": "var.v"}, "status": "unknown"},
        ]);
        assert_eq!(Json::from(stored(&hotswap_state::Json::new(text).unwrap()).unwrap()), expected);
    }
}
