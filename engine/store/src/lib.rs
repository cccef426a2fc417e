//! The database: what the platform knows, in tables, read and written in transactions. It is a SQLite file, or a database on a
//! PostgreSQL server; what is said of the one holds of the other.
//!
//! [`Store`] opens it, [`Store::read`] and [`Store::write`] give a [`Tx`], and every table has one file with its record and
//! the methods on [`Tx`] that concern it. The store reads no clock and makes no ids: both are arguments. Rules of the
//! platform (quotas, who may delete what) are its callers'; what is kept here is that names are unique, that nobody
//! overwrites what they haven't seen, and that a transaction happens as a whole or not at all.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod adoption;
mod blob;
mod database_url;
mod deployment;
mod error;
mod fleet;
mod idempotent_answer;
mod leader;
mod page;
mod plugin;
mod plugin_version;
mod postgres;
mod registry;
mod revision;
mod rollout;
mod rollout_event;
mod row;
mod secret;
mod sql;
mod sqlite;
mod store;
mod tenant;
mod token;
mod tx;
mod usage;

pub use adoption::Adoption;
pub use blob::Blob;
pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use deployment::{Deployment, DeploymentAddress};
pub use error::{Kind, StoreError};
pub use fleet::FleetChanges;
pub use idempotent_answer::IdempotentAnswer;
pub use leader::Leadership;
pub use page::Page;
pub use plugin::Plugin;
pub use plugin_version::{PluginVersion, Versions};
pub use registry::{ChangedPlugin, RegistryChanges, VersionFacts};
pub use revision::{PinnedSecret, StoredRevision};
pub use rollout::Rollout;
pub use rollout_event::RolloutEvent;
pub use secret::SealedSecret;
pub use store::Store;
pub use tenant::Tenant;
pub use token::Token;
pub use tx::Tx;

/// What a call to the store gives.
pub type Result<T> = std::result::Result<T, StoreError>;
