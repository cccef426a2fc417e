//! Who runs what: the versions of a plugin by tenant, counted anew each time.

use hotswap_model::{PluginId, TenantId, TenantName, Version};

use crate::row;
use crate::sql::query;
use crate::{Result, Tx};

/// How far a tenant has taken up a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// Which tenant.
    pub tenant: TenantName,
    /// Which version.
    pub version: Version,
    /// How many of its live deployments are served by it.
    pub serving: u64,
    /// How many of them want it.
    pub wanted: u64,
}

impl Tx {
    /// Which tenants run or want which versions of a plugin, by tenant and then by version, the highest first; of one tenant or of all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn adoption(&mut self, plugin: &PluginId, tenant: Option<&TenantId>) -> Result<Vec<Adoption>> {
        let rows = query(
            "SELECT t.name AS tenant, r.version,
                    CAST(sum(CASE WHEN r.number = d.active_revision THEN 1 ELSE 0 END) AS BIGINT) AS serving,
                    CAST(sum(CASE WHEN r.number = d.revision THEN 1 ELSE 0 END) AS BIGINT) AS wanted
             FROM plugin_versions v
             JOIN revisions r ON r.version_id = v.id
             JOIN deployments d ON d.id = r.deployment_id AND (r.number = d.revision OR r.number = d.active_revision)
             JOIN tenants t ON t.id = d.tenant_id
             WHERE v.plugin_id = $1 AND d.deleted_at IS NULL AND ($2 IS NULL OR d.tenant_id = $2)
             GROUP BY t.name, r.version",
        )
        .bind(plugin.as_str())
        .bind(tenant.map(TenantId::as_str))
        .fetch_all(self.conn())
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            found.push(Adoption {
                tenant: row::text(row, "tenant")?,
                version: row::text(row, "version")?,
                serving: row::count(row, "serving")?,
                wanted: row::count(row, "wanted")?,
            });
        }
        found.sort_by(|a, b| a.tenant.cmp(&b.tenant).then_with(|| b.version.cmp(&a.version)));
        Ok(found)
    }
}
