//! What a deployment would come to if it were asked for now: for plans. Changes nothing.

use hotswap_api as api;
use hotswap_model::{Action, DeploymentName, Faults, TenantStatus};
use hotswap_store::DeploymentAddress;

use super::acting::Acting;
use super::{deployments, plugins, quota, tenants};
use crate::error::{self, Result};

impl Acting {
    pub(crate) async fn preview(&self, tenant: &str, name: &str, request: api::DeploymentRequest) -> Result<api::Preview> {
        self.may(Action::ReadTenants)?;
        let mut preview = api::Preview {
            rollout_plan: hotswap_rollout::rollout_plan(&request.spec),
            resolved_version: None,
            sha256: None,
            quotas: Vec::new(),
            held: None,
            warnings: Vec::new(),
            faults: request.spec.validate().err().map(Faults::into_vec).unwrap_or_default(),
        };
        let mut tx = self.read().await?;
        let tenant = tenants::find(&mut tx, &self.principal, tenant).await.ok();
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
        if let Ok(plugin) = plugins::find(&mut tx, request.spec.plugin.as_str()).await {
            match deployments::resolve(&mut tx, &plugin, &request, before).await {
                Ok(found) => {
                    version = Some(found.version);
                    preview.warnings.extend(found.warnings);
                }
                // A pinned version is usually published by the same apply; saying so every time would teach people not to read.
                Err(_) if request.spec.version.exact().is_some() => {}
                Err(problem) => preview.warnings.push(format!("{}; unless this apply publishes one, it will be refused", problem.detail)),
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
