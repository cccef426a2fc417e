//! The lines of `plan -json` and `apply -json`: one event each, in the shapes of Terraform's machine-readable interface 1.2.
//!
//! A function makes an event; [`Event::line`] makes it a line. When an event happened is the caller's knowledge.

mod diagnostic;
mod ephemeral;
mod hook;

use std::collections::BTreeMap;

use hotswap_state::State;
use hotswap_value::{Type, Value, address::ResourceInstance};
use serde::Serialize;
use serde_json::{Value as Json, value::RawValue};

pub use self::{
    diagnostic::diagnostic,
    ephemeral::{EphemeralAct, ephemeral_complete, ephemeral_errored, ephemeral_progress, ephemeral_start},
    hook::{Identity, apply_complete, apply_errored, apply_progress, apply_start, identity, refresh_complete, refresh_start},
};
use super::{TERRAFORM_VERSION, to_text, values};
use crate::{
    Action, Plan, Reason, ResourceChange,
    render::{human::Counts, order},
};

/// Something that happened, to be told in a line.
#[derive(Debug, Clone)]
pub struct Event {
    level: &'static str,
    message: String,
    ty: &'static str,
    /// What it carries beside: by name, in order.
    fields: Vec<(&'static str, Box<RawValue>)>,
}

/// What a summary is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A plan: what would be done.
    Plan,
    /// An apply: what was done.
    Apply,
    /// An apply of a plan to destroy everything.
    Destroy,
}

impl Event {
    fn new(message: impl Into<String>, ty: &'static str) -> Self {
        Self { level: "info", message: message.into(), ty, fields: Vec::new() }
    }

    fn with(mut self, name: &'static str, content: &impl Serialize) -> Self {
        // What has text for its keys is always JSON.
        self.fields.extend(serde_json::value::to_raw_value(content).ok().map(|content| (name, content)));
        self
    }

    /// The event as a line, without its line break. `at`: when it happened.
    pub fn line(&self, at: jiff::Timestamp) -> String {
        let mut line = BTreeMap::new();
        let mut text = |name, text: &str| _ = serde_json::value::to_raw_value(text).map(|text| line.insert(name, text));
        text("@level", self.level);
        text("@message", &self.message);
        // Who speaks, in the format's own words: programs look for this.
        text("@module", "terraform.ui");
        text("@timestamp", &at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string());
        text("type", self.ty);
        line.extend(self.fields.iter().cloned());
        to_text(&line)
    }
}

/// The first event: who speaks. `hotswap`: this program's version.
pub fn version(hotswap: &str) -> Event {
    Event::new(format!("hotswap {hotswap}"), "version").with("hotswap", &hotswap).with("terraform", &TERRAFORM_VERSION).with("ui", &"1.2")
}

#[derive(Debug, Serialize)]
struct ChangeJson {
    resource: ResourceJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_resource: Option<ResourceJson>,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    importing: Option<Json>,
}

/// An object as events name it.
#[derive(Debug, Serialize)]
struct ResourceJson {
    addr: String,
    module: String,
    resource: String,
    implied_provider: String,
    resource_type: String,
    resource_name: String,
    resource_key: Option<Json>,
}

impl ResourceJson {
    fn new(address: &ResourceInstance) -> Self {
        let within = ResourceInstance { module: hotswap_value::address::ModuleInstance::root(), ..address.clone() };
        Self {
            addr: address.to_string(),
            module: address.module.to_string(),
            resource: within.to_string(),
            implied_provider: address.resource.provider_name().to_owned(),
            resource_type: address.resource.ty.to_string(),
            resource_name: address.resource.name.to_string(),
            resource_key: order::key_json(&address.key),
        }
    }
}

/// What is planned for an object; `None` if that is nothing.
pub fn planned_change(change: &ResourceChange) -> Option<Event> {
    let action = match change.action {
        Action::NoOp if change.importing.is_some() => "import",
        Action::NoOp if change.previous.is_some() => "move",
        Action::NoOp => return None,
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
        Action::Delete => "delete",
        Action::Forget => "remove",
    };
    let message = format!("{}: Plan to {action}", change.address);
    Some(Event::new(message, "planned_change").with("change", &change_json(change, action)))
}

/// What was found changed; `None` if that is nothing.
pub fn resource_drift(change: &ResourceChange) -> Option<Event> {
    let action = match change.action {
        Action::Update => "update",
        Action::Delete => "delete",
        Action::NoOp if change.previous.is_some() => "move",
        _ => return None,
    };
    let message = format!("{}: Drift detected ({action})", change.address);
    Some(Event::new(message, "resource_drift").with("change", &change_json(change, action)))
}

fn change_json(change: &ResourceChange, action: &'static str) -> ChangeJson {
    ChangeJson {
        resource: ResourceJson::new(&change.address),
        previous_resource: change.previous.as_ref().filter(|previous| **previous != change.address).map(ResourceJson::new),
        action,
        reason: change.reason.map(reason),
        importing: change.importing.as_ref().map(|id| serde_json::json!({ "id": id })),
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::ReplaceBecauseTainted => "tainted",
        Reason::ReplaceByRequest => "requested",
        Reason::ReplaceByTriggers => "replace_triggered_by",
        Reason::ReplaceBecauseCannotUpdate => "cannot_update",
        Reason::DeleteBecauseNoResourceConfig => "delete_because_no_resource_config",
        Reason::DeleteBecauseNoModule => "delete_because_no_module",
        Reason::DeleteBecauseWrongRepetition => "delete_because_wrong_repetition",
        Reason::DeleteBecauseCountIndex => "delete_because_count_index",
        Reason::DeleteBecauseEachKey => "delete_because_each_key",
        Reason::DeleteBecauseNoMoveTarget => "delete_because_no_move_target",
        Reason::ReadBecauseConfigUnknown => "read_because_config_unknown",
        Reason::ReadBecauseDependencyPending => "read_because_dependency_pending",
    }
}

/// How much is done, or was.
pub fn change_summary(counts: Counts, operation: Operation) -> Event {
    let Counts { add, change, remove, import, .. } = counts;
    let imported = if import > 0 { format!("{import} imported, ") } else { String::new() };
    let (message, name) = match operation {
        Operation::Plan => (counts.to_string(), "plan"),
        Operation::Apply => (format!("Apply complete! Resources: {imported}{add} added, {change} changed, {remove} destroyed."), "apply"),
        Operation::Destroy => (format!("Destroy complete! Resources: {remove} destroyed."), "destroy"),
    };
    let changes = serde_json::json!({"add": add, "change": change, "import": import, "remove": remove, "operation": name});
    Event::new(message, "change_summary").with("changes", &changes)
}

/// What becomes of the outputs; `None` if there are none.
pub fn planned_outputs(plan: &Plan) -> Option<Event> {
    let action = |action: Action| match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
        _ => "noop",
    };
    let outputs: BTreeMap<&str, Json> = plan
        .outputs
        .iter()
        .map(|(name, change)| (&**name, serde_json::json!({"sensitive": change.sensitive, "action": action(change.action)})))
        .collect();
    outputs_event(&outputs)
}

/// The outputs as they are now; sensitive ones without their values. `None` if there are none.
pub fn outputs(state: &State) -> Option<Event> {
    #[derive(Serialize)]
    struct OutputJson {
        sensitive: bool,
        #[serde(rename = "type")]
        ty: Json,
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Box<RawValue>>,
    }
    let ty = |ty: &Type, value: &Value| if *ty == Type::Dynamic { Type::of(value).to_json() } else { ty.to_json() };
    let outputs: BTreeMap<&str, OutputJson> = state
        .outputs
        .iter()
        .map(|(name, output)| {
            let value = if output.sensitive { None } else { values::raw(&output.value) };
            (name.as_str(), OutputJson { sensitive: output.sensitive, ty: ty(&output.ty, &output.value), value })
        })
        .collect();
    outputs_event(&outputs)
}

fn outputs_event<T: Serialize>(outputs: &BTreeMap<&str, T>) -> Option<Event> {
    (!outputs.is_empty()).then(|| Event::new(format!("Outputs: {}", outputs.len()), "outputs").with("outputs", outputs))
}
