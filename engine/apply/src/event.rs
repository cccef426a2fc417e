//! What an apply tells while it goes on. How it looks is the command line's business.

use std::time::Duration;

use hotswap_plan::Action;
use hotswap_sdk::Progress;
use hotswap_value::{Value, address::ResourceInstance};

/// Something that happened to an object.
#[derive(Debug, Clone)]
pub struct Event {
    /// The object.
    pub address: ResourceInstance,
    /// Which left-over of a replacement it is, if it is one.
    pub deposed: Option<String>,
    /// What is done to it: `Create`, `Update`, `Delete` or `Read`; a replacement is a `Delete` and a `Create`.
    pub action: Action,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum EventKind {
    /// It was begun. The object as it was, or as it is planned where there was none.
    Started(Value),
    /// The provider tells how far it is.
    Progress(Progress),
    /// It is done: the object as it is now, null if there is none any more.
    Finished {
        /// The object.
        object: Value,
        /// How long it took.
        elapsed: Duration,
    },
    /// It failed. Why is among the diagnostics.
    Failed {
        /// How long it took.
        elapsed: Duration,
    },
}

/// Who is told.
pub type Observer = dyn Fn(Event) + Send + Sync;
