//! Plugins, as they are kept.

use hotswap_model::{PluginId, PluginName, PluginSpec, Timestamp};

use crate::row::{self, Row};
use crate::sql::{Builder, query};
use crate::{Kind, Page, Result, StoreError, Tx};

/// A live plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// Never given again, unlike its name.
    pub id: PluginId,
    /// What is wanted of it.
    pub spec: PluginSpec,
    /// Rises with every change, from 1.
    pub etag: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, spec, etag, created_at, updated_at FROM plugins WHERE deleted_at IS NULL", $rest)
    };
}

pub(crate) fn read(row: &Row) -> Result<Plugin> {
    Ok(Plugin {
        id: row::text(row, "id")?,
        spec: row::json(row, "spec")?,
        etag: row::int(row, "etag")?,
        created_at: row::time(row, "created_at")?,
        updated_at: row::time(row, "updated_at")?,
    })
}

impl Tx {
    /// Makes a plugin.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a live plugin has the name.
    pub async fn insert_plugin(&mut self, id: &PluginId, spec: &PluginSpec, now: Timestamp) -> Result<Plugin> {
        let done = query(
            "INSERT INTO plugins (id, name, spec, etag, created_at, updated_at) VALUES ($1, $2, $3, 1, $4, $4) ON CONFLICT DO NOTHING",
        )
        .bind(id.as_str())
        .bind(spec.name.as_str())
        .bind(row::to_json(spec))
        .bind(now.as_micros())
        .execute(self.conn())
        .await?;
        if done == 0 {
            let existing = self.plugin(&spec.name).await?.map(|plugin| plugin.id.to_string());
            return Err(StoreError::conflict(Kind::Plugin, &spec.name, existing));
        }
        self.registry_changed(id).await?;
        Ok(Plugin { id: id.clone(), spec: spec.clone(), etag: 1, created_at: now, updated_at: now })
    }

    /// The live plugin of this name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn plugin(&mut self, name: &PluginName) -> Result<Option<Plugin>> {
        let found = query(select!(" AND name = $1")).bind(name.as_str()).fetch_optional(self.conn()).await?;
        found.as_ref().map(read).transpose()
    }

    /// The live plugin with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn plugin_by_id(&mut self, id: &PluginId) -> Result<Option<Plugin>> {
        let found = query(select!(" AND id = $1")).bind(id.as_str()).fetch_optional(self.conn()).await?;
        found.as_ref().map(read).transpose()
    }

    /// Live plugins, in the order of their names.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_plugins(&mut self, page: &Page<PluginName>) -> Result<Vec<Plugin>> {
        let after = page.after.as_ref().map_or("", PluginName::as_str);
        let rows =
            query(select!(" AND name > $1 ORDER BY name LIMIT $2")).bind(after).bind(i64::from(page.limit)).fetch_all(self.conn()).await?;
        rows.iter().map(read).collect()
    }

    /// Those of these plugins that are live, in no order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn plugins_named(&mut self, names: &[PluginName]) -> Result<Vec<Plugin>> {
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

    /// Changes a live plugin; its name stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no live plugin has this id and the name in `spec`; [`StoreError::Stale`] if `etag` is given
    /// and isn't the plugin's.
    pub async fn update_plugin(&mut self, id: &PluginId, spec: &PluginSpec, etag: Option<i64>, now: Timestamp) -> Result<Plugin> {
        let before = self.plugin_by_id(id).await?.filter(|plugin| plugin.spec.name == spec.name);
        let before = before.ok_or_else(|| StoreError::not_found(Kind::Plugin, &spec.name))?;
        row::check_etag(Kind::Plugin, &spec.name, before.etag, etag)?;
        let after = Plugin { spec: spec.clone(), etag: before.etag + 1, updated_at: now, ..before };
        query("UPDATE plugins SET spec = $2, etag = $3, updated_at = $4 WHERE id = $1")
            .bind(id.as_str())
            .bind(row::to_json(spec))
            .bind(after.etag)
            .bind(now.as_micros())
            .execute(self.conn())
            .await?;
        self.registry_changed(id).await?;
        Ok(after)
    }

    /// Ends a live plugin; its name is free at once. Whether it may go (no live deployments) is the caller's to see to, with
    /// [`Tx::count_deployments_of_plugin`] in the same transaction.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it isn't live, [`StoreError::Stale`] if `etag` is given and isn't the plugin's.
    pub async fn delete_plugin(&mut self, id: &PluginId, etag: Option<i64>, now: Timestamp) -> Result<()> {
        let before = self.plugin_by_id(id).await?.ok_or_else(|| StoreError::not_found(Kind::Plugin, id))?;
        row::check_etag(Kind::Plugin, &before.spec.name, before.etag, etag)?;
        query("UPDATE plugins SET deleted_at = $2 WHERE id = $1").bind(id.as_str()).bind(now.as_micros()).execute(self.conn()).await?;
        self.registry_changed(id).await
    }
}
