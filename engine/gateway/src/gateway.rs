//! The gateway itself: what it is told. How it answers a request is in `request`, how it listens in `serve`.

use std::collections::hash_map::RandomState;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use hotswap_model::{DeploymentName, TenantName};

use crate::table::Table;
use crate::{GatewayConfig, RevisionGroup, Route, RouteError, TenantPolicy};

/// The HTTP front of a platform.
pub struct Gateway {
    pub(crate) config: GatewayConfig,
    pub(crate) table: Table,
    /// Every revision that was ever in a route and is still held by someone: what is exported as metrics.
    pub(crate) groups: Mutex<Vec<Weak<RevisionGroup>>>,
    /// Where trace ids come from, when the client brings none.
    pub(crate) traces: (RandomState, AtomicU64),
}

impl Gateway {
    /// A gateway that knows no tenant yet.
    #[must_use]
    pub fn new(mut config: GatewayConfig) -> Arc<Self> {
        config.domain.make_ascii_lowercase();
        Arc::new(Self { config, table: Table::default(), groups: Mutex::default(), traces: (RandomState::new(), AtomicU64::new(0)) })
    }

    /// What it was started with.
    #[must_use]
    pub fn config(&self) -> &GatewayConfig {
        &self.config
    }

    /// Sets where the requests of a deployment go, in one atomic change: every request that comes after it returned
    /// takes the new route. Makes the tenant known if it wasn't.
    ///
    /// # Errors
    /// [`RouteError::StaleGeneration`] if the present route has a higher generation (an equal one is replaced),
    /// [`RouteError::Weights`] if the weights don't sum to 100. The present route then stays.
    pub fn set_route(&self, tenant: &TenantName, deployment: &DeploymentName, route: Route) -> Result<(), RouteError> {
        let groups = route.targets.iter().map(|target| Arc::clone(&target.group)).collect();
        self.table.set_route(tenant.as_str(), deployment.as_str(), route)?;
        self.remember(groups);
        Ok(())
    }

    /// Takes a deployment away: it is then unknown, and its generation forgotten. Nothing happens if it already is.
    /// Requests in flight go on.
    ///
    /// # Errors
    /// [`RouteError::StaleGeneration`] as [`Self::set_route`].
    pub fn remove_route(&self, tenant: &TenantName, deployment: &DeploymentName, generation: i64) -> Result<(), RouteError> {
        self.table.remove_route(tenant.as_str(), deployment.as_str(), generation)
    }

    /// The present route of a deployment, its targets newest revision first.
    #[must_use]
    pub fn route(&self, tenant: &TenantName, deployment: &DeploymentName) -> Option<Arc<Route>> {
        Some(self.table.tenant(tenant.as_str())?.deployment(deployment.as_str())?.route.load_full())
    }

    /// Makes a tenant known, or changes its policy. The same policy again changes nothing.
    pub fn set_tenant(&self, tenant: &TenantName, policy: TenantPolicy) {
        self.table.set_tenant(tenant.as_str(), policy);
    }

    /// Takes a tenant away, with every route it has. Requests in flight go on.
    pub fn remove_tenant(&self, tenant: &TenantName) {
        self.table.remove_tenant(tenant.as_str());
    }

    /// The host a deployment is reached by, without a port.
    #[must_use]
    pub fn host(&self, tenant: &str, deployment: &str) -> String {
        format!("{deployment}.{tenant}.{}", self.config.domain)
    }

    /// Keeps new revisions for the metrics, and forgets those that are gone.
    fn remember(&self, groups: Vec<Arc<RevisionGroup>>) {
        let new: Vec<_> = groups.iter().filter(|group| !group.exported.swap(true, Relaxed)).map(Arc::downgrade).collect();
        if new.is_empty() {
            return;
        }
        let mut known = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        // Only when the list would have to grow anyway: setting a route stays cheap with thousands of them.
        if known.len() + new.len() > known.capacity() {
            known.retain(|group| group.strong_count() > 0);
        }
        known.extend(new);
    }
}
