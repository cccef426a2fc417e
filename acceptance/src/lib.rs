//! The harness of the acceptance tests: real Terraform with the provider that was built, against a real `hotswap serve`.
//!
//! What is tested is in `tests/acceptance`. Everything here panics with what was seen instead of what was expected: that is
//! how a test tells.
#![allow(clippy::unwrap_used)]

mod case;
mod components;
pub mod corpus;
pub mod examples;
mod http;
mod plan;
mod run;
mod server;
mod state;
mod traffic;
mod wait;

pub use case::{Case, Running};
pub use plan::Plan;
pub use run::{Diagnostic, Run};
pub use server::{Server, bin_dir};
pub use state::State;
pub use traffic::{Tally, Traffic};
pub use wait::until;
