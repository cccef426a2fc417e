//! How a deployment goes from one revision to the next: strategies, health verdicts and deadlines, as pure functions.
//!
//! Pure: no I/O, no clock, no randomness. The controller observes, calls [`decide`], writes the decision down, then acts.
//! [`simulate`] drives the same function on a virtual clock.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod decide;
mod health;
mod plan;
mod progress;
mod reason;
mod sequential;
pub mod simulate;
mod strategy;
mod text;

pub use decide::{Decision, Kind, Observation, ProbeFailure, Spec, decide};
pub use health::{Bounds, Counts, Health, LatencyBound, Verdict, detectable_rate};
pub use plan::{ASSUMED_REQUESTS_PER_SECOND, TICK, rollout_plan};
pub use progress::{Phase, Progress};
pub use reason::Reason;
pub use sequential::{ALPHA, exceeds, failures_to_verdict, log_likelihood_ratio};
