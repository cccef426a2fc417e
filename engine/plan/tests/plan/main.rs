//! Scenarios: a configuration, a state and a provider in memory, and what is planned.
#![allow(clippy::unwrap_used)]

mod basics;
mod provider;
mod support;

use support::Desk;
