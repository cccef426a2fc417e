//! Which version of a plugin a deployment gets, and why none if none.
//!
//! Pure: everything it may know is in its arguments. Where the candidates come from is the registry's business; what is done
//! with the choice is the platform's.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod choose;
mod no_version;

pub use choose::{Candidate, Choice, Warning, choose};
pub use no_version::NoVersion;
