//! Tenants and deployments as a whole: what changed since some generation, whoever changed it. For the server that leads.

use hotswap_model::{DeploymentId, TenantId};

use crate::row;
use crate::sql::query;
use crate::{Deployment, Result, Tenant, Tx};

/// What changed among tenants and deployments after some generation.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetChanges {
    /// At which generation this leaves one.
    pub generation: i64,
    /// Tenants that are live.
    pub tenants: Vec<Tenant>,
    /// Deployments that are live.
    pub deployments: Vec<Deployment>,
    /// Deployments that have ended.
    pub ended: Vec<DeploymentId>,
}

impl Tx {
    /// The generation: it rises with every transaction that changes a tenant or a deployment.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn fleet_generation(&mut self) -> Result<i64> {
        row::int(&query("SELECT value FROM counters WHERE name = 'fleet'").fetch_one(self.conn()).await?, "value")
    }

    /// What changed after this generation.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn fleet_changes(&mut self, after: i64) -> Result<FleetChanges> {
        let mut changes =
            FleetChanges { generation: self.fleet_generation().await?, tenants: Vec::new(), deployments: Vec::new(), ended: Vec::new() };
        let tenants = query("SELECT id FROM tenants WHERE generation > $1 AND deleted_at IS NULL");
        for found in &tenants.bind(after).fetch_all(self.conn()).await? {
            let id: TenantId = row::text(found, "id")?;
            changes.tenants.extend(self.tenant_by_id(&id).await?);
        }
        let deployments = query("SELECT id FROM deployments WHERE generation > $1");
        for found in &deployments.bind(after).fetch_all(self.conn()).await? {
            let id: DeploymentId = row::text(found, "id")?;
            match self.deployment_by_id(&id).await? {
                Some(deployment) => changes.deployments.push(deployment),
                None => changes.ended.push(id),
            }
        }
        Ok(changes)
    }

    /// Says that a tenant was changed in this transaction.
    pub(crate) async fn tenant_changed(&mut self, id: &TenantId) -> Result<()> {
        self.fleet_changed().await?;
        query("UPDATE tenants SET generation = (SELECT value FROM counters WHERE name = 'fleet') WHERE id = $1")
            .bind(id.as_str())
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// Says that a deployment, or something of it, was changed in this transaction, so that whoever leads looks at it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deployment_changed(&mut self, id: &DeploymentId) -> Result<()> {
        self.fleet_changed().await?;
        query("UPDATE deployments SET generation = (SELECT value FROM counters WHERE name = 'fleet') WHERE id = $1")
            .bind(id.as_str())
            .execute(self.conn())
            .await?;
        Ok(())
    }

    async fn fleet_changed(&mut self) -> Result<()> {
        query("UPDATE counters SET value = value + 1 WHERE name = 'fleet'").execute(self.conn()).await?;
        Ok(())
    }
}
