//! The steps of a rollout as they are written down: the journal people read, and the state the controller goes on from.

use hotswap_api as api;
use hotswap_model::{RolloutStatus, Version};
use hotswap_rollout::{Kind, Progress, Spec};
use hotswap_store::{Rollout, RolloutEvent, StoredRevision, Tx};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::error::{self, Result};

/// What an event keeps beside its sentence.
#[derive(Debug, Serialize, Deserialize)]
struct Detail {
    weight: u8,
    status: RolloutStatus,
}

/// Writes a step down, in the transaction that takes it.
pub(crate) async fn record(tx: &mut Tx, rollout: &Rollout, kind: &str, message: &str, weight: u8) -> Result<()> {
    let detail = serde_json::to_string(&Detail { weight, status: rollout.status }).map_err(|e| error::internal(&e))?;
    tx.append_rollout_event(&rollout.id, clock::now(), kind, message, &detail).await.map_err(error::store)?;
    Ok(())
}

/// How a rollout begins, in words.
pub(crate) fn started(rollout: &Rollout, version: &Version) -> String {
    match rollout.from_revision {
        Some(from) => format!("revision {} ({version}) takes over from revision {from}", rollout.to_revision),
        None => format!("revision {} ({version}) is the first", rollout.to_revision),
    }
}

/// What a rollout goes by: the revision it goes to, and what it comes from.
pub(crate) async fn spec(tx: &mut Tx, rollout: &Rollout, to: &StoredRevision) -> Result<Spec> {
    let from = match rollout.from_revision {
        Some(from) => tx.revision(&rollout.deployment_id, from).await.map_err(error::store)?,
        None => None,
    };
    Ok(spec_between(from.as_ref(), to))
}

/// What a rollout from one revision to another goes by.
pub(crate) fn spec_between(from: Option<&StoredRevision>, to: &StoredRevision) -> Spec {
    let kind = match from {
        None => Kind::First,
        Some(old) if old.revision.workload() == to.revision.workload() => Kind::Promotion,
        Some(_) => Kind::Update,
    };
    Spec::new(&to.revision.spec, kind, from.map_or(0, |old| old.revision.spec.instances))
}

/// How far a rollout got, as it was written down.
pub(crate) fn progress(rollout: &Rollout) -> Result<Progress> {
    serde_json::from_str(&rollout.progress).map_err(|e| error::internal(&e))
}

/// A step as it is told.
pub(crate) fn to_api(event: RolloutEvent) -> Result<api::RolloutEvent> {
    let detail: Detail = serde_json::from_str(&event.detail).map_err(|e| error::internal(&e))?;
    Ok(api::RolloutEvent {
        seq: event.seq,
        at: event.at,
        kind: event.kind,
        message: event.message,
        weight: detail.weight,
        status: detail.status,
    })
}
