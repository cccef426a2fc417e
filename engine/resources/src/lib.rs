//! The hotswap_* types: what each is made of, how it is planned, and the calls that make it so.
//!
//! A file for each type. Front ends get them as a [`hotswap_sdk::Provider`] and know none of them by name; the thinking (which version,
//! which stages, which quota) is the platform's, asked for in one preview.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod check;
mod connection;
mod data;
mod dependency;
mod deployment;
mod diagnose;
mod functions;
mod list;
mod meaning;
mod object;
mod plugin;
mod plugin_version;
mod provider;
mod review;
mod tenant;
#[cfg(test)]
mod testing;
mod timeouts;
mod token;

pub use provider::{ProviderEnvironment, Variable, provider};
