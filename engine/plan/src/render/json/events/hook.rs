//! What happens to an object while it is read and while a plan is carried out.

use std::time::Duration;

use hotswap_value::{Value, address::ResourceInstance};
use serde::Serialize;

use super::{Event, ResourceJson};
use crate::Action;

/// By which attribute an object is told from others, and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    /// `id`, or `name` where there is no id.
    pub key: &'static str,
    /// Its value.
    pub value: &'a str,
}

/// What an object is told from others by: its id, else its name.
pub fn identity(object: &Value) -> Option<Identity<'_>> {
    ["id", "name"].into_iter().find_map(|key| object.get(key).as_str().map(|value| Identity { key, value }))
}

#[derive(Debug, Serialize)]
struct HookJson<'a> {
    resource: ResourceJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_key: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed_seconds: Option<u64>,
}

fn event(
    message: String,
    ty: &'static str,
    address: &ResourceInstance,
    action: Option<Action>,
    id: Option<Identity<'_>>,
    elapsed: Option<Duration>,
) -> Event {
    let hook = HookJson {
        resource: ResourceJson::new(address),
        action: action.map(name),
        id_key: id.map(|id| id.key),
        id_value: id.map(|id| id.value),
        elapsed_seconds: elapsed.map(|elapsed| elapsed.as_secs()),
    };
    Event::new(format!("{address}: {message}"), ty).with("hook", &hook)
}

fn suffix(id: Option<Identity<'_>>) -> String {
    id.map(|Identity { key, value }| format!(" [{key}={value}]")).unwrap_or_default()
}

/// An object is about to be read.
pub fn refresh_start(address: &ResourceInstance, id: Option<Identity<'_>>) -> Event {
    event(format!("Refreshing state...{}", suffix(id)), "refresh_start", address, None, id, None)
}

/// An object was read.
pub fn refresh_complete(address: &ResourceInstance, id: Option<Identity<'_>>) -> Event {
    event(format!("Refresh complete{}", suffix(id)), "refresh_complete", address, None, id, None)
}

/// Something begins to be done to an object; a replacement is told as its two parts. `id`: of what is there already.
pub fn apply_start(address: &ResourceInstance, action: Action, id: Option<Identity<'_>>) -> Event {
    event(format!("{}...{}", words(action).0, suffix(id)), "apply_start", address, Some(action), id, None)
}

/// Something is still being done.
pub fn apply_progress(address: &ResourceInstance, action: Action, elapsed: Duration) -> Event {
    let message = format!("Still {}... [{}s elapsed]", words(action).0.to_lowercase(), elapsed.as_secs());
    event(message, "apply_progress", address, Some(action), None, Some(elapsed))
}

/// Something was done. `id`: of what is there now.
pub fn apply_complete(address: &ResourceInstance, action: Action, id: Option<Identity<'_>>, elapsed: Duration) -> Event {
    let message = format!("{} complete after {}s{}", words(action).1, elapsed.as_secs(), suffix(id));
    event(message, "apply_complete", address, Some(action), id, Some(elapsed))
}

/// Something could not be done; what went wrong is told by diagnostics.
pub fn apply_errored(address: &ResourceInstance, action: Action, elapsed: Duration) -> Event {
    let message = format!("{} errored after {}s", words(action).1, elapsed.as_secs());
    event(message, "apply_errored", address, Some(action), None, Some(elapsed))
}

fn name(action: Action) -> &'static str {
    match action {
        Action::NoOp => "noop",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
        Action::Delete => "delete",
        Action::Forget => "remove",
    }
}

/// What goes on, and what it is called when it is over.
fn words(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Create => ("Creating", "Creation"),
        Action::Update => ("Modifying", "Modifications"),
        Action::Delete => ("Destroying", "Destruction"),
        Action::Read => ("Refreshing", "Refresh"),
        Action::DeleteThenCreate | Action::CreateThenDelete => ("Replacing", "Replacement"),
        Action::Forget => ("Removing", "Removal"),
        Action::NoOp => ("Keeping", "Keeping"),
    }
}
