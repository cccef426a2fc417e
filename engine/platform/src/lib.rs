//! The control plane: services behind an HTTP API, the rollout controller, and the gateway started with them.
//!
//! [`serve`] is all there is to call. Which runtime runs plugins, where logs go and when to stop are its arguments; what a
//! request means is in `service`, how HTTP carries it in `http`, what makes rollouts go on in `controller`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod auth;
mod clock;
mod components;
mod controller;
mod error;
mod figures;
mod http;
mod leading;
mod private;
mod secrets;
mod server;
mod service;
mod steps;
mod telemetry;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hotswap_gateway::Gateway;
use hotswap_model::{DeploymentName, TenantName};
use hotswap_store::Store;
use tokio_util::sync::CancellationToken;

use auth::AdminToken;
use components::Components;
use controller::Controller;
use leading::Leading;
use secrets::MasterKey;
use telemetry::Metrics;

pub use hotswap_registry::{RedisUrl, RedisUrlError};
pub use hotswap_store::{DatabaseUrl, DatabaseUrlError};
pub use private::make_data_dir;
pub use secrets::{MasterKeyError, MasterKeySource};
pub use server::{DatabaseConfig, Endpoints, ServeConfig, ServeError, StorageConfig, serve};

/// Everything a request may need.
pub(crate) struct Platform {
    pub(crate) store: Store,
    /// Searches plugins.
    pub(crate) search: hotswap_registry::Search,
    /// Remembers what was read of the registry.
    pub(crate) cache: hotswap_registry::Cache,
    pub(crate) leading: Arc<Leading>,
    pub(crate) components: Arc<Components>,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) controller: Controller,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) token: AdminToken,
    pub(crate) master_key: Arc<MasterKey>,
    pub(crate) urls: Urls,
    pub(crate) stopping: CancellationToken,
    ready: AtomicBool,
}

impl Platform {
    /// Whether what should serve serves.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }
}

/// Where deployments answer.
#[derive(Debug, Clone)]
pub(crate) struct Urls {
    domain: String,
    port: u16,
}

impl Urls {
    pub(crate) fn deployment(&self, tenant: &TenantName, name: &DeploymentName) -> String {
        let port = if self.port == 80 { String::new() } else { format!(":{}", self.port) };
        format!("http://{name}.{tenant}.{}{port}", self.domain)
    }
}
