//! Rollouts: looked at, and sent back.

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{Action, Principal, RolloutId, Version};
use hotswap_rollout::{Kind, Spec};
use hotswap_store::{self as store, Tx};

use super::acting::Acting;
use super::deployments;
use crate::error::{self, Result};
use crate::steps;

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

    /// Asks the controller to send a rollout back. It decides in its turn; the events tell.
    pub(crate) async fn abort_rollout(&self, id: &str) -> Result<api::Rollout> {
        self.may(Action::WriteDeployments)?;
        let mut tx = self.read().await?;
        let rollout = find(&mut tx, &self.principal, id).await?;
        if rollout.status.is_over() {
            let detail = format!("rollout {} is over: it is {}", rollout.id, rollout.status.as_str());
            return Err(
                Problem::new(ErrorCode::RolloutOver, detail).hint("to go back to an earlier version, change the deployment's `version`")
            );
        }
        if !self.leading.leads() {
            return Err(Problem::new(ErrorCode::Unavailable, "this server stands by, and the one that leads has to be asked for this")
                .hint("send it to the server whose /readyz says no more than `ready`"));
        }
        let address = store::DeploymentAddress { tenant: rollout.tenant.clone(), name: rollout.deployment.clone() };
        self.controller.abort(&rollout.deployment_id, &address, &rollout.id);
        to_api(&mut tx, rollout).await
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

async fn to_api(tx: &mut Tx, rollout: store::Rollout) -> Result<api::Rollout> {
    let stored = tx.revision(&rollout.deployment_id, rollout.to_revision).await.map_err(error::store)?;
    let missing =
        || error::internal(&std::io::Error::other(format!("revision {} of {} is missing", rollout.to_revision, rollout.deployment_id)));
    let stored = stored.ok_or_else(missing)?;
    let to_version: Version = stored.revision.resolved_version.clone();
    let progress = steps::progress(&rollout)?;
    Ok(api::Rollout {
        weight: progress.weight,
        stage: progress
            .describe(&Spec::new(&stored.revision.spec, if rollout.from_revision.is_some() { Kind::Update } else { Kind::First })),
        to_version,
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
