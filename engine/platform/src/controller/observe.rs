//! What is seen of a rollout: instances, counts, probes.

use std::sync::Arc;

use hotswap_gateway::{RevisionGroup, SignalCounts};
use hotswap_model::Timestamp;
use hotswap_rollout::{Counts, Decision, Kind, Observation, ProbeFailure, Progress, Spec, decide};
use hotswap_runtime::SlotState;
use hotswap_store::{Rollout, StoredRevision};

use super::loading::Loaded;
use super::worker::Worker;
use crate::clock;
use crate::error::{self, Result};

/// How the rollout that is under way is watched.
pub(super) struct Watch {
    rollout: hotswap_model::RolloutId,
    spec: Spec,
    instances: u32,
    /// What was counted of the new revision before this server took the rollout up; the gateway's counts begin at its start.
    before: Counts,
    /// The revision's counts when this server took it up.
    base: SignalCounts,
    group: Option<Arc<RevisionGroup>>,
    seen: SignalCounts,
}

impl Watch {
    pub(super) async fn new(worker: &Worker, rollout: &Rollout, to: &StoredRevision, progress: &Progress) -> Result<Self> {
        let mut tx = worker.tools.store.read().await.map_err(error::store)?;
        let kind = match rollout.from_revision {
            None => Kind::First,
            Some(from) => match tx.revision(&worker.id, from).await.map_err(error::store)? {
                Some(old) if old.revision.workload() == to.revision.workload() => Kind::Promotion,
                _ => Kind::Update,
            },
        };
        let group = worker.loaded.get(&rollout.to_revision).map(|loaded| loaded.group.clone());
        let base = group.as_ref().map(|group| group.signals().counts()).unwrap_or_default();
        let spec = Spec::new(&to.revision.spec, kind);
        Ok(Self {
            rollout: rollout.id.clone(),
            spec,
            instances: to.revision.spec.instances,
            before: progress.base,
            seen: base,
            base,
            group,
        })
    }

    pub(super) fn is_of(&self, rollout: &Rollout) -> bool {
        self.rollout == rollout.id
    }

    /// Returns when a request of the new revision has failed, or was too slow, since the last look.
    pub(super) async fn alarm(&self) {
        match &self.group {
            Some(group) => drop(group.signals().changed(&self.seen).await),
            None => std::future::pending().await,
        }
    }

    /// Where a rollout is, in words.
    pub(super) fn describe(&self, progress: &Progress) -> String {
        progress.describe(&self.spec)
    }

    /// What is seen now, and what follows from it.
    pub(super) fn look(
        &mut self,
        new: Option<&Loaded>,
        load_error: Option<String>,
        progress: &Progress,
        rollout: &Rollout,
    ) -> (Observation, Decision) {
        let seen = self.observe(new, load_error, rollout, clock::now());
        let decision = decide(&self.spec, progress, &seen);
        (seen, decision)
    }

    fn observe(&mut self, new: Option<&Loaded>, load_error: Option<String>, rollout: &Rollout, now: Timestamp) -> Observation {
        let (mut available, mut counts, mut probe_failures, mut since) = (0, self.before, None, rollout.started_at);
        if let Some(loaded) = new {
            let slots = loaded.group.slots();
            available = u32::try_from(slots.available()).unwrap_or(u32::MAX);
            self.seen = loaded.group.signals().counts();
            counts.requests += self.seen.requests - self.base.requests;
            counts.failures += self.seen.plugin_errors - self.base.plugin_errors;
            counts.slow += self.seen.slow - self.base.slow;
            since = since.max(loaded.since);
            if available < self.instances {
                probe_failures = worst(&loaded.group);
            }
        }
        Observation {
            now,
            started_at: rollout.started_at,
            instances_since: since,
            instances_wanted: self.instances,
            available,
            counts,
            load_error,
            probe_failures,
        }
    }
}

/// The instance that failed the most probes in a row.
fn worst(group: &RevisionGroup) -> Option<ProbeFailure> {
    let failing = group.slots().slots().into_iter().filter(|slot| slot.state != SlotState::Available);
    let worst = failing.max_by_key(|slot| slot.probes.consecutive_failures())?;
    let error = worst.probes.last()?.result.clone().err()?;
    Some(ProbeFailure { ordinal: u32::try_from(worst.ordinal).unwrap_or(u32::MAX), failed: worst.probes.consecutive_failures(), error })
}
