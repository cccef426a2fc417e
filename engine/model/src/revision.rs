//! Revisions and rollouts: the numbered specs of a deployment, and how far it got from one to the next.

use serde::{Deserialize, Serialize};

use crate::{DeploymentSpec, Digest, Solved, Timestamp, Version, Workload};

/// One accepted spec of a deployment, with everything that was resolved for it. Immutable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revision {
    /// 1 for the first of a deployment, then rising.
    pub number: u64,
    /// What was asked for.
    pub spec: DeploymentSpec,
    /// The version chosen for it.
    pub resolved_version: Version,
    /// That version's bytes.
    pub sha256: Digest,
    /// The solution: the plugins it needs, directly and indirectly, by name, in the versions they were chosen in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Solved>,
    /// When it was accepted.
    pub created_at: Timestamp,
}

impl Revision {
    /// What of it runs.
    pub fn workload(&self) -> Workload<'_> {
        Workload {
            plugin: &self.spec.plugin,
            version: &self.resolved_version,
            sha256: &self.sha256,
            config: self.spec.config.as_deref(),
            secrets_version: self.spec.secrets_version,
            sandbox: self.spec.sandbox,
        }
    }
}

/// Why a spec is not rolled out again until it changes or `retry` does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Held {
    /// The revision that was rolled back.
    pub revision: u64,
    /// Why, in a sentence.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// How far a rollout got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RolloutStatus {
    /// Under way.
    Progressing,
    /// Stopped half-way, since `auto_rollback` is off.
    Halted,
    /// On its way back.
    RollingBack,
    /// The new revision serves everything; the old one is gone.
    Completed,
    /// The old revision serves everything; the new one is gone.
    RolledBack,
    /// There was no old revision to go back to: the deployment is gone.
    Failed,
    /// A newer spec, or the end of the deployment, took its place.
    Superseded,
}

impl RolloutStatus {
    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::RolledBack | Self::Failed | Self::Superseded)
    }

    /// The status as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Progressing => "progressing",
            Self::Halted => "halted",
            Self::RollingBack => "rolling_back",
            Self::Completed => "completed",
            Self::RolledBack => "rolled_back",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
        }
    }
}
