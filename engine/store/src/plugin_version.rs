//! Published versions of plugins, as they are kept: live ones, and retired ones whose number stays taken.

use hotswap_model::{PluginId, PluginName, Timestamp, Version, VersionId, VersionSpec};

use crate::row::{self, Row};
use crate::sql::{Builder, query};
use crate::{Kind, Page, Result, StoreError, Tx};

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginVersion {
    /// Never given again.
    pub id: VersionId,
    /// Of which plugin.
    pub plugin_id: PluginId,
    /// What was published.
    pub spec: VersionSpec,
    /// Bytes of the component.
    pub size: u64,
    /// The interfaces the component asks for.
    pub imports: Vec<String>,
    /// The interfaces it offers.
    pub exports: Vec<String>,
    /// Rises with every change, from 1.
    pub etag: i64,
    /// When it was published first.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was retired; absent: it is live.
    pub retired_at: Option<Timestamp>,
}

/// Which versions of a plugin are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    /// Those not retired.
    Live,
    /// Retired ones too.
    All,
}

macro_rules! select {
    ($rest:literal) => {
        select!("", $rest)
    };
    ($before:literal, $rest:literal) => {
        concat!(
            $before,
            "SELECT v.id, v.plugin_id, v.spec, b.size, b.imports, b.exports, v.etag, v.created_at, v.updated_at, v.retired_at \
             FROM plugin_versions v JOIN blobs b ON b.digest = v.sha256 ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<PluginVersion> {
    Ok(PluginVersion {
        id: row::text(row, "id")?,
        plugin_id: row::text(row, "plugin_id")?,
        spec: row::json(row, "spec")?,
        size: row::count(row, "size")?,
        imports: row::json(row, "imports")?,
        exports: row::json(row, "exports")?,
        etag: row::int(row, "etag")?,
        created_at: row::time(row, "created_at")?,
        updated_at: row::time(row, "updated_at")?,
        retired_at: row::time_or_null(row, "retired_at")?,
    })
}

fn name(spec: &VersionSpec) -> String {
    format!("{} {}", spec.plugin, spec.version)
}

impl Tx {
    /// Publishes a version. What is known of its component must have been inserted before ([`Tx::insert_blob`]).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the plugin has or had a version of this number; [`StoreError::Dangling`] if plugin or
    /// component aren't known.
    pub async fn insert_plugin_version(
        &mut self,
        id: &VersionId,
        plugin: &PluginId,
        spec: &VersionSpec,
        now: Timestamp,
    ) -> Result<PluginVersion> {
        let done = query(
            "INSERT INTO plugin_versions (id, plugin_id, version, sha256, spec, etag, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, 1, $6, $6) ON CONFLICT DO NOTHING",
        )
        .bind(id.as_str())
        .bind(plugin.as_str())
        .bind(spec.version.to_string())
        .bind(spec.sha256.to_string())
        .bind(row::to_json(spec))
        .bind(now.as_micros())
        .execute(self.conn())
        .await
        .map_err(StoreError::writing(Kind::PluginVersion, name(spec)))?;
        if done == 1 {
            self.registry_changed(plugin).await?;
        }
        let stored = self.plugin_version(plugin, &spec.version).await?;
        match stored {
            Some(stored) if done == 1 => Ok(stored),
            other => Err(StoreError::conflict(Kind::PluginVersion, name(spec), other.map(|version| version.id.to_string()))),
        }
    }

    /// The version of this number, retired ones included.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn plugin_version(&mut self, plugin: &PluginId, version: &Version) -> Result<Option<PluginVersion>> {
        let found = query(select!("WHERE v.plugin_id = $1 AND v.version = $2"))
            .bind(plugin.as_str())
            .bind(version.to_string())
            .fetch_optional(self.conn())
            .await?;
        found.as_ref().map(read).transpose()
    }

    /// The version with this id, retired ones included.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn plugin_version_by_id(&mut self, id: &VersionId) -> Result<Option<PluginVersion>> {
        let found = query(select!("WHERE v.id = $1")).bind(id.as_str()).fetch_optional(self.conn()).await?;
        found.as_ref().map(read).transpose()
    }

    /// Versions of a plugin, the highest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_plugin_versions(&mut self, plugin: &PluginId, which: Versions) -> Result<Vec<PluginVersion>> {
        let sql = match which {
            Versions::Live => query(select!("WHERE v.plugin_id = $1 AND v.retired_at IS NULL")),
            Versions::All => query(select!("WHERE v.plugin_id = $1")),
        };
        let rows = sql.bind(plugin.as_str()).fetch_all(self.conn()).await?;
        let mut found = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        found.sort_by(|a, b| b.spec.version.cmp(&a.spec.version));
        Ok(found)
    }

    /// The live versions of these plugins and numbers, in no order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn plugin_versions_named(&mut self, names: &[(PluginName, Version)]) -> Result<Vec<PluginVersion>> {
        let mut found = Vec::with_capacity(names.len());
        for part in names.chunks(row::BATCH) {
            let mut sql = Builder::new("WITH wanted (plugin, version) AS (");
            sql.push_rows(part.iter().map(|(plugin, version)| [plugin.as_str().into(), version.to_string().into()]));
            sql.push(select!(
                ") ",
                "JOIN plugins p ON p.id = v.plugin_id AND p.deleted_at IS NULL \
                 JOIN wanted w ON w.plugin = p.name AND w.version = v.version WHERE v.retired_at IS NULL"
            ));
            for row in &sql.build().fetch_all(self.conn()).await? {
                found.push(read(row)?);
            }
        }
        Ok(found)
    }

    /// The live versions of all plugins, by the texts of name and number.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_all_plugin_versions(&mut self, page: &Page<(PluginName, Version)>) -> Result<Vec<PluginVersion>> {
        let (plugin, version) = match &page.after {
            Some((plugin, version)) => (plugin.as_str(), version.to_string()),
            None => ("", String::new()),
        };
        let sql = query(select!(
            "",
            "JOIN plugins p ON p.id = v.plugin_id AND p.deleted_at IS NULL \
             WHERE v.retired_at IS NULL AND (p.name, v.version) > ($1, $2) ORDER BY p.name, v.version LIMIT $3"
        ));
        let rows = sql.bind(plugin).bind(version).bind(i64::from(page.limit)).fetch_all(self.conn()).await?;
        rows.iter().map(read).collect()
    }

    /// Changes channel and release notes of a live version to those in `spec`; the rest of `spec` must be as published.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no live version has this id and content; [`StoreError::Stale`] if `etag` is given and isn't
    /// the version's.
    pub async fn update_plugin_version(
        &mut self,
        id: &VersionId,
        spec: &VersionSpec,
        etag: Option<i64>,
        now: Timestamp,
    ) -> Result<PluginVersion> {
        let before = self.plugin_version_by_id(id).await?;
        let before = before.filter(|version| version.retired_at.is_none() && version.spec.same_content(spec));
        let before = before.ok_or_else(|| StoreError::not_found(Kind::PluginVersion, name(spec)))?;
        row::check_etag(Kind::PluginVersion, name(spec), before.etag, etag)?;
        self.write_version(PluginVersion { spec: spec.clone(), updated_at: now, etag: before.etag + 1, ..before }).await
    }

    /// Retires a live version: its number stays taken, nothing new chooses it, what runs goes on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no live version has this id; [`StoreError::Stale`] if `etag` is given and isn't the version's.
    pub async fn retire_plugin_version(&mut self, id: &VersionId, etag: Option<i64>, now: Timestamp) -> Result<PluginVersion> {
        let before = self.plugin_version_by_id(id).await?.filter(|version| version.retired_at.is_none());
        let before = before.ok_or_else(|| StoreError::not_found(Kind::PluginVersion, id))?;
        row::check_etag(Kind::PluginVersion, name(&before.spec), before.etag, etag)?;
        self.write_version(PluginVersion { retired_at: Some(now), updated_at: now, etag: before.etag + 1, ..before }).await
    }

    /// Makes a retired version live again, with the channel and release notes of `spec`; the rest of `spec` must be as published.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no retired version has this id and content.
    pub async fn revive_plugin_version(&mut self, id: &VersionId, spec: &VersionSpec, now: Timestamp) -> Result<PluginVersion> {
        let before = self.plugin_version_by_id(id).await?;
        let before = before.filter(|version| version.retired_at.is_some() && version.spec.same_content(spec));
        let before = before.ok_or_else(|| StoreError::not_found(Kind::PluginVersion, name(spec)))?;
        self.write_version(PluginVersion { spec: spec.clone(), retired_at: None, updated_at: now, etag: before.etag + 1, ..before }).await
    }

    async fn write_version(&mut self, version: PluginVersion) -> Result<PluginVersion> {
        query("UPDATE plugin_versions SET spec = $2, retired_at = $3, etag = $4, updated_at = $5 WHERE id = $1")
            .bind(version.id.as_str())
            .bind(row::to_json(&version.spec))
            .bind(version.retired_at.map(Timestamp::as_micros))
            .bind(version.etag)
            .bind(version.updated_at.as_micros())
            .execute(self.conn())
            .await?;
        self.registry_changed(&version.plugin_id).await?;
        Ok(version)
    }
}
