//! What a tenant may hold against what it would hold: judged in the transaction that spends it.

use std::collections::BTreeSet;

use hotswap_api::{ErrorCode, Problem, QuotaVerdict};
use hotswap_model::{DeploymentId, DeploymentSpec, Digest, PluginName, Usage};
use hotswap_store::{Page, PluginVersion, Tenant, Tx};

use crate::error::{self, Result};

/// Every quota that has a limit, as it would stand with this spec in place of the deployment as it is now, if there is one.
pub(super) async fn judge(
    tx: &mut Tx,
    tenant: &Tenant,
    before: Option<&DeploymentId>,
    spec: &DeploymentSpec,
    version: Option<&PluginVersion>,
) -> Result<Vec<QuotaVerdict>> {
    let now = tx.usage(&tenant.id).await.map_err(error::store)?;
    let Others { usage: others, plugins, components } = Others::of(tx, tenant, before).await?;
    let plugin_is_new = !plugins.contains(&spec.plugin);
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

/// What a tenant's other deployments hold, summed over the revision each of them wants.
#[derive(Default)]
struct Others {
    usage: Usage,
    plugins: BTreeSet<PluginName>,
    components: BTreeSet<Digest>,
}

impl Others {
    async fn of(tx: &mut Tx, tenant: &Tenant, except: Option<&DeploymentId>) -> Result<Self> {
        let deployments = tx.list_deployments(Some(&tenant.spec.name), &Page::all()).await.map_err(error::store)?;
        let others = deployments.iter().filter(|deployment| Some(&deployment.id) != except);
        let wanted: Vec<_> = others.map(|deployment| (deployment.id.clone(), deployment.revision)).collect();
        let mut held = Self::default();
        for stored in tx.revisions(&wanted).await.map_err(error::store)? {
            let spec = stored.revision.spec;
            held.usage.deployments += 1;
            held.usage.instances += u64::from(spec.instances);
            held.usage.memory_mb += spec.memory_mb();
            held.plugins.insert(spec.plugin);
            held.components.insert(stored.revision.sha256);
        }
        held.usage.plugins = held.plugins.len() as u64;
        for digest in &held.components {
            held.usage.storage_bytes += tx.blob(digest).await.map_err(error::store)?.map_or(0, |blob| blob.size);
        }
        Ok(held)
    }
}
