//! What tenants, plugins and versions are used for, counted anew each time: no counter is kept, so none can be wrong.

use hotswap_model::{PluginId, TenantId, Timestamp, Usage, VersionId};

use crate::row;
use crate::sql::query;
use crate::{Result, Tx};

impl Tx {
    /// What a tenant holds, by the wanted revisions of its live deployments.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn usage(&mut self, tenant: &TenantId) -> Result<Usage> {
        let found = query(
            "WITH wanted AS (
                 SELECT v.plugin_id, r.sha256, r.instances, r.memory_mb
                 FROM deployments d
                 JOIN revisions r ON r.deployment_id = d.id AND r.number = d.revision
                 JOIN plugin_versions v ON v.id = r.version_id
                 WHERE d.tenant_id = $1 AND d.deleted_at IS NULL
             )
             SELECT count(*) AS deployments,
                    count(DISTINCT plugin_id) AS plugins,
                    CAST(coalesce(sum(instances), 0) AS BIGINT) AS instances,
                    CAST(coalesce(sum(instances * memory_mb), 0) AS BIGINT) AS memory_mb,
                    CAST((SELECT coalesce(sum(size), 0) FROM blobs WHERE digest IN (SELECT sha256 FROM wanted)) AS BIGINT) AS storage_bytes
             FROM wanted",
        )
        .bind(tenant.as_str())
        .fetch_one(self.conn())
        .await?;
        Ok(Usage {
            deployments: row::count(&found, "deployments")?,
            plugins: row::count(&found, "plugins")?,
            instances: row::count(&found, "instances")?,
            memory_mb: row::count(&found, "memory_mb")?,
            storage_bytes: row::count(&found, "storage_bytes")?,
        })
    }

    /// Live deployments of a tenant.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_deployments_of_tenant(&mut self, tenant: &TenantId) -> Result<u64> {
        let sql = query("SELECT count(*) AS n FROM deployments WHERE tenant_id = $1 AND deleted_at IS NULL");
        row::count(&sql.bind(tenant.as_str()).fetch_one(self.conn()).await?, "n")
    }

    /// Live deployments that want, serve or would go back to a version of this plugin.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_deployments_of_plugin(&mut self, plugin: &PluginId) -> Result<u64> {
        let sql = query(
            "SELECT count(DISTINCT r.deployment_id) AS n FROM plugin_versions v JOIN retained_revisions r ON r.version_id = v.id WHERE v.plugin_id = $1",
        );
        row::count(&sql.bind(plugin.as_str()).fetch_one(self.conn()).await?, "n")
    }

    /// Live deployments that want, serve or would go back to this version.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_deployments_of_version(&mut self, version: &VersionId) -> Result<u64> {
        let sql = query("SELECT count(DISTINCT deployment_id) AS n FROM retained_revisions WHERE version_id = $1");
        row::count(&sql.bind(version.as_str()).fetch_one(self.conn()).await?, "n")
    }

    /// Revisions accepted for a tenant after this time, those of ended deployments included: what `deployments_per_hour` bounds.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_revisions_since(&mut self, tenant: &TenantId, since: Timestamp) -> Result<u64> {
        let sql = query("SELECT count(*) AS n FROM revisions WHERE tenant_id = $1 AND created_at > $2");
        row::count(&sql.bind(tenant.as_str()).bind(since.as_micros()).fetch_one(self.conn()).await?, "n")
    }
}
