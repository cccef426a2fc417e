//! What is seen of a rollout: instances, counts, probes.

use std::sync::Arc;
use std::time::Duration;

use hotswap_gateway::{RevisionGroup, SignalCounts};
use hotswap_model::{RolloutId, Timestamp};
use hotswap_rollout::{Counts, Decision, Observation, OldLatency, ProbeFailure, Progress, Spec, decide};
use hotswap_runtime::SlotState;
use hotswap_store::{Rollout, StoredRevision};

use super::loading::Loaded;
use super::worker::Worker;
use crate::clock;
use crate::error::{self, Result};
use crate::steps;

/// Answers of the old revision from which on its 99th percentile says something.
const ENOUGH_TO_TELL: u64 = 200;

/// How the rollout that is under way is watched.
pub(super) struct Watch {
    rollout: RolloutId,
    pub(super) spec: Spec,
    new: Arm,
    old: Arm,
}

/// One of both revisions, as far as its requests count for the rollout.
#[derive(Default)]
struct Arm {
    group: Option<Arc<RevisionGroup>>,
    /// What was counted before this server took the rollout up; the gateway's counts begin at its start.
    before: Counts,
    /// The revision's counts when this server took it up.
    base: SignalCounts,
    seen: SignalCounts,
    /// From how many milliseconds on an answer is slower, and how many had been when that was fixed.
    slower: Option<(u64, u64)>,
}

impl Watch {
    /// The rollout as this server takes it up.
    pub(super) async fn new(worker: &Worker, rollout: &Rollout, to: &StoredRevision, progress: &Progress) -> Result<Self> {
        let mut tx = worker.tools.store.read().await.map_err(error::store)?;
        let spec = steps::spec(&mut tx, rollout, to).await?;
        let arm = |before| Arm { before, ..Arm::default() };
        Ok(Self { rollout: rollout.id.clone(), spec, new: arm(progress.base), old: arm(progress.old_base) })
    }

    pub(super) fn is_of(&self, rollout: &Rollout) -> bool {
        self.rollout == rollout.id
    }

    /// Both revisions as they are loaded now.
    pub(super) fn attach(&mut self, new: Option<&Loaded>, old: Option<&Loaded>) {
        self.new.attach(new);
        self.old.attach(old);
    }

    /// Returns when a request of the new revision has failed, or was too slow, since the last look.
    pub(super) async fn alarm(&self) {
        match &self.new.group {
            Some(group) => drop(group.signals().changed(&self.new.seen).await),
            None => std::future::pending().await,
        }
    }

    /// Where a rollout is, in words.
    pub(super) fn describe(&self, progress: &Progress) -> String {
        progress.describe(&self.spec)
    }

    /// What is seen now, and what follows from it.
    pub(super) fn look(&mut self, seen: Seen<'_>, progress: &Progress, rollout: &Rollout) -> (Observation, Decision) {
        let seen = self.observe(seen, progress, rollout, clock::now());
        let decision = decide(&self.spec, progress, &seen);
        (seen, decision)
    }

    fn observe(&mut self, loaded: Seen<'_>, progress: &Progress, rollout: &Rollout, now: Timestamp) -> Observation {
        let wanted = progress.shape(&self.spec).instances;
        let available = loaded.new.map_or(0, |new| u32::try_from(new.group.slots().available()).unwrap_or(u32::MAX));
        Observation {
            now,
            started_at: rollout.started_at,
            instances_since: loaded.new.map_or(rollout.started_at, |new| rollout.started_at.max(new.since)),
            available,
            counts: self.new.counts(progress.slower_than_ms),
            old_counts: self.old.counts(progress.slower_than_ms),
            old_latency: self.old.latency(),
            probed: loaded.probed,
            load_error: loaded.load_error,
            probe_failures: loaded.new.filter(|_| available < wanted).and_then(|new| worst(&new.group)),
            tests: loaded.tests,
            hooks_before: None,
            hooks_after: None,
        }
    }
}

/// What a look is given beside the counts.
pub(super) struct Seen<'l> {
    pub(super) new: Option<&'l Loaded>,
    pub(super) load_error: Option<String>,
    pub(super) tests: Option<std::result::Result<(), String>>,
    pub(super) probed: Counts,
}

impl Arm {
    fn attach(&mut self, loaded: Option<&Loaded>) {
        let Some(loaded) = loaded else { return };
        if self.group.as_ref().is_some_and(|group| Arc::ptr_eq(group, &loaded.group)) {
            return;
        }
        // Loaded anew: what was counted until then stays counted.
        self.before = self.counts(self.slower.map(|(than_ms, _)| than_ms));
        self.base = loaded.group.signals().counts();
        (self.seen, self.slower) = (self.base, None);
        self.group = Some(loaded.group.clone());
    }

    fn counts(&mut self, slower_than_ms: Option<u64>) -> Counts {
        let Some(group) = &self.group else { return self.before };
        self.seen = group.signals().counts();
        let slower = slower_than_ms.map_or(0, |than_ms| {
            let now = group.signals().slower(Duration::from_millis(than_ms));
            let (_, base) = self.slower.filter(|(known, _)| *known == than_ms).unwrap_or((than_ms, now));
            self.slower = Some((than_ms, base));
            now.saturating_sub(base)
        });
        let judged = |counts: SignalCounts| Counts {
            requests: counts.requests.saturating_sub(counts.aside.requests),
            failures: counts.plugin_errors.saturating_sub(counts.aside.plugin_errors),
            slow: counts.slow.saturating_sub(counts.aside.slow),
            slower: 0,
        };
        let (now, base) = (judged(self.seen), judged(self.base));
        self.before
            + Counts {
                requests: now.requests.saturating_sub(base.requests),
                failures: now.failures.saturating_sub(base.failures),
                slow: now.slow.saturating_sub(base.slow),
                slower,
            }
    }

    /// How long it takes to answer, if it has answered often enough to tell.
    fn latency(&self) -> Option<OldLatency> {
        let latency = self.group.as_ref()?.signals().latency();
        let millis = |took: Duration| u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        (latency.count >= ENOUGH_TO_TELL).then(|| OldLatency { p90_ms: millis(latency.p90), p99_ms: millis(latency.p99) })
    }
}

/// The instance that failed the most probes in a row.
fn worst(group: &RevisionGroup) -> Option<ProbeFailure> {
    let failing = group.slots().slots().into_iter().filter(|slot| slot.state != SlotState::Available);
    let worst = failing.max_by_key(|slot| slot.probes.consecutive_failures())?;
    let error = worst.probes.last()?.result.clone().err()?;
    Some(ProbeFailure { ordinal: u32::try_from(worst.ordinal).unwrap_or(u32::MAX), failed: worst.probes.consecutive_failures(), error })
}
