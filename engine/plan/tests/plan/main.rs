//! Scenarios: a configuration, a state and a provider in memory, and what is planned.
#![allow(clippy::unwrap_used)]

mod basics;
mod data;
mod ephemeral;
mod faults;
mod lifecycle;
mod modules;
mod moves;
mod property;
mod provider;
mod repetition;
mod saved;
mod speed;
mod support;
mod targets;

use support::Desk;
