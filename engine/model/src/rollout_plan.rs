//! What a rollout will do, as far as the spec alone tells: for people who review a plan.

use serde::{Deserialize, Serialize};

use crate::{Span, StrategyKind};

/// The stages of a rollout and the time they take. A function of the spec alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutPlan {
    /// How traffic moves.
    pub strategy: StrategyKind,
    /// The stages, in order; the last has weight 100.
    pub stages: Vec<StagePlan>,
    /// The time it takes if nothing is wrong and nothing is slow, loading aside.
    pub shortest: Span,
    /// The time after which it is over one way or the other.
    pub longest: Span,
    /// From the moment a version begins to fail every request until all traffic is back, at most, given some traffic.
    pub worst_rollback: Span,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StagePlan {
    /// Percent of the requests that go to the new revision.
    pub weight: u8,
    /// How long it is watched, at least.
    pub hold: Span,
    /// Instances of the new revision.
    #[serde(default)]
    pub instances: u32,
    /// What it waits for beside time and health, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<StageGate>,
}

/// What a stage waits for beside time and health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum StageGate {
    /// The smoke tests.
    Tests,
    /// The comparison of both revisions.
    Comparison,
    /// Somebody who promotes it.
    Promotion,
}

impl StageGate {
    /// The gate as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            StageGate::Tests => "tests",
            StageGate::Comparison => "comparison",
            StageGate::Promotion => "promotion",
        }
    }
}
