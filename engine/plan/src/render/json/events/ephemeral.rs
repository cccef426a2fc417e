//! What happens to an ephemeral resource in a run.

use std::time::Duration;

use hotswap_value::address::ResourceInstance;
use serde::Serialize;

use super::{Event, ResourceJson};

/// What is done to an ephemeral resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EphemeralAct {
    /// It is opened.
    Open,
    /// It is kept open.
    Renew,
    /// It is closed.
    Close,
}

#[derive(Debug, Serialize)]
struct HookJson {
    resource: ResourceJson,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed_seconds: Option<u64>,
}

fn event(message: &str, ty: &'static str, address: &ResourceInstance, act: EphemeralAct, elapsed: Option<Duration>) -> Event {
    let action = match act {
        EphemeralAct::Open => "open",
        EphemeralAct::Renew => "renew",
        EphemeralAct::Close => "close",
    };
    let hook = HookJson { resource: ResourceJson::new(address), action, elapsed_seconds: elapsed.map(|elapsed| elapsed.as_secs()) };
    Event::new(format!("{address}: {message}"), ty).with("hook", &hook)
}

/// It begins.
pub fn ephemeral_start(address: &ResourceInstance, act: EphemeralAct) -> Event {
    event(&format!("{}...", words(act).0), "ephemeral_op_start", address, act, None)
}

/// It still goes on.
pub fn ephemeral_progress(address: &ResourceInstance, act: EphemeralAct, elapsed: Duration) -> Event {
    let message = format!("Still {}... [{}s elapsed]", words(act).0.to_lowercase(), elapsed.as_secs());
    event(&message, "ephemeral_op_progress", address, act, Some(elapsed))
}

/// It is done.
pub fn ephemeral_complete(address: &ResourceInstance, act: EphemeralAct, elapsed: Duration) -> Event {
    let message = format!("{} complete after {}s", words(act).1, elapsed.as_secs());
    event(&message, "ephemeral_op_complete", address, act, Some(elapsed))
}

/// It failed; what went wrong is told by diagnostics.
pub fn ephemeral_errored(address: &ResourceInstance, act: EphemeralAct, elapsed: Duration) -> Event {
    let message = format!("{} errored after {}s", words(act).1, elapsed.as_secs());
    event(&message, "ephemeral_op_errored", address, act, Some(elapsed))
}

/// What goes on, and what it is called when it is over.
fn words(act: EphemeralAct) -> (&'static str, &'static str) {
    match act {
        EphemeralAct::Open => ("Opening", "Opening"),
        EphemeralAct::Renew => ("Renewing", "Renewal"),
        EphemeralAct::Close => ("Closing", "Closing"),
    }
}
