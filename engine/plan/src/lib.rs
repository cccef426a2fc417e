//! Plans: from a configuration, the state before and a provider to a graph of changes.
//!
//! Deterministic given its provider. Not here: carrying a plan out (`apply`), reading files (`lang`, `state`), any
//! `hotswap_*` type (`resources`).
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod model;

pub use model::{Action, CheckResult, CheckStatus, Mode, OutputChange, Plan, Reason, ResourceChange};
