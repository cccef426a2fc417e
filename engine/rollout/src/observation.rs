//! What is seen of a rollout.

use hotswap_model::Timestamp;

use crate::Counts;

/// What is seen of a rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The caller's clock.
    pub now: Timestamp,
    /// When the rollout began: `progress_deadline` counts from here.
    pub started_at: Timestamp,
    /// Since when the new revision's instances are being brought up: the rollout's start or, after a restart of the server,
    /// that restart. `healthy_deadline` counts from here.
    pub instances_since: Timestamp,
    /// Instances the new revision has that are loaded and whose last probe passed.
    pub available: u32,
    /// What came of its requests since the rollout began.
    pub counts: Counts,
    /// What came of the old revision's requests since then.
    pub old_counts: Counts,
    /// How long the old revision takes to answer, if it has answered enough to tell.
    pub old_latency: Option<OldLatency>,
    /// What came of requests the platform asked the new revision itself in this phase, for want of others.
    pub probed: Counts,
    /// Why it could not be loaded, if that is so.
    pub load_error: Option<String>,
    /// The instance that failed the most probes in a row, if one failed its last.
    pub probe_failures: Option<ProbeFailure>,
    /// What came of the smoke tests, once all were asked or one failed.
    pub tests: Option<Result<(), String>>,
    /// What came of the webhooks before the rollout, once all were called or one that matters failed.
    pub hooks_before: Option<Result<(), String>>,
    /// What came of the webhooks after it, likewise.
    pub hooks_after: Option<Result<(), String>>,
}

/// How long the old revision takes to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldLatency {
    /// 90 of 100 answers took no longer, in milliseconds.
    pub p90_ms: u64,
    /// 99 of 100 answers took no longer, in milliseconds.
    pub p99_ms: u64,
}

/// An instance that fails its probes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeFailure {
    /// Which instance.
    pub ordinal: u32,
    /// Probes it failed in a row.
    pub failed: u32,
    /// What came of the last one.
    pub error: String,
}
