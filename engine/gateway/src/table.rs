//! The routing table: tenants, their deployments, and the present route of each. Reading takes no lock; writers take
//! turns. Which target of a route serves a request is the route's choice.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use crate::route::{Route, RouteError};
use crate::tenant::{Admission, TenantPolicy};

/// Why a request was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dropped {
    /// No slot became free in time.
    Overloaded,
    /// No slot of the deployment is available, or nothing serves it.
    Unavailable,
    /// No sandbox was free on this host.
    Sandboxes,
    /// This host failed.
    Internal,
}

impl Dropped {
    pub(crate) const ALL: [Self; 4] = [Self::Overloaded, Self::Unavailable, Self::Sandboxes, Self::Internal];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Overloaded => "overloaded",
            Self::Unavailable => "unavailable",
            Self::Sandboxes => "sandboxes",
            Self::Internal => "internal",
        }
    }
}

/// One deployment.
pub(crate) struct Deployment {
    pub(crate) name: Box<str>,
    pub(crate) route: ArcSwap<Route>,
    /// How many requests chose their target in turn. Goes on over changes of the route.
    pub(crate) turn: AtomicU64,
    dropped: [AtomicU64; 4],
}

impl Deployment {
    fn new(name: &str, route: Route) -> Self {
        Self { name: name.into(), route: ArcSwap::from_pointee(route), turn: AtomicU64::new(0), dropped: Default::default() }
    }

    pub(crate) fn drop_one(&self, reason: Dropped) {
        self.dropped[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self, reason: Dropped) -> u64 {
        self.dropped[reason as usize].load(Ordering::Relaxed)
    }
}

/// One tenant.
pub(crate) struct Tenant {
    pub(crate) name: Box<str>,
    pub(crate) admission: ArcSwap<Admission>,
    pub(crate) limited: AtomicU64,
    deployments: ArcSwap<HashMap<Box<str>, Arc<Deployment>>>,
}

impl Tenant {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            admission: ArcSwap::from_pointee(Admission::new(TenantPolicy::default())),
            limited: AtomicU64::new(0),
            deployments: ArcSwap::default(),
        }
    }

    pub(crate) fn deployment(&self, name: &str) -> Option<Arc<Deployment>> {
        self.deployments.load().get(name).cloned()
    }

    pub(crate) fn deployments(&self) -> Arc<HashMap<Box<str>, Arc<Deployment>>> {
        self.deployments.load_full()
    }
}

/// Every tenant. A change copies one map of its level, never a route's neighbours in other tenants.
#[derive(Default)]
pub(crate) struct Table {
    tenants: ArcSwap<HashMap<Box<str>, Arc<Tenant>>>,
    writers: Mutex<()>,
}

impl Table {
    fn write(&self) -> MutexGuard<'_, ()> {
        // Each change is one pointer swapped, so a poisoned lock guards a whole table.
        self.writers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tenant(&self, name: &str) -> Option<Arc<Tenant>> {
        self.tenants.load().get(name).cloned()
    }

    pub(crate) fn tenants(&self) -> Arc<HashMap<Box<str>, Arc<Tenant>>> {
        self.tenants.load_full()
    }

    /// The tenant, made if there is none. Only under the writers' lock.
    fn tenant_or_new(&self, name: &str, _turn: &MutexGuard<'_, ()>) -> Arc<Tenant> {
        if let Some(tenant) = self.tenant(name) {
            return tenant;
        }
        let tenant = Arc::new(Tenant::new(name));
        let mut tenants = HashMap::clone(&self.tenants.load());
        tenants.insert(name.into(), Arc::clone(&tenant));
        self.tenants.store(Arc::new(tenants));
        tenant
    }

    pub(crate) fn set_tenant(&self, name: &str, policy: TenantPolicy) {
        let turn = self.write();
        let tenant = self.tenant_or_new(name, &turn);
        // The same policy again must not fill the burst up again.
        if tenant.admission.load().policy != policy {
            tenant.admission.store(Arc::new(Admission::new(policy)));
        }
    }

    pub(crate) fn remove_tenant(&self, name: &str) {
        let _turn = self.write();
        let mut tenants = HashMap::clone(&self.tenants.load());
        if let Some(gone) = tenants.remove(name) {
            self.tenants.store(Arc::new(tenants));
            gone.deployments.store(Arc::default());
        }
    }

    pub(crate) fn set_route(&self, tenant: &str, deployment: &str, mut route: Route) -> Result<(), RouteError> {
        let sum = route.sum();
        if sum != 100 && !route.targets.is_empty() {
            return Err(RouteError::Weights { tenant: tenant.into(), deployment: deployment.into(), sum });
        }
        route.order();
        let turn = self.write();
        if let Some(present) = self.tenant(tenant).and_then(|tenant| tenant.deployment(deployment)) {
            not_stale(tenant, deployment, route.generation, present.route.load().generation)?;
            present.route.store(Arc::new(route));
            return Ok(());
        }
        let tenant = self.tenant_or_new(tenant, &turn);
        let mut deployments = HashMap::clone(&tenant.deployments.load());
        deployments.insert(deployment.into(), Arc::new(Deployment::new(deployment, route)));
        tenant.deployments.store(Arc::new(deployments));
        Ok(())
    }

    pub(crate) fn remove_route(&self, tenant: &str, deployment: &str, generation: i64) -> Result<(), RouteError> {
        let _turn = self.write();
        let Some(owner) = self.tenant(tenant) else { return Ok(()) };
        let mut deployments = HashMap::clone(&owner.deployments.load());
        if let Some(gone) = deployments.remove(deployment) {
            not_stale(tenant, deployment, generation, gone.route.load().generation)?;
            owner.deployments.store(Arc::new(deployments));
        }
        Ok(())
    }
}

fn not_stale(tenant: &str, deployment: &str, given: i64, present: i64) -> Result<(), RouteError> {
    if given < present {
        return Err(RouteError::StaleGeneration { tenant: tenant.into(), deployment: deployment.into(), given, present });
    }
    Ok(())
}
