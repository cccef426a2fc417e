//! Deployments on the wire.

use std::collections::BTreeMap;

use crate::VersionStep;
use hotswap_model::{
    DeploymentId, DeploymentName, DeploymentSpec, DeploymentStatus, Digest, Fault, Held, RolloutId, RolloutPlan, Secrets, Solved,
    TenantName, Timestamp, Version,
};
use serde::{Deserialize, Serialize};

/// What is wanted of a deployment. `PUT /v1/tenants/{tenant}/deployments/{deployment}`: `If-None-Match: *` to create only,
/// `If-Match` to change what was seen only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeploymentRequest {
    /// What is wanted.
    pub spec: DeploymentSpec,
    /// Take this version and no other, as a reviewed plan said; it must satisfy the constraint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_version: Option<Version>,
    /// The values of its secrets, never told again. They are taken where `secrets_version` is another than before, and passed over
    /// where it is the same; needed then only, and never in a preview.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Secrets>,
}

/// A deployment as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deployment {
    /// Given by the platform.
    pub id: DeploymentId,
    /// Whose it is.
    pub tenant: TenantName,
    /// Its name.
    pub name: DeploymentName,
    /// Changes whenever what is wanted does; for `If-Match`. The progress of a rollout does not change it.
    pub etag: String,
    /// The accepted desired spec.
    pub spec: DeploymentSpec,
    /// The version chosen for the spec.
    pub resolved_version: Version,
    /// That version's bytes.
    pub sha256: Digest,
    /// The solution: the plugins it needs, directly and indirectly, by name, in the versions they were chosen in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Solved>,
    /// The version's defaults with the spec's config over them, but for keys that secrets are given under.
    pub effective_config: BTreeMap<String, String>,
    /// The names of its secrets, sorted. The plugin is given them beside `effective_config`; nobody else is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_names: Vec<String>,
    /// What a rollout of the spec does.
    pub rollout_plan: RolloutPlan,
    /// The number of the accepted desired spec.
    pub revision: u64,
    /// The revision that serves; absent until the first is available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_revision: Option<u64>,
    /// The version that serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_version: Option<Version>,
    /// What serves, as opposed to what is wanted.
    pub status: DeploymentStatus,
    /// Why the spec is not rolled out again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The newest rollout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutId>,
    /// Where it answers.
    pub url: String,
    /// Live figures; only where asked for with `?live=true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<LiveFigures>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When what is wanted of it last changed.
    pub updated_at: Timestamp,
}

/// What a deployment does at the moment. Counts begin when the server starts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveFigures {
    /// Requests that failed because of the platform.
    pub dropped: u64,
    /// By revision, the oldest first.
    pub revisions: Vec<RevisionFigures>,
}

/// What one loaded revision does at the moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionFigures {
    /// Its number.
    pub revision: u64,
    /// Its version.
    pub version: Version,
    /// Percent of the requests it is given.
    pub weight: u8,
    /// Its instances.
    pub instances: u32,
    /// Those that can serve.
    pub available: u32,
    /// Requests being answered.
    pub in_flight: u64,
    /// Requests answered.
    pub requests: u64,
    /// Those that failed because of the plugin: its own 5xx, traps, timeouts, full memory.
    pub plugin_errors: u64,
    /// Half of the answers took no longer, in milliseconds; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_p50_ms: Option<f64>,
    /// 99 of 100 answers took no longer, in milliseconds; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_p99_ms: Option<f64>,
}

/// What would happen if a deployment were asked for now. Changes nothing, and never fails for what may come into being in the
/// same apply: an unknown tenant or plugin is a warning here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// What a rollout of the spec does.
    pub rollout_plan: RolloutPlan,
    /// The version that would be chosen now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_version: Option<Version>,
    /// That version's bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// What would be chosen now for what it needs; absent where nothing could be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Vec<Solved>>,
    /// What that changes of the present solution, version by version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<VersionStep>,
    /// Other deployments of the tenant that need this one, each with what it needs: "acme/hello (greeter 1.1.0) needs auth ^1".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependents: Vec<String>,
    /// The tenant's quotas that have a limit, as they would stand.
    pub quotas: Vec<QuotaVerdict>,
    /// Whether the spec is held, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// What people should know before they go on.
    pub warnings: Vec<String>,
    /// What would be refused, whatever else is in the same apply.
    pub faults: Vec<Fault>,
}

/// One quota against its use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuotaVerdict {
    /// Its name: `max_instances`.
    pub quota: String,
    /// The limit.
    pub limit: u64,
    /// What is used without this deployment.
    pub used: u64,
    /// What this deployment asks for.
    pub requested: u64,
    /// Whether it would be refused.
    pub exceeded: bool,
}
