//! What a worker reads from the database and writes to it: every step before it is acted on, and only while the rollout is
//! still the one the worker means.

use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{DeploymentStatus, Held, RolloutStatus, Timestamp};
use hotswap_rollout::{Progress, Reason};
use hotswap_store::{Deployment, Rollout, StoredRevision, Tx};

use super::worker::{Known, Worker};
use crate::clock;
use crate::error::{self, Result};
use crate::steps;

/// What came of writing a step down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// It is written: act on it.
    Done,
    /// The rollout was superseded or its deployment has ended meanwhile: read again.
    Overtaken,
}

/// A step on its way into the database.
struct Step {
    rollout: Rollout,
    deployment: Option<Deployment>,
    /// Whether the deployment ends with this step.
    ends: bool,
    kind: &'static str,
    message: String,
    weight: u8,
}

impl Worker {
    /// What the database says of the deployment; nothing if it has ended.
    pub(super) async fn read(&self) -> Result<Option<Known>> {
        let mut tx = self.tools.store.read().await.map_err(error::store)?;
        let Some(deployment) = tx.deployment_by_id(&self.id).await.map_err(error::store)? else { return Ok(None) };
        let rollout = unfinished(&mut tx, &deployment).await?;
        Ok(Some(Known { deployment, rollout }))
    }

    pub(super) async fn write_advance(&mut self, rollout: &Rollout, next: &Progress, message: String) -> Result<Written> {
        let rollout = Rollout { progress: json(next)?, ..rollout.clone() };
        self.write(Step { rollout, deployment: None, ends: false, kind: "advanced", message, weight: next.weight }).await
    }

    pub(super) async fn write_complete(&mut self, rollout: &Rollout) -> Result<Written> {
        let deployment = self.deployment().map(|deployment| Deployment {
            active_revision: Some(rollout.to_revision),
            status: DeploymentStatus::Active,
            ..deployment
        });
        let message = format!("revision {} serves all requests", rollout.to_revision);
        let rollout = ended(rollout, RolloutStatus::Completed);
        self.write(Step { rollout, deployment, ends: false, kind: "completed", message, weight: 100 }).await
    }

    pub(super) async fn write_halt(&mut self, rollout: &Rollout, progress: &Progress, reason: &Reason, now: Timestamp) -> Result<Written> {
        let deployment = self.deployment().map(|deployment| Deployment { status: DeploymentStatus::Halted, ..deployment });
        let halted =
            Rollout { status: RolloutStatus::Halted, progress: json(&progress.halted(reason.clone(), now))?, ..because(rollout, reason) };
        self.write(Step { rollout: halted, deployment, ends: false, kind: "halted", message: reason.to_string(), weight: progress.weight })
            .await
    }

    pub(super) async fn write_going_back(
        &mut self,
        rollout: &Rollout,
        progress: &Progress,
        reason: &Reason,
        now: Timestamp,
    ) -> Result<Written> {
        let back = progress.rolling_back(reason.clone(), now);
        let rollout = Rollout { status: RolloutStatus::RollingBack, progress: json(&back)?, ..because(rollout, reason) };
        self.write(Step { rollout, deployment: None, ends: false, kind: "aborted", message: reason.to_string(), weight: 0 }).await
    }

    /// The end of the way back: the spec is held, or, where there was nothing to go back to, the deployment ends.
    pub(super) async fn write_gone_back(&mut self, rollout: &Rollout, reason: &Reason) -> Result<Written> {
        let (current, at) = (self.deployment(), clock::now());
        let step = match rollout.from_revision {
            Some(from) => Step {
                rollout: ended(rollout, RolloutStatus::RolledBack),
                deployment: current.map(|deployment| Deployment {
                    status: DeploymentStatus::Held,
                    held: Some(Held { revision: rollout.to_revision, reason: reason.to_string(), at }),
                    ..deployment
                }),
                ends: false,
                kind: "rolled_back",
                message: format!("{reason}; revision {from} serves all requests again, and the spec is held until it or `retry` changes"),
                weight: 0,
            },
            None => Step {
                rollout: ended(rollout, RolloutStatus::Failed),
                deployment: current,
                ends: true,
                kind: "failed",
                message: format!("{reason}; there is no revision to go back to, so the deployment is gone"),
                weight: 0,
            },
        };
        self.write(step).await
    }

    /// The deployment as it was last read.
    fn deployment(&self) -> Option<Deployment> {
        self.known.as_ref().map(|known| known.deployment.clone())
    }

    async fn write(&mut self, step: Step) -> Result<Written> {
        let now = clock::now();
        let mut tx = self.tools.store.write().await.map_err(error::store)?;
        if tx.leader_generation().await.map_err(error::store)? != self.tools.leading.generation() {
            return Err(Problem::new(ErrorCode::Unavailable, "another server on this database leads, or this one is about to lead again"));
        }
        let Some(present) = tx.deployment_by_id(&self.id).await.map_err(error::store)? else { return Ok(Written::Overtaken) };
        let under_way = unfinished(&mut tx, &present).await?;
        // Somebody may have paused or promoted it since it was read.
        let as_read = self.known.as_ref().and_then(|known| known.rollout.as_ref()).map(|(rollout, _)| &rollout.progress);
        if under_way.is_none_or(|(rollout, _)| rollout.id != step.rollout.id || Some(&rollout.progress) != as_read) {
            return Ok(Written::Overtaken);
        }
        let rollout = Rollout { updated_at: now, ..step.rollout };
        tx.update_rollout(&rollout).await.map_err(error::store)?;
        steps::record(&mut tx, &rollout, step.kind, &step.message, step.weight).await?;
        if step.ends {
            tx.delete_deployment(&self.id, None, now).await.map_err(error::store)?;
        } else if let Some(wanted) = step.deployment {
            tx.update_deployment(&Deployment { etag: present.etag, ..wanted }, now).await.map_err(error::store)?;
        }
        tx.remove_unpinned_secrets(&self.id).await.map_err(error::store)?;
        self.known = match tx.deployment_by_id(&self.id).await.map_err(error::store)? {
            Some(deployment) => Some(Known { rollout: unfinished(&mut tx, &deployment).await?, deployment }),
            None => None,
        };
        tx.commit().await.map_err(error::store)?;
        tracing::info!(rollout = %rollout.id, revision = rollout.to_revision, status = rollout.status.as_str(), weight = step.weight, "{}: {}", step.kind, step.message);
        if rollout.status.is_over() {
            self.tools.metrics.rollout_over(rollout.status);
        }
        // Nobody may be listening.
        let _ = self.changes.send(());
        Ok(Written::Done)
    }
}

async fn unfinished(tx: &mut Tx, deployment: &Deployment) -> Result<Option<(Rollout, StoredRevision)>> {
    let Some(id) = &deployment.rollout_id else { return Ok(None) };
    let Some(rollout) = tx.rollout(id).await.map_err(error::store)?.filter(|rollout| !rollout.status.is_over()) else { return Ok(None) };
    let to = tx.revision(&deployment.id, rollout.to_revision).await.map_err(error::store)?;
    Ok(to.map(|to| (rollout, to)))
}

fn ended(rollout: &Rollout, status: RolloutStatus) -> Rollout {
    Rollout { status, ended_at: Some(clock::now()), ..rollout.clone() }
}

fn because(rollout: &Rollout, reason: &Reason) -> Rollout {
    Rollout { reason_code: Some(reason.code().to_owned()), reason: Some(reason.to_string()), ..rollout.clone() }
}

fn json(progress: &Progress) -> Result<String> {
    serde_json::to_string(progress).map_err(|e| error::internal(&e))
}
