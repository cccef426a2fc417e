//! Tenants: who runs plugins here, how much they may use, and what they use.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::fault::Collector;
use crate::{Faults, TenantName};

/// What is wanted of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantSpec {
    /// Unique on the platform; part of the tenant's host names.
    pub name: TenantName,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// For people and tools; means nothing to the platform.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// A class of tenants, such as `gold`; means nothing to the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Whether its deployments may serve and change.
    #[serde(default)]
    pub status: TenantStatus,
    /// How much it may hold at a time.
    #[serde(default)]
    pub quotas: Quotas,
    /// How fast it may go.
    #[serde(default)]
    pub rate_limits: RateLimits,
    /// If not empty: only plugins of these categories may be deployed.
    #[serde(default)]
    pub allowed_categories: BTreeSet<String>,
}

/// Whether a tenant is served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TenantStatus {
    /// Served.
    #[default]
    Active,
    /// The gateway answers 403 for it and no deployment of it is created or changed; what it has stays.
    Suspended,
}

/// How much a tenant may hold at a time; absent means without limit. Steady use counts, the surge of a rollout does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quotas {
    /// Different plugins deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_plugins: Option<u64>,
    /// Instances of all deployments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_instances: Option<u64>,
    /// Sum over all deployments of instances times their sandbox's memory limit, in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_memory_mb: Option<u64>,
    /// Bytes of the different components deployed, in MiB, rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_storage_mb: Option<u64>,
}

/// How fast a tenant may go; absent means without limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateLimits {
    /// Requests to the gateway, a second; more are answered 429.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<u32>,
    /// Requests that may come at once before the rate counts; the rate itself if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// New revisions in any hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployments_per_hour: Option<u32>,
}

/// What a tenant holds, counted as [`Quotas`] counts it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// Deployments.
    pub deployments: u64,
    /// Different plugins deployed.
    pub plugins: u64,
    /// Instances of all deployments.
    pub instances: u64,
    /// Memory its instances may take, in MiB.
    pub memory_mb: u64,
    /// Bytes of its different components.
    pub storage_bytes: u64,
}

impl Usage {
    /// Storage as the quota counts it: whole MiB, rounded up.
    pub fn storage_mb(&self) -> u64 {
        self.storage_bytes.div_ceil(1 << 20)
    }
}

impl TenantSpec {
    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// Every fault at once, each with its field.
    pub fn validate(&self) -> Result<(), Faults> {
        let mut faults = Collector::default();
        let limits = &self.rate_limits;
        for (field, value) in [("rate_limits.requests_per_second", limits.requests_per_second), ("rate_limits.burst", limits.burst)] {
            faults.check(value != Some(0), field, || "must be at least 1; to stop all requests, set `status = \"suspended\"`".into());
        }
        faults.check(limits.burst.is_none() || limits.requests_per_second.is_some(), "rate_limits.burst", || {
            "means nothing without `requests_per_second`; set both".into()
        });
        if self.display_name.as_ref().is_some_and(|name| name.chars().count() > 256) {
            faults.add("display_name", "is longer than 256 characters");
        }
        faults.check(self.labels.len() <= 64, "labels", || format!("has {} entries; at most 64 are kept", self.labels.len()));
        faults.finish()
    }
}
