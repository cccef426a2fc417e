//! Tenants, as they are kept.

use hotswap_model::{TenantId, TenantName, TenantSpec, Timestamp};

use crate::row::{self, Row};
use crate::sql::{Builder, query};
use crate::{Kind, Page, Result, StoreError, Tx};

/// A live tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Never given again, unlike its name.
    pub id: TenantId,
    /// What is wanted of it.
    pub spec: TenantSpec,
    /// Rises with every change, from 1.
    pub etag: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, spec, etag, created_at, updated_at FROM tenants WHERE deleted_at IS NULL", $rest)
    };
}

fn read(row: &Row) -> Result<Tenant> {
    Ok(Tenant {
        id: row::text(row, "id")?,
        spec: row::json(row, "spec")?,
        etag: row::int(row, "etag")?,
        created_at: row::time(row, "created_at")?,
        updated_at: row::time(row, "updated_at")?,
    })
}

impl Tx {
    /// Makes a tenant.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a live tenant has the name.
    pub async fn insert_tenant(&mut self, id: &TenantId, spec: &TenantSpec, now: Timestamp) -> Result<Tenant> {
        let done = query(
            "INSERT INTO tenants (id, name, spec, etag, created_at, updated_at) VALUES ($1, $2, $3, 1, $4, $4) ON CONFLICT DO NOTHING",
        )
        .bind(id.as_str())
        .bind(spec.name.as_str())
        .bind(row::to_json(spec))
        .bind(now.as_micros())
        .execute(self.conn())
        .await?;
        if done == 0 {
            let existing = self.tenant(&spec.name).await?.map(|tenant| tenant.id.to_string());
            return Err(StoreError::conflict(Kind::Tenant, &spec.name, existing));
        }
        self.tenant_changed(id).await?;
        Ok(Tenant { id: id.clone(), spec: spec.clone(), etag: 1, created_at: now, updated_at: now })
    }

    /// The live tenant of this name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tenant(&mut self, name: &TenantName) -> Result<Option<Tenant>> {
        let found = query(select!(" AND name = $1")).bind(name.as_str()).fetch_optional(self.conn()).await?;
        found.as_ref().map(read).transpose()
    }

    /// The live tenant with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tenant_by_id(&mut self, id: &TenantId) -> Result<Option<Tenant>> {
        let found = query(select!(" AND id = $1")).bind(id.as_str()).fetch_optional(self.conn()).await?;
        found.as_ref().map(read).transpose()
    }

    /// Live tenants, in the order of their names.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_tenants(&mut self, page: &Page<TenantName>) -> Result<Vec<Tenant>> {
        let after = page.after.as_ref().map_or("", TenantName::as_str);
        let rows =
            query(select!(" AND name > $1 ORDER BY name LIMIT $2")).bind(after).bind(i64::from(page.limit)).fetch_all(self.conn()).await?;
        rows.iter().map(read).collect()
    }

    /// Those of these tenants that are live, in no order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tenants_named(&mut self, names: &[TenantName]) -> Result<Vec<Tenant>> {
        let mut found = Vec::with_capacity(names.len());
        for part in names.chunks(row::BATCH) {
            let mut sql = Builder::new(select!(" AND name IN ("));
            sql.push_list(part.iter().map(|name| name.as_str())).push(")");
            for row in &sql.build().fetch_all(self.conn()).await? {
                found.push(read(row)?);
            }
        }
        Ok(found)
    }

    /// Changes a live tenant; its name stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no live tenant has this id and the name in `spec`; [`StoreError::Stale`] if `etag` is given
    /// and isn't the tenant's.
    pub async fn update_tenant(&mut self, id: &TenantId, spec: &TenantSpec, etag: Option<i64>, now: Timestamp) -> Result<Tenant> {
        let before = self.tenant_by_id(id).await?.filter(|tenant| tenant.spec.name == spec.name);
        let before = before.ok_or_else(|| StoreError::not_found(Kind::Tenant, &spec.name))?;
        row::check_etag(Kind::Tenant, &spec.name, before.etag, etag)?;
        let after = Tenant { spec: spec.clone(), etag: before.etag + 1, updated_at: now, ..before };
        query("UPDATE tenants SET spec = $2, etag = $3, updated_at = $4 WHERE id = $1")
            .bind(id.as_str())
            .bind(row::to_json(spec))
            .bind(after.etag)
            .bind(now.as_micros())
            .execute(self.conn())
            .await?;
        self.tenant_changed(id).await?;
        Ok(after)
    }

    /// Ends a live tenant; its name is free at once. Whether it may go (no live deployments) is the caller's to see to, with
    /// [`Tx::count_deployments_of_tenant`] in the same transaction.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it isn't live, [`StoreError::Stale`] if `etag` is given and isn't the tenant's.
    pub async fn delete_tenant(&mut self, id: &TenantId, etag: Option<i64>, now: Timestamp) -> Result<()> {
        let before = self.tenant_by_id(id).await?.ok_or_else(|| StoreError::not_found(Kind::Tenant, id))?;
        row::check_etag(Kind::Tenant, &before.spec.name, before.etag, etag)?;
        query("UPDATE tenants SET deleted_at = $2 WHERE id = $1").bind(id.as_str()).bind(now.as_micros()).execute(self.conn()).await?;
        self.tenant_changed(id).await
    }
}
