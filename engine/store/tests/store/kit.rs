//! Rows to test with: the shortest way to a tenant, a published version, a deployment.

use hotswap_model::{
    Channel, DeploymentId, DeploymentSpec, DeploymentStatus, Digest, PluginId, PluginSpec, Revision, RolloutId, RolloutStatus, Sandbox,
    TenantId, TenantSpec, Timestamp, VersionId, VersionSpec,
};
use hotswap_store::{Blob, Deployment, DeploymentAddress, Plugin, PluginVersion, Rollout, StoredRevision, Tenant, Tx};

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

pub(crate) fn tenant_id(unique: &str) -> TenantId {
    TenantId::from_unique(unique)
}

pub(crate) fn plugin_id(unique: &str) -> PluginId {
    PluginId::from_unique(unique)
}

pub(crate) fn tenant_spec(name: &str) -> TenantSpec {
    serde_json::from_value(serde_json::json!({ "name": name })).unwrap()
}

pub(crate) fn plugin_spec(name: &str) -> PluginSpec {
    serde_json::from_value(serde_json::json!({ "name": name })).unwrap()
}

pub(crate) fn address(tenant: &str, name: &str) -> DeploymentAddress {
    DeploymentAddress { tenant: tenant.parse().unwrap(), name: name.parse().unwrap() }
}

pub(crate) async fn upload(tx: &mut Tx, bytes: &str) -> Digest {
    let digest = Digest::of(bytes.as_bytes());
    let (imports, exports) = (vec!["wasi:http/types@0.2.0".into()], vec!["wasi:http/incoming-handler@0.2.0".into()]);
    let blob = Blob { digest, size: bytes.len() as u64, imports, exports, created_at: at(0) };
    tx.insert_blob(&blob).await.unwrap().digest
}

/// A version of a plugin, which is made if it isn't there.
pub(crate) async fn publish(tx: &mut Tx, plugin: &str, number: &str, bytes: &str) -> PluginVersion {
    let plugin = match tx.plugin(&plugin.parse().unwrap()).await.unwrap() {
        Some(known) => known,
        None => tx.insert_plugin(&plugin_id(plugin), &plugin_spec(plugin), at(0)).await.unwrap(),
    };
    add_version(tx, &plugin, number, bytes).await
}

pub(crate) async fn add_version(tx: &mut Tx, plugin: &Plugin, number: &str, bytes: &str) -> PluginVersion {
    let spec = VersionSpec {
        plugin: plugin.spec.name.clone(),
        version: number.parse().unwrap(),
        sha256: upload(tx, bytes).await,
        channel: Channel::Stable,
        channel_message: None,
        replacement: None,
        dependencies: Vec::new(),
        default_config: None,
        release_notes: None,
    };
    let id = VersionId::from_unique(format!("{}{}", plugin.id.as_str().trim_start_matches("plg_"), number.replace('.', "x")));
    tx.insert_plugin_version(&id, &plugin.id, &spec, at(1)).await.unwrap()
}

fn revision(
    deployment: &DeploymentId,
    number: u64,
    version: &PluginVersion,
    instances: u32,
    memory_mb: u64,
    now: Timestamp,
) -> StoredRevision {
    let spec = DeploymentSpec { instances, sandbox: Sandbox { memory_mb, ..Sandbox::default() }, ..deployment_spec(version) };
    StoredRevision {
        deployment_id: deployment.clone(),
        version_id: version.id.clone(),
        revision: Revision {
            number,
            spec,
            resolved_version: version.spec.version.clone(),
            sha256: version.spec.sha256,
            dependencies: Vec::new(),
            created_at: now,
        },
        effective_config: "{}".into(),
        secret: None,
    }
}

fn deployment_spec(version: &PluginVersion) -> DeploymentSpec {
    let json = serde_json::json!({ "plugin": version.spec.plugin, "version": version.spec.version });
    serde_json::from_value(json).unwrap()
}

/// A deployment with its first revision, accepted at second 1.
pub(crate) async fn deploy(
    tx: &mut Tx,
    tenant: &Tenant,
    name: &str,
    version: &PluginVersion,
    instances: u32,
    memory_mb: u64,
) -> (Deployment, StoredRevision) {
    let deployment = Deployment {
        id: DeploymentId::from_unique(format!("{}{name}{}", tenant.id.as_str().trim_start_matches("ten_"), version.spec.plugin)),
        tenant_id: tenant.id.clone(),
        tenant: tenant.spec.name.clone(),
        name: name.parse().unwrap(),
        revision: 1,
        active_revision: None,
        status: DeploymentStatus::Progressing,
        held: None,
        rollout_id: None,
        etag: 1,
        created_at: at(1),
        updated_at: at(1),
    };
    let deployment = tx.insert_deployment(&deployment).await.unwrap();
    let stored = revision(&deployment.id, 1, version, instances, memory_mb, at(1));
    tx.insert_revision(&stored).await.unwrap();
    (deployment, stored)
}

/// The deployment's next revision, accepted at second 2 and wanted from then on.
pub(crate) async fn revise(tx: &mut Tx, deployment: &Deployment, version: &PluginVersion, instances: u32, memory_mb: u64) -> Deployment {
    let number = deployment.revision + 1;
    tx.insert_revision(&revision(&deployment.id, number, version, instances, memory_mb, at(2))).await.unwrap();
    tx.update_deployment(&Deployment { revision: number, ..deployment.clone() }, at(2)).await.unwrap()
}

pub(crate) fn rollout(deployment: &Deployment, unique: &str, from_revision: Option<u64>, to_revision: u64) -> Rollout {
    Rollout {
        id: RolloutId::from_unique(unique),
        deployment_id: deployment.id.clone(),
        tenant_id: deployment.tenant_id.clone(),
        tenant: deployment.tenant.clone(),
        deployment: deployment.name.clone(),
        from_revision,
        to_revision,
        status: RolloutStatus::Progressing,
        progress: "{}".into(),
        reason_code: None,
        reason: None,
        started_at: at(3),
        updated_at: at(3),
        ended_at: None,
        generation: 1,
    }
}
