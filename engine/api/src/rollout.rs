//! Rollouts on the wire.

use hotswap_model::{DeploymentName, RolloutId, RolloutStatus, TenantName, Timestamp, Version};
use serde::{Deserialize, Serialize};

/// A rollout as it is, or was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rollout {
    /// Given by the platform.
    pub id: RolloutId,
    /// Whose deployment.
    pub tenant: TenantName,
    /// Which deployment.
    pub deployment: DeploymentName,
    /// The revision that served before; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_revision: Option<u64>,
    /// The revision that is rolled out.
    pub to_revision: u64,
    /// The version that is rolled out.
    pub to_version: Version,
    /// How far it got.
    pub status: RolloutStatus,
    /// Percent of the requests the new revision is given.
    pub weight: u8,
    /// Where it is, in words: `stage 2 of 3 (50 %)`.
    pub stage: String,
    /// Whether it waits for somebody to promote the stage it is in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits_for_promotion: bool,
    /// Who paused it, if somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_by: Option<String>,
    /// What an A/B test found so far, in a sentence, once it has found something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<String>,
    /// Why it went back or stopped: a stable word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// Why it went back or stopped, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// One step of a rollout. As server-sent events: `id` is the sequence number, `event` the kind, `data` this as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutEvent {
    /// 1 for the first of a rollout, then rising by one.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What happened: `started`, `advanced`, `aborted`, `halted`, `completed`, `rolled_back`, `failed`, `superseded`, `promoted`,
    /// `paused`, `resumed`, `abort_requested`, `compared`.
    pub kind: String,
    /// In a sentence.
    pub message: String,
    /// Percent of the requests the new revision is given from here on.
    pub weight: u8,
    /// How far the rollout is with this step.
    pub status: RolloutStatus,
}
