//! What a tenant may hold against what it would hold: judged in the transaction that spends it.

use hotswap_api::{ErrorCode, Problem, QuotaVerdict};
use hotswap_model::{DeploymentSpec, Usage};
use hotswap_store::{Deployment, PluginVersion, StoredRevision, Tenant, Tx};

use crate::error::{self, Result};

/// Every quota that has a limit, as it would stand with this deployment in place of what it is now.
pub(super) async fn judge(
    tx: &mut Tx,
    tenant: &Tenant,
    before: Option<(&Deployment, &StoredRevision)>,
    spec: &DeploymentSpec,
    version: Option<&PluginVersion>,
) -> Result<Vec<QuotaVerdict>> {
    let now = tx.usage(&tenant.id).await.map_err(error::store)?;
    let (others, plugins, components) = without(tx, tenant, before, now).await?;
    let plugin_is_new = !plugins.contains(spec.plugin.as_str());
    let new_bytes = version.filter(|version| !components.contains(&version.spec.sha256)).map_or(0, |version| version.size);
    let storage_now = now.storage_mb();
    let storage_then = Usage { storage_bytes: others.storage_bytes + new_bytes, ..others }.storage_mb();
    let storage_used = others.storage_mb();
    let quotas = &tenant.spec.quotas;
    let rows = [
        ("max_plugins", quotas.max_plugins, now.plugins, others.plugins, u64::from(plugin_is_new)),
        ("max_instances", quotas.max_instances, now.instances, others.instances, u64::from(spec.instances)),
        ("max_memory_mb", quotas.max_memory_mb, now.memory_mb, others.memory_mb, spec.memory_mb()),
        ("max_storage_mb", quotas.max_storage_mb, storage_now, storage_used, storage_then - storage_used),
    ];
    let verdicts = rows.into_iter().filter_map(|(quota, limit, now, used, requested)| {
        let (limit, then) = (limit?, used + requested);
        // Over quota already (it was lowered): what doesn't grow is fine.
        Some(QuotaVerdict { quota: quota.to_owned(), limit, used, requested, exceeded: then > limit && then > now })
    });
    Ok(verdicts.collect())
}

/// The refusal, if a quota is exceeded.
pub(super) fn refuse(tenant: &Tenant, verdicts: &[QuotaVerdict]) -> Result<()> {
    let exceeded: Vec<String> = verdicts.iter().filter(|verdict| verdict.exceeded).map(sentence).collect();
    if exceeded.is_empty() {
        return Ok(());
    }
    let detail = format!("tenant {:?} would exceed its quota: {}", tenant.spec.name.as_str(), exceeded.join("; "));
    Err(Problem::new(ErrorCode::QuotaExceeded, detail).hint("raise the tenant's `quotas`, or ask for less"))
}

/// A verdict as people read it.
pub(super) fn sentence(verdict: &QuotaVerdict) -> String {
    let QuotaVerdict { quota, limit, used, requested, .. } = verdict;
    format!("{quota} is {limit}, {used} are used by other deployments, {requested} are requested here")
}

type Plugins = std::collections::BTreeSet<String>;
type Components = std::collections::BTreeSet<hotswap_model::Digest>;

/// What the tenant uses without one deployment, and which plugins and components that is.
async fn without(
    tx: &mut Tx,
    tenant: &Tenant,
    before: Option<(&Deployment, &StoredRevision)>,
    now: Usage,
) -> Result<(Usage, Plugins, Components)> {
    let deployments = tx.list_deployments(Some(&tenant.spec.name), &hotswap_store::Page::all()).await.map_err(error::store)?;
    let wanted: Vec<_> = deployments.iter().map(|deployment| (deployment.id.clone(), deployment.revision)).collect();
    let revisions = tx.revisions(&wanted).await.map_err(error::store)?;
    let others = revisions.iter().filter(|stored| before.is_none_or(|(deployment, _)| stored.deployment_id != deployment.id));
    let (mut plugins, mut components) = (Plugins::new(), Components::new());
    for stored in others {
        plugins.insert(stored.revision.spec.plugin.to_string());
        components.insert(stored.revision.sha256);
    }
    let mut usage = Usage { plugins: plugins.len() as u64, ..now };
    if let Some((_, stored)) = before {
        let spec = &stored.revision.spec;
        usage.deployments = usage.deployments.saturating_sub(1);
        usage.instances = usage.instances.saturating_sub(u64::from(spec.instances));
        usage.memory_mb = usage.memory_mb.saturating_sub(spec.memory_mb());
        if !components.contains(&stored.revision.sha256) {
            let size = tx.blob(&stored.revision.sha256).await.map_err(error::store)?.map_or(0, |blob| blob.size);
            usage.storage_bytes = usage.storage_bytes.saturating_sub(size);
        }
    }
    Ok((usage, plugins, components))
}
