//! Deployments, as they are kept: which revision is wanted and which serves. The specs are the revisions'.

use std::fmt;

use hotswap_model::{DeploymentId, DeploymentName, DeploymentStatus, Held, RolloutId, TenantId, TenantName, Timestamp};

use crate::row::{self, Row};
use crate::sql::{Builder, query};
use crate::{Kind, Page, Result, StoreError, Tx};

/// How people name a deployment: `tenant/name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeploymentAddress {
    /// Whose it is.
    pub tenant: TenantName,
    /// Its name there.
    pub name: DeploymentName,
}

impl fmt::Display for DeploymentAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.name)
    }
}

/// A live deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Never given again, unlike its name.
    pub id: DeploymentId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// That tenant's name.
    pub tenant: TenantName,
    /// Its name there.
    pub name: DeploymentName,
    /// The revision that is wanted: the newest.
    pub revision: u64,
    /// The revision that serves, if one does yet.
    pub active_revision: Option<u64>,
    /// How far what serves is from what is wanted.
    pub status: DeploymentStatus,
    /// Why the wanted revision is not tried again, if it was rolled back.
    pub held: Option<Held>,
    /// Its newest rollout.
    pub rollout_id: Option<RolloutId>,
    /// Rises with every change, from 1.
    pub etag: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Deployment {
    /// How people name it.
    pub fn address(&self) -> DeploymentAddress {
        DeploymentAddress { tenant: self.tenant.clone(), name: self.name.clone() }
    }
}

macro_rules! columns {
    () => {
        "d.id, d.tenant_id, t.name AS tenant, d.name, d.revision, d.active_revision, d.status, d.held, d.rollout_id, \
         d.etag, d.created_at, d.updated_at"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM deployments d JOIN tenants t ON t.id = d.tenant_id WHERE d.deleted_at IS NULL", $rest)
    };
}

fn read(row: &Row) -> Result<Deployment> {
    Ok(Deployment {
        id: row::text(row, "id")?,
        tenant_id: row::text(row, "tenant_id")?,
        tenant: row::text(row, "tenant")?,
        name: row::text(row, "name")?,
        revision: row::count(row, "revision")?,
        active_revision: row::count_or_null(row, "active_revision")?,
        status: row::word(row, "status")?,
        held: row::json_or_null(row, "held")?,
        rollout_id: row::text_or_null(row, "rollout_id")?,
        etag: row::int(row, "etag")?,
        created_at: row::time(row, "created_at")?,
        updated_at: row::time(row, "updated_at")?,
    })
}

impl Tx {
    /// Makes a deployment. `etag` is taken as 1 and `tenant` isn't written: the id says whose it is.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the tenant has a live deployment of that name; [`StoreError::Dangling`] if there is no such
    /// tenant.
    pub async fn insert_deployment(&mut self, deployment: &Deployment) -> Result<Deployment> {
        let done = query(
            "INSERT INTO deployments (id, tenant_id, name, revision, active_revision, status, held, rollout_id, etag, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10) ON CONFLICT DO NOTHING",
        )
        .bind(deployment.id.as_str())
        .bind(deployment.tenant_id.as_str())
        .bind(deployment.name.as_str())
        .bind(row::to_int(deployment.revision))
        .bind(deployment.active_revision.map(row::to_int))
        .bind(deployment.status.as_str())
        .bind(deployment.held.as_ref().map(row::to_json))
        .bind(deployment.rollout_id.as_ref().map(RolloutId::as_str))
        .bind(deployment.created_at.as_micros())
        .bind(deployment.updated_at.as_micros())
        .execute(self.conn())
        .await
        .map_err(StoreError::writing(Kind::Deployment, deployment.address()))?;
        if done == 0 {
            let existing = self.deployment(&deployment.address()).await?.map(|found| found.id.to_string());
            return Err(StoreError::conflict(Kind::Deployment, deployment.address(), existing));
        }
        self.deployment_changed(&deployment.id).await?;
        Ok(Deployment { etag: 1, ..deployment.clone() })
    }

    /// The live deployment of this name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deployment(&mut self, address: &DeploymentAddress) -> Result<Option<Deployment>> {
        let found = query(select!(" AND t.deleted_at IS NULL AND t.name = $1 AND d.name = $2"))
            .bind(address.tenant.as_str())
            .bind(address.name.as_str())
            .fetch_optional(self.conn())
            .await?;
        found.as_ref().map(read).transpose()
    }

    /// The live deployment with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deployment_by_id(&mut self, id: &DeploymentId) -> Result<Option<Deployment>> {
        let found = query(select!(" AND d.id = $1")).bind(id.as_str()).fetch_optional(self.conn()).await?;
        found.as_ref().map(read).transpose()
    }

    /// Live deployments, of one tenant or of all, in the order of their tenants' names and then their own.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_deployments(&mut self, tenant: Option<&TenantName>, page: &Page<DeploymentAddress>) -> Result<Vec<Deployment>> {
        let (after_tenant, after_name) = page.after.as_ref().map_or(("", ""), |after| (after.tenant.as_str(), after.name.as_str()));
        let sql = match tenant {
            None => query(select!(" AND (t.name, d.name) > ($1, $2) ORDER BY t.name, d.name LIMIT $3")),
            Some(_) => {
                query(select!(" AND (t.name, d.name) > ($1, $2) AND t.deleted_at IS NULL AND t.name = $4 ORDER BY t.name, d.name LIMIT $3"))
            }
        };
        let sql = sql.bind(after_tenant).bind(after_name).bind(i64::from(page.limit));
        let sql = if let Some(tenant) = tenant { sql.bind(tenant.as_str()) } else { sql };
        let rows = sql.fetch_all(self.conn()).await?;
        rows.iter().map(read).collect()
    }

    /// Those of these deployments that are live, in no order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deployments_named(&mut self, addresses: &[DeploymentAddress]) -> Result<Vec<Deployment>> {
        let mut found = Vec::with_capacity(addresses.len());
        for part in addresses.chunks(row::BATCH) {
            let mut sql = Builder::new("WITH wanted (tenant, name) AS (");
            sql.push_rows(part.iter().map(|address| [address.tenant.as_str().into(), address.name.as_str().into()]));
            sql.push(concat!(
                ") SELECT ",
                columns!(),
                " FROM wanted w \
                 JOIN tenants t ON t.name = w.tenant AND t.deleted_at IS NULL \
                 JOIN deployments d ON d.tenant_id = t.id AND d.name = w.name AND d.deleted_at IS NULL"
            ));
            for row in &sql.build().fetch_all(self.conn()).await? {
                found.push(read(row)?);
            }
        }
        Ok(found)
    }

    /// Writes everything of a live deployment that may change: wanted and serving revision, status, why it is held, rollout.
    /// Gives it with its new etag.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it isn't live; [`StoreError::Stale`] if `deployment.etag` isn't the row's.
    pub async fn update_deployment(&mut self, deployment: &Deployment, now: Timestamp) -> Result<Deployment> {
        let stored = self.deployment_by_id(&deployment.id).await?;
        let stored = stored.ok_or_else(|| StoreError::not_found(Kind::Deployment, deployment.address()))?;
        row::check_etag(Kind::Deployment, deployment.address(), stored.etag, Some(deployment.etag))?;
        let after = Deployment { etag: stored.etag + 1, updated_at: now, ..deployment.clone() };
        query(
            "UPDATE deployments SET revision = $2, active_revision = $3, status = $4, held = $5, rollout_id = $6, etag = $7, updated_at = $8 \
             WHERE id = $1",
        )
        .bind(after.id.as_str())
        .bind(row::to_int(after.revision))
        .bind(after.active_revision.map(row::to_int))
        .bind(after.status.as_str())
        .bind(after.held.as_ref().map(row::to_json))
        .bind(after.rollout_id.as_ref().map(RolloutId::as_str))
        .bind(after.etag)
        .bind(now.as_micros())
        .execute(self.conn())
        .await?;
        self.deployment_changed(&after.id).await?;
        Ok(after)
    }

    /// Ends a live deployment; its name is free at once. Its rollouts are left as they are: ending an unfinished one is the
    /// caller's.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it isn't live; [`StoreError::Stale`] if `etag` is given and isn't the deployment's.
    pub async fn delete_deployment(&mut self, id: &DeploymentId, etag: Option<i64>, now: Timestamp) -> Result<()> {
        let stored = self.deployment_by_id(id).await?.ok_or_else(|| StoreError::not_found(Kind::Deployment, id))?;
        row::check_etag(Kind::Deployment, stored.address(), stored.etag, etag)?;
        query("UPDATE deployments SET deleted_at = $2 WHERE id = $1").bind(id.as_str()).bind(now.as_micros()).execute(self.conn()).await?;
        self.deployment_changed(id).await
    }
}
