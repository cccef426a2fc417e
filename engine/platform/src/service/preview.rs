//! What a deployment would come to if it were asked for now: for plans. Changes nothing.

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{Action, DeploymentName, Fault, Faults, TenantStatus};
use hotswap_store::DeploymentAddress;

use super::acting::Acting;
use super::dependencies::{self, Others, Place};
use super::{capabilities, deployments, plugins, quota, tenants};
use crate::error::{self, Result};

impl Acting {
    pub(crate) async fn preview(&self, named: &str, name: &str, request: api::DeploymentRequest) -> Result<api::Preview> {
        self.may(Action::ReadTenants)?;
        let mut preview = api::Preview {
            rollout_plan: hotswap_rollout::rollout_plan(&request.spec),
            resolved_version: None,
            sha256: None,
            dependencies: None,
            changes: Vec::new(),
            dependents: Vec::new(),
            quotas: Vec::new(),
            held: None,
            warnings: Vec::new(),
            faults: request.spec.validate().err().map(Faults::into_vec).unwrap_or_default(),
        };
        let mut tx = self.read().await?;
        let tenant = tenants::find(&mut tx, &self.principal, named).await.ok();
        let deployment = match (&tenant, name.parse::<DeploymentName>()) {
            (Some(tenant), Ok(name)) => {
                tx.deployment(&DeploymentAddress { tenant: tenant.spec.name.clone(), name }).await.map_err(error::store)?
            }
            _ => None,
        };
        let current = match &deployment {
            Some(deployment) => Some(deployments::desired(&mut tx, deployment).await?),
            None => None,
        };
        let before = deployment.as_ref().zip(current.as_ref());
        // A tenant, plugin or version that is not there may be made by the same apply: what is known is told, no more.
        let mut version = None;
        let place = match &tenant {
            Some(tenant) => Some(tenant.spec.name.clone()),
            None => named.parse().ok(),
        };
        if let (Ok(plugin), Some(place)) = (plugins::find(&mut tx, request.spec.plugin.as_str()).await, place) {
            let place = Place { tenant: &place, name, before };
            match dependencies::resolve(&mut tx, &plugin, &request, &place).await {
                Ok(found) => {
                    preview.warnings.extend(found.preview_warnings());
                    let present = before.map(|(_, stored)| stored.revision.dependencies.as_slice()).unwrap_or_default();
                    preview.changes = api::steps(present, &found.dependencies);
                    preview.dependencies = Some(found.dependencies);
                    version = Some(found.version);
                }
                Err(problem) if problem.code == ErrorCode::DependencyConflict => preview.warnings.push(conflict(&problem)),
                // A pinned version is usually published by the same apply; saying so every time would teach people not to read.
                Err(_) if request.spec.version.exact().is_some() => {}
                Err(problem) => preview.warnings.push(format!("{}; unless this apply publishes one, it will be refused", problem.detail)),
            }
        }
        if let Some(version) = &version {
            if let Some(message) = capabilities::cannot_run(version) {
                preview.faults.push(Fault { field: "version".into(), message: format!("cannot be met: {message}") });
            }
            if let Some(current) = &current
                && current.version_id != version.id
                && let Some(present) = tx.plugin_version_by_id(&current.version_id).await.map_err(error::store)?
                && present.plugin_id == version.plugin_id
            {
                preview.warnings.extend(capabilities::warnings(&present, version));
            }
        }
        if let Some(tenant) = &tenant {
            preview.quotas =
                quota::judge(&mut tx, tenant, deployment.as_ref().map(|deployment| &deployment.id), &request.spec, version.as_ref())
                    .await?;
            preview.warnings.extend(
                preview.quotas.iter().filter(|verdict| verdict.exceeded).map(|verdict| format!("over quota: {}", quota::sentence(verdict))),
            );
            if tenant.spec.status == TenantStatus::Suspended {
                preview.warnings.push(format!("tenant {:?} is suspended: this would be refused", tenant.spec.name.as_str()));
            }
        }
        if let Some((deployment, current)) = before {
            let others = Others::of(&mut tx, &deployment.tenant, Some(&deployment.id)).await?;
            let plugin = &current.revision.spec.plugin;
            preview.dependents = others.dependents(plugin, None);
            let then = version.as_ref().filter(|version| version.spec.plugin == *plugin).map(|version| &version.spec.version);
            if then != Some(&current.revision.resolved_version) && (then.is_some() || request.spec.plugin != *plugin) {
                let left = others.dependents(plugin, then);
                preview.warnings.extend(
                    left.iter().map(|needs| format!("{needs}, which this takes away; it goes on, but is not accepted like that again")),
                );
            }
        }
        if let Some((deployment, current)) = before
            && current.revision.spec == request.spec
        {
            preview.held = deployment.held.clone();
        }
        preview.resolved_version = version.as_ref().map(|version| version.spec.version.clone());
        preview.sha256 = version.as_ref().map(|version| version.spec.sha256);
        Ok(preview)
    }
}

/// A conflict as it is told in a preview, with the way out.
fn conflict(problem: &Problem) -> String {
    let hint = problem.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{}{hint}; unless this apply changes that, it will be refused", problem.detail)
}
