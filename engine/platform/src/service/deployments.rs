//! Deployments: accepted, told, ended. Accepting one writes a revision and a rollout; the controller does the rest.

use std::sync::{Arc, OnceLock};

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{
    Action, DeploymentId, DeploymentName, DeploymentSpec, DeploymentStatus, Digest, Principal, Revision, RolloutId, RolloutStatus, Span,
    TenantName, TenantStatus, merge_config,
};
use hotswap_rollout::Progress;
use hotswap_store::{self as store, Deployment, DeploymentAddress, PinnedSecret, Plugin, StoredRevision, Tenant, Tx};

use super::acting::Acting;
use super::dependencies::{Others, Place, Resolved};
use super::plugins;
use super::{Answer, Part, Replay, capabilities, dependencies, quota, secrets, tenants};
use crate::error::{self, Result};
use crate::secrets::MasterKey;
use crate::{clock, steps};

/// What must hold of a deployment for a change to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// Nothing.
    None,
    /// `If-None-Match: *`: it must not exist.
    Absent,
    /// `If-Match`: the wanted revision must be this one.
    Revision(u64),
}

impl Acting {
    pub(crate) async fn put_deployment(
        &self,
        tenant: &str,
        name: &str,
        request: api::DeploymentRequest,
        precondition: Precondition,
        replay: Option<Replay>,
    ) -> Result<Answer<api::Deployment>> {
        self.may(Action::WriteDeployments)?;
        let name: DeploymentName = name.parse().map_err(|e: hotswap_model::NameError| Problem::new(ErrorCode::Invalid, e.to_string()))?;
        request.spec.validate().map_err(|faults| error::invalid(format_args!("deployment {:?}", name.as_str()), faults))?;
        secrets::validate(&request)?;
        let (tenant, urls, principal, master_key) = (tenant.to_owned(), self.urls.clone(), self.principal.clone(), self.master_key.clone());
        let let_go = Arc::new(OnceLock::new());
        let tell = Arc::clone(&let_go);
        let answer = self
            .change(replay, move |tx| {
                Box::pin(async move {
                    let tenant = tenants::find(tx, &principal, &tenant).await?;
                    let accepted = accept(tx, tenant, name, request, precondition, &master_key).await?;
                    let created = matches!(accepted, Accepted::Created(_));
                    if let Accepted::Changed(_, Some(component)) = &accepted {
                        let _ = tell.set(*component);
                    }
                    let deployment = accepted.into_deployment();
                    Ok(Answer { created, body: to_api(tx, &urls, vec![deployment]).await?.remove(0) })
                })
            })
            .await?;
        let address = DeploymentAddress { tenant: answer.body.tenant.clone(), name: answer.body.name.clone() };
        self.controller.look_at(&answer.body.id, &address);
        if let Some(component) = let_go.get() {
            self.tidy(component).await;
        }
        Ok(answer)
    }

    pub(crate) async fn deployment(&self, tenant: &str, name: &str, live: bool) -> Result<api::Deployment> {
        self.may(Action::ReadTenants)?;
        let mut tx = self.read().await?;
        let deployment = find(&mut tx, &self.principal, tenant, name).await?;
        let mut answer = to_api(&mut tx, &self.urls, vec![deployment]).await?.remove(0);
        if live {
            answer.live = Some(crate::figures::live(&self.gateway, &answer.tenant, &answer.name));
        }
        Ok(answer)
    }

    pub(crate) async fn deployment_by_id(&self, id: &str) -> Result<api::Deployment> {
        self.may(Action::ReadTenants)?;
        let mut tx = self.read().await?;
        let found = match id.parse::<DeploymentId>() {
            Ok(id) => tx.deployment_by_id(&id).await.map_err(error::store)?,
            Err(_) => None,
        };
        let seen = found.filter(|deployment| self.principal.sees(&deployment.tenant_id));
        let deployment =
            seen.ok_or_else(|| Problem::new(ErrorCode::DeploymentNotFound, format!("there is no deployment with the id {id:?}")))?;
        Ok(to_api(&mut tx, &self.urls, vec![deployment]).await?.remove(0))
    }

    pub(crate) async fn deployments(
        &self,
        tenant: Option<&str>,
        names: Option<Vec<String>>,
        part: Part,
    ) -> Result<api::Page<api::Deployment>> {
        self.may(Action::ReadTenants)?;
        let mut tx = self.read().await?;
        if let Some(names) = names {
            let named = names.iter().filter_map(|text| parse_address(text));
            let addresses: Vec<_> = named.filter(|address| self.principal.sees_named(&address.tenant)).collect();
            let found = tx.deployments_named(&addresses).await.map_err(error::store)?;
            return Ok(api::Page { items: to_api(&mut tx, &self.urls, found).await?, next: None });
        }
        let tenant = match tenant {
            Some(tenant) => Some(tenants::find(&mut tx, &self.principal, tenant).await?.spec.name),
            // Who is for one tenant lists that one's.
            None => self.principal.tenant.as_ref().map(|(_, own)| own.clone()),
        };
        let page = store::Page { after: part.after.as_deref().and_then(parse_address), limit: part.limit };
        let found = tx.list_deployments(tenant.as_ref(), &page).await.map_err(error::store)?;
        let next =
            (found.len() == part.limit as usize).then(|| found.last().map(|last| format!("{}/{}", last.tenant, last.name))).flatten();
        Ok(api::Page { items: to_api(&mut tx, &self.urls, found).await?, next })
    }

    pub(crate) async fn revisions(&self, tenant: &str, name: &str) -> Result<api::Page<Revision>> {
        self.may(Action::ReadTenants)?;
        let mut tx = self.read().await?;
        let deployment = find(&mut tx, &self.principal, tenant, name).await?;
        let revisions = tx.list_revisions(&deployment.id).await.map_err(error::store)?;
        Ok(api::Page { items: revisions.into_iter().map(|stored| stored.revision).collect(), next: None })
    }

    /// Ends a deployment. When this returns it gets no new requests; those it has are answered.
    pub(crate) async fn delete_deployment(&self, tenant: &str, name: &str) -> Result<()> {
        self.may(Action::WriteDeployments)?;
        let mut tx = self.write().await?;
        let deployment = find(&mut tx, &self.principal, tenant, name).await?;
        let now = clock::now();
        let held = match deployment.held {
            Some(_) => Some(desired(&mut tx, &deployment).await?.revision.sha256),
            None => None,
        };
        supersede(&mut tx, &deployment, "the deployment was deleted").await?;
        let plugin = desired(&mut tx, &deployment).await?.revision.spec.plugin;
        let dependents = Others::of(&mut tx, &deployment.tenant, Some(&deployment.id)).await?.dependents(&plugin, None);
        tx.delete_deployment(&deployment.id, None, now).await.map_err(error::store)?;
        tx.remove_unpinned_secrets(&deployment.id).await.map_err(error::store)?;
        tx.commit().await.map_err(error::store)?;
        self.controller.end(&deployment.id, &deployment.address()).await;
        if !dependents.is_empty() {
            let deployment = deployment.address();
            tracing::warn!(%deployment, dependents = dependents.join("; "), "a deployment was deleted that others need; they go on without it");
        }
        if let Some(component) = held {
            self.tidy(&component).await;
        }
        Ok(())
    }

    /// Collects the component of a revision that was held, and so not loaded: nobody lets it go later. What was asked for is done,
    /// whether this succeeds or not.
    async fn tidy(&self, component: &Digest) {
        if let Err(problem) = self.components.collect(component).await {
            tracing::warn!(%component, %problem, "a component that may be unused was not collected");
        }
    }
}

/// What came of a request that was accepted.
enum Accepted {
    Created(Deployment),
    /// With the component of the revision it was held on, if it was.
    Changed(Deployment, Option<Digest>),
    /// It asks for what is wanted already.
    Same(Deployment),
}

impl Accepted {
    fn into_deployment(self) -> Deployment {
        match self {
            Self::Created(deployment) | Self::Changed(deployment, _) | Self::Same(deployment) => deployment,
        }
    }
}

async fn accept(
    tx: &mut Tx,
    tenant: Tenant,
    name: DeploymentName,
    request: api::DeploymentRequest,
    precondition: Precondition,
    master_key: &MasterKey,
) -> Result<Accepted> {
    let address = DeploymentAddress { tenant: tenant.spec.name.clone(), name };
    let before = tx.deployment(&address).await.map_err(error::store)?;
    check_precondition(&address, before.as_ref(), precondition)?;
    let current = match &before {
        Some(deployment) => Some(desired(tx, deployment).await?),
        None => None,
    };
    let wanted = request;
    if let (Some(deployment), Some(current)) = (&before, &current)
        && current.revision.spec == wanted.spec
        && wanted.resolved_version.as_ref().is_none_or(|version| *version == current.revision.resolved_version)
    {
        return Ok(Accepted::Same(deployment.clone()));
    }
    let (tenant, plugin) = check_allowed(tx, tenant, &wanted.spec).await?;
    let place = Place { tenant: &tenant.spec.name, name: address.name.as_str(), before: before.as_ref().zip(current.as_ref()) };
    let resolved = dependencies::resolve(tx, &plugin, &wanted, &place).await?;
    resolved.refuse()?;
    capabilities::refuse(&resolved.version)?;
    let verdicts =
        quota::judge(tx, &tenant, before.as_ref().map(|deployment| &deployment.id), &wanted.spec, Some(&resolved.version)).await?;
    quota::refuse(&tenant, &verdicts)?;
    check_rate(tx, &tenant).await?;
    match before {
        None => {
            let deployment = create(tx, &tenant, address).await?;
            let secret = secrets::pin(tx, &deployment.id, &wanted, None, master_key).await?;
            Ok(Accepted::Created(begin(tx, deployment, wanted.spec, resolved, secret).await?))
        }
        Some(before) => {
            let secret = secrets::pin(tx, &before.id, &wanted, current.as_ref(), master_key).await?;
            let held = current.filter(|_| before.held.is_some()).map(|stored| stored.revision.sha256);
            Ok(Accepted::Changed(update(tx, before, wanted.spec, resolved, secret).await?, held))
        }
    }
}

fn check_precondition(address: &DeploymentAddress, before: Option<&Deployment>, precondition: Precondition) -> Result<()> {
    let text = format!("{}/{}", address.tenant, address.name);
    match (precondition, before) {
        (Precondition::Absent, Some(deployment)) => {
            Err(Problem::new(ErrorCode::NameTaken, format!("deployment {text:?} exists already (as {})", deployment.id))
                .hint("choose another name, or import the deployment that has it"))
        }
        (Precondition::Revision(wanted), Some(deployment)) if deployment.revision != wanted => {
            let detail = format!("deployment {text:?} is at revision {}, not {wanted}", deployment.revision);
            Err(Problem::new(ErrorCode::EtagMismatch, detail).hint("read it again and repeat the change"))
        }
        (Precondition::Revision(_), None) => Err(Problem::new(ErrorCode::DeploymentNotFound, format!("there is no deployment {text:?}"))),
        _ => Ok(()),
    }
}

/// Whether the tenant may run this at all.
async fn check_allowed(tx: &mut Tx, tenant: Tenant, spec: &DeploymentSpec) -> Result<(Tenant, Plugin)> {
    let name = tenant.spec.name.as_str();
    if tenant.spec.status == TenantStatus::Suspended {
        let detail = format!("tenant {name:?} is suspended; its deployments stay as they are");
        return Err(Problem::new(ErrorCode::TenantSuspended, detail).hint("set the tenant's `status` to \"active\""));
    }
    let plugin = plugins::find(tx, spec.plugin.as_str()).await?;
    let allowed = &tenant.spec.allowed_categories;
    if !allowed.is_empty() && !plugin.spec.category.as_ref().is_some_and(|category| allowed.contains(category)) {
        let category = plugin.spec.category.as_deref().unwrap_or("none");
        let list: Vec<_> = allowed.iter().map(String::as_str).collect();
        let detail = format!(
            "tenant {name:?} may run plugins of the categories {}; that of {:?} is {category}",
            list.join(", "),
            plugin.spec.name.as_str()
        );
        return Err(Problem::new(ErrorCode::CategoryNotAllowed, detail).hint("add the category to the tenant's `allowed_categories`"));
    }
    Ok((tenant, plugin))
}

async fn check_rate(tx: &mut Tx, tenant: &Tenant) -> Result<()> {
    let Some(limit) = tenant.spec.rate_limits.deployments_per_hour else { return Ok(()) };
    let made = tx.count_revisions_since(&tenant.id, clock::now() - Span::from_secs(3_600)).await.map_err(error::store)?;
    if made < u64::from(limit) {
        return Ok(());
    }
    let detail =
        format!("tenant {:?} made {made} revisions within the last hour; its `deployments_per_hour` is {limit}", tenant.spec.name.as_str());
    Err(Problem::new(ErrorCode::RateLimited, detail).hint("wait, or raise the tenant's `rate_limits.deployments_per_hour`"))
}

async fn create(tx: &mut Tx, tenant: &Tenant, address: DeploymentAddress) -> Result<Deployment> {
    let now = clock::now();
    let deployment = Deployment {
        id: DeploymentId::from_unique(clock::unique()),
        tenant_id: tenant.id.clone(),
        tenant: address.tenant,
        name: address.name,
        revision: 1,
        active_revision: None,
        status: DeploymentStatus::Progressing,
        held: None,
        rollout_id: None,
        etag: 1,
        created_at: now,
        updated_at: now,
    };
    tx.insert_deployment(&deployment).await.map_err(error::store)
}

async fn update(
    tx: &mut Tx,
    before: Deployment,
    spec: DeploymentSpec,
    resolved: Resolved,
    secret: Option<PinnedSecret>,
) -> Result<Deployment> {
    supersede(tx, &before, "a newer spec took its place").await?;
    let next = Deployment { revision: before.revision + 1, held: None, status: DeploymentStatus::Progressing, ..before };
    let after = begin(tx, next, spec, resolved, secret).await?;
    tx.remove_unpinned_secrets(&after.id).await.map_err(error::store)?;
    Ok(after)
}

/// Writes the revision and the rollout to it.
async fn begin(
    tx: &mut Tx,
    deployment: Deployment,
    spec: DeploymentSpec,
    resolved: Resolved,
    secret: Option<PinnedSecret>,
) -> Result<Deployment> {
    let now = clock::now();
    let Resolved { version, dependencies, .. } = resolved;
    let config = merge_config(version.spec.default_config.as_deref(), spec.config.as_deref());
    let mut config = config.map_err(|e| Problem::new(ErrorCode::Invalid, e.to_string()))?;
    // What the version says by default under a secret's name is not what the plugin is given.
    config.retain(|key, _| secret.as_ref().is_none_or(|secret| !secret.names.contains(key)));
    let stored = StoredRevision {
        deployment_id: deployment.id.clone(),
        version_id: version.id,
        effective_config: serde_json::to_string(&config).map_err(|e| error::internal(&e))?,
        secret,
        revision: Revision {
            number: deployment.revision,
            spec,
            resolved_version: version.spec.version,
            sha256: version.spec.sha256,
            dependencies,
            created_at: now,
        },
    };
    tx.insert_revision(&stored).await.map_err(error::store)?;
    begin_rollout(tx, deployment, &stored).await
}

/// Writes the rollout to a revision that is written.
pub(super) async fn begin_rollout(tx: &mut Tx, deployment: Deployment, to: &StoredRevision) -> Result<Deployment> {
    let now = clock::now();
    let from = match deployment.active_revision {
        Some(active) => tx.revision(&deployment.id, active).await.map_err(error::store)?,
        None => None,
    };
    let progress = Progress::start(now, &steps::spec_between(from.as_ref(), to));
    let rollout = store::Rollout {
        id: RolloutId::from_unique(clock::unique()),
        deployment_id: deployment.id.clone(),
        tenant_id: deployment.tenant_id.clone(),
        tenant: deployment.tenant.clone(),
        deployment: deployment.name.clone(),
        from_revision: deployment.active_revision,
        to_revision: to.revision.number,
        status: RolloutStatus::Progressing,
        progress: serde_json::to_string(&progress).map_err(|e| error::internal(&e))?,
        reason_code: None,
        reason: None,
        started_at: now,
        updated_at: now,
        ended_at: None,
        generation: 1,
    };
    tx.insert_rollout(&rollout).await.map_err(error::store)?;
    let message = steps::started(&rollout, &to.revision.resolved_version);
    steps::record(tx, &rollout, "started", &message, 0).await?;
    tx.update_deployment(&Deployment { rollout_id: Some(rollout.id), ..deployment }, now).await.map_err(error::store)
}

/// Ends the rollout that is under way, if one is.
async fn supersede(tx: &mut Tx, deployment: &Deployment, why: &str) -> Result<()> {
    let Some(id) = &deployment.rollout_id else { return Ok(()) };
    let Some(mut rollout) = tx.rollout(id).await.map_err(error::store)?.filter(|rollout| !rollout.status.is_over()) else { return Ok(()) };
    let now = clock::now();
    rollout.status = RolloutStatus::Superseded;
    rollout.reason_code = Some("superseded".into());
    rollout.reason = Some(why.to_owned());
    rollout.updated_at = now;
    rollout.ended_at = Some(now);
    tx.update_rollout(&rollout).await.map_err(error::store)?;
    steps::record(tx, &rollout, "superseded", why, 0).await
}

/// The live deployment of this name. One of a tenant that the principal does not see is not there.
pub(super) async fn find(tx: &mut Tx, principal: &Principal, tenant: &str, name: &str) -> Result<Deployment> {
    let tenant = tenants::find(tx, principal, tenant).await?;
    let found = match name.parse::<DeploymentName>() {
        Ok(name) => tx.deployment(&DeploymentAddress { tenant: tenant.spec.name.clone(), name }).await.map_err(error::store)?,
        Err(_) => None,
    };
    found.ok_or_else(|| {
        Problem::new(ErrorCode::DeploymentNotFound, format!("tenant {:?} has no deployment {name:?}", tenant.spec.name.as_str()))
            .hint(format!("`GET /v1/tenants/{}/deployments` lists those it has", tenant.spec.name))
    })
}

/// The revision that is wanted.
pub(super) async fn desired(tx: &mut Tx, deployment: &Deployment) -> Result<StoredRevision> {
    let found = tx.revision(&deployment.id, deployment.revision).await.map_err(error::store)?;
    found
        .ok_or_else(|| error::internal(&std::io::Error::other(format!("revision {} of {} is missing", deployment.revision, deployment.id))))
}

fn parse_address(text: &str) -> Option<DeploymentAddress> {
    let (tenant, name) = text.split_once('/')?;
    Some(DeploymentAddress { tenant: tenant.parse::<TenantName>().ok()?, name: name.parse().ok()? })
}

/// Deployments as they are told, with what is wanted of each and what serves: two calls, however many there are.
async fn to_api(tx: &mut Tx, urls: &crate::Urls, deployments: Vec<Deployment>) -> Result<Vec<api::Deployment>> {
    let numbers =
        |deployment: &Deployment| [Some(deployment.revision), deployment.active_revision].into_iter().flatten().collect::<Vec<_>>();
    let wanted: Vec<_> = deployments.iter().flat_map(|d| numbers(d).into_iter().map(|number| (d.id.clone(), number))).collect();
    let stored = tx.revisions(&wanted).await.map_err(error::store)?;
    let by_key: std::collections::HashMap<_, _> =
        stored.iter().map(|stored| ((&stored.deployment_id, stored.revision.number), stored)).collect();
    let told = deployments.into_iter().map(|deployment| {
        let missing =
            || error::internal(&std::io::Error::other(format!("revision {} of {} is missing", deployment.revision, deployment.id)));
        let desired = by_key.get(&(&deployment.id, deployment.revision)).ok_or_else(missing)?;
        let active = deployment.active_revision.and_then(|number| by_key.get(&(&deployment.id, number)));
        let revision = &desired.revision;
        Ok(api::Deployment {
            url: urls.deployment(&deployment.tenant, &deployment.name),
            etag: deployment.revision.to_string(),
            spec: revision.spec.clone(),
            resolved_version: revision.resolved_version.clone(),
            sha256: revision.sha256,
            dependencies: revision.dependencies.clone(),
            effective_config: serde_json::from_str(&desired.effective_config).map_err(|e| error::internal(&e))?,
            secret_names: desired.secret.as_ref().map(|secret| secret.names.clone()).unwrap_or_default(),
            rollout_plan: hotswap_rollout::rollout_plan(&revision.spec),
            revision: deployment.revision,
            active_revision: deployment.active_revision,
            active_version: active.map(|stored| stored.revision.resolved_version.clone()),
            status: deployment.status,
            held: deployment.held,
            rollout: deployment.rollout_id,
            live: None,
            created_at: deployment.created_at,
            updated_at: revision.created_at,
            id: deployment.id,
            tenant: deployment.tenant,
            name: deployment.name,
        })
    });
    told.collect()
}
