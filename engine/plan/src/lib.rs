//! Plans: from a configuration, the state before and a provider to a graph of changes.
//!
//! Deterministic given its provider. Not here: carrying a plan out (`apply`), reading files (`lang`, `state`), any
//! `hotswap_*` type (`resources`).
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod again;
mod conditions;
mod event;
pub mod file;
mod graph;
mod known;
mod lock;
mod model;
mod open;
mod planner;
mod provider_address;
mod providers;
pub mod render;
mod schema_value;
mod suggest;
mod validate;
mod world;

pub use again::{Again, Seen};
pub use conditions::Findings;
pub use event::{Act, Event, EventKind, Observer, Underway};
pub use graph::{Graph, Node, Outcome, Walk};
pub use known::known;
pub use model::{Action, CheckResult, CheckStatus, Mode, OutputChange, Plan, Reason, ResourceChange};
pub use open::OpenResources;
pub use planner::{Options, plan};
pub use provider_address::{ProviderAddress, ProviderAddressError};
pub use providers::{ObjectType, ProviderSource, Providers};
pub use validate::validate;
pub use world::{ConfigValue, InstanceData, ModuleScope, Purpose, Repetition, Settings, World};
