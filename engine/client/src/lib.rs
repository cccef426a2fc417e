//! A typed client of /v1: one method for each call, retries that are safe, reads that are put together.
//!
//! It touches neither environment nor disk, but for the files it is told to upload: [`discover`] takes closures for both. What the calls mean is told in `hotswap-api`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod client;
mod coalesce;
mod components;
mod deployments;
mod discover;
mod endpoint;
mod error;
mod events;
mod file;
mod pages;
mod plugins;
mod rollouts;
mod storage;
mod tenants;
mod tokens;
mod transport;
mod versions;

pub use client::{Client, ClientConfig};
pub use deployments::Precondition;
pub use discover::{Credentials, Explicit, Token, credentials, data_dir, endpoint};
pub use endpoint::{Endpoint, EndpointError};
pub use error::ClientError;
pub use events::RolloutEvents;
pub use pages::Pages;
pub use plugins::PluginSearch;
