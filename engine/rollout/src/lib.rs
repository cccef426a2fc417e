//! How a deployment goes from one revision to the next: strategies, health verdicts and deadlines, as pure functions.
//!
//! Pure: no I/O, no clock, no randomness. The controller observes, calls [`decide`], writes the decision down, then acts.
//! [`simulate`] drives the same function on a virtual clock.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod compare;
mod decide;
mod go_back;
mod health;
mod observation;
mod plan;
mod progress;
mod reason;
mod sequential;
pub mod simulate;
mod spec;
mod strategy;
mod text;
mod worse;

pub use compare::{Comparison, Measure, Outcome};
pub use decide::{Decision, decide, waiting_for};
pub use health::{Bounds, Counts, Health, LatencyBound, Verdict, detectable_rate};
pub use observation::{Observation, OldLatency, ProbeFailure};
pub use plan::{ASSUMED_REQUESTS_PER_SECOND, TICK, rollout_plan};
pub use progress::{Phase, Progress, Shape};
pub use reason::Reason;
pub use sequential::{ALPHA, exceeds, failures_to_verdict, log_likelihood_ratio};
pub use spec::{Kind, Spec};
