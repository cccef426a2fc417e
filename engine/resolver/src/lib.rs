//! Which version of a plugin a deployment gets, with all it needs, and why none if none.
//!
//! Pure: everything it may know is in its arguments. Where the candidates come from is the registry's business; what is done
//! with the choice is the platform's.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod choose;
mod conflict;
mod explain;
mod no_version;
mod problem;
mod question;
mod registry;
mod search;
mod set;
mod solve;

pub use choose::{Candidate, Choice, Warning, choose};
pub use conflict::{Conflict, Fit, Reason, Versions};
pub use no_version::NoVersion;
pub use question::{Origin, Pin, Question, Running};
pub use registry::{Registry, Release};
pub use solve::{Solution, SolutionWarning, Unsolved, solve};
