//! Rollouts: looked at, and told what to do.

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{Action, DeploymentStatus, Principal, RolloutId};
use hotswap_rollout::{Progress, Spec};
use hotswap_store::{self as store, StoredRevision, Tx};

use super::acting::Acting;
use super::deployments;
use crate::error::{self, Result};
use crate::{clock, steps};

impl Acting {
    pub(crate) async fn rollout(&self, id: &str) -> Result<api::Rollout> {
        self.may(Action::ReadTenants)?;
        let mut tx = self.read().await?;
        let rollout = find(&mut tx, &self.principal, id).await?;
        to_api(&mut tx, rollout).await
    }

    pub(crate) async fn rollouts(&self, tenant: &str, name: &str, limit: u32) -> Result<api::Page<api::Rollout>> {
        self.may(Action::ReadTenants)?;
        let mut tx = self.read().await?;
        let deployment = deployments::find(&mut tx, &self.principal, tenant, name).await?;
        let mut items = Vec::new();
        for rollout in tx.list_rollouts(&deployment.id, limit).await.map_err(error::store)? {
            items.push(to_api(&mut tx, rollout).await?);
        }
        Ok(api::Page { items, next: None })
    }

    /// The steps of a rollout after this one, and whether the rollout is over with them.
    pub(crate) async fn rollout_events(&self, id: &str, after: u64) -> Result<(Vec<api::RolloutEvent>, bool)> {
        self.may(Action::ReadTenants)?;
        let mut tx = self.read().await?;
        let rollout = find(&mut tx, &self.principal, id).await?;
        let events = tx.list_rollout_events(&rollout.id, after).await.map_err(error::store)?;
        let events = events.into_iter().map(steps::to_api).collect::<Result<Vec<_>>>()?;
        Ok((events, rollout.status.is_over()))
    }

    /// Sends a rollout back, whatever it waits for.
    pub(crate) async fn abort_rollout(&self, id: &str) -> Result<api::Rollout> {
        self.command(id, "abort_requested", |progress, _, by| Ok((progress.aborted(by), format!("{by} sends it back")))).await
    }

    /// Lets a rollout leave the stage it waits in.
    pub(crate) async fn promote_rollout(&self, id: &str) -> Result<api::Rollout> {
        self.command(id, "promoted", |progress, spec, by| {
            let stage = progress.describe(spec);
            if !progress.may_be_promoted(spec) {
                let detail = format!("the rollout is in {stage}, which waits for nobody");
                return Err(Problem::new(ErrorCode::RolloutNotWaiting, detail)
                    .hint("a stage waits for somebody with `manual = true`, or where `auto_promote` is false"));
            }
            Ok((progress.promoted(by), format!("{by} promoted {stage}")))
        })
        .await
    }

    /// Keeps a rollout where it is.
    pub(crate) async fn pause_rollout(&self, id: &str) -> Result<api::Rollout> {
        self.command(id, "paused", |progress, spec, by| {
            let stage = progress.describe(spec);
            Ok((progress.paused(by), format!("{by} paused it in {stage}")))
        })
        .await
    }

    /// Lets a paused rollout go on.
    pub(crate) async fn resume_rollout(&self, id: &str) -> Result<api::Rollout> {
        self.command(id, "resumed", |progress, _, by| Ok((progress.resumed(), format!("{by} lets it go on")))).await
    }

    /// Writes down what somebody wants of a rollout, so that it is done whatever happens to this server. The controller decides in
    /// its turn; the events tell. Wanting it twice is wanting it once.
    async fn command(
        &self,
        id: &str,
        kind: &str,
        change: impl FnOnce(Progress, &Spec, &str) -> Result<(Progress, String)>,
    ) -> Result<api::Rollout> {
        self.may(Action::WriteDeployments)?;
        let mut tx = self.write().await?;
        let rollout = find(&mut tx, &self.principal, id).await?;
        if rollout.status.is_over() {
            let detail = format!("rollout {} is over: it is {}", rollout.id, rollout.status.as_str());
            return Err(
                Problem::new(ErrorCode::RolloutOver, detail).hint("to go back to an earlier version, change the deployment's `version`")
            );
        }
        let to = goal(&mut tx, &rollout).await?;
        let spec = steps::spec(&mut tx, &rollout, &to).await?;
        let before = steps::progress(&rollout)?;
        let (after, message) = change(before.clone(), &spec, &self.principal.to_string())?;
        if after == before {
            return to_api(&mut tx, rollout).await;
        }
        let progress = serde_json::to_string(&after).map_err(|e| error::internal(&e))?;
        let rollout = store::Rollout { progress, updated_at: clock::now(), ..rollout };
        tx.update_rollout(&rollout).await.map_err(error::store)?;
        tx.deployment_changed(&rollout.deployment_id).await.map_err(error::store)?;
        steps::record(&mut tx, &rollout, kind, &message, after.weight).await?;
        let told = to_api(&mut tx, rollout.clone()).await?;
        tx.commit().await.map_err(error::store)?;
        let address = store::DeploymentAddress { tenant: rollout.tenant, name: rollout.deployment };
        self.controller.look_at(&rollout.deployment_id, &address);
        Ok(told)
    }

    /// Rolls a held spec out once more, as it is: no new revision, and nothing that a configuration would want changed.
    pub(crate) async fn retry(&self, tenant: &str, name: &str) -> Result<api::Rollout> {
        self.may(Action::WriteDeployments)?;
        let mut tx = self.write().await?;
        let deployment = deployments::find(&mut tx, &self.principal, tenant, name).await?;
        if deployment.held.is_none() {
            let detail = format!("deployment {}/{} is {}, not held", deployment.tenant, deployment.name, deployment.status.as_str());
            return Err(Problem::new(ErrorCode::DeploymentNotHeld, detail).hint("only a spec that was rolled back can be tried again"));
        }
        let to = deployments::desired(&mut tx, &deployment).await?;
        let again = store::Deployment { held: None, status: DeploymentStatus::Progressing, ..deployment };
        let deployment = deployments::begin_rollout(&mut tx, again, &to).await?;
        let Some(id) = &deployment.rollout_id else {
            return Err(error::internal(&std::io::Error::other("a rollout that began has no id")));
        };
        let rollout = find(&mut tx, &self.principal, id.as_str()).await?;
        let told = to_api(&mut tx, rollout).await?;
        tx.commit().await.map_err(error::store)?;
        self.controller.look_at(&deployment.id, &deployment.address());
        Ok(told)
    }
}

/// The rollout with this id. One of a tenant that the principal does not see is not there.
async fn find(tx: &mut Tx, principal: &Principal, id: &str) -> Result<store::Rollout> {
    let found = match id.parse::<RolloutId>() {
        Ok(id) => tx.rollout(&id).await.map_err(error::store)?,
        Err(_) => None,
    };
    let seen = found.filter(|rollout| principal.sees(&rollout.tenant_id));
    seen.ok_or_else(|| Problem::new(ErrorCode::RolloutNotFound, format!("there is no rollout {id:?}")))
}

/// The revision a rollout goes to.
async fn goal(tx: &mut Tx, rollout: &store::Rollout) -> Result<StoredRevision> {
    let stored = tx.revision(&rollout.deployment_id, rollout.to_revision).await.map_err(error::store)?;
    let missing =
        || error::internal(&std::io::Error::other(format!("revision {} of {} is missing", rollout.to_revision, rollout.deployment_id)));
    stored.ok_or_else(missing)
}

async fn to_api(tx: &mut Tx, rollout: store::Rollout) -> Result<api::Rollout> {
    let to = goal(tx, &rollout).await?;
    let (spec, progress) = (steps::spec(tx, &rollout, &to).await?, steps::progress(&rollout)?);
    let over = rollout.status.is_over();
    Ok(api::Rollout {
        weight: progress.weight,
        stage: progress.describe(&spec),
        waits_for_promotion: !over && progress.may_be_promoted(&spec),
        paused_by: progress.paused_by.filter(|_| !over),
        comparison: progress.comparison.map(|comparison| comparison.to_string()),
        to_version: to.revision.resolved_version,
        id: rollout.id,
        tenant: rollout.tenant,
        deployment: rollout.deployment,
        from_revision: rollout.from_revision,
        to_revision: rollout.to_revision,
        status: rollout.status,
        reason_code: rollout.reason_code,
        reason: rollout.reason,
        started_at: rollout.started_at,
        ended_at: rollout.ended_at,
    })
}
