//! The registry as a whole: at which generation it is, and what changed since another one. For those who remember.

use std::collections::HashMap;

use hotswap_model::{Channel, PluginId};
use serde::Deserialize;

use crate::row;
use crate::sql::query;
use crate::{Plugin, Result, Tx, plugin};

/// What changed in the registry after some generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryChanges {
    /// At which generation this leaves one.
    pub generation: i64,
    /// Each plugin that changed.
    pub plugins: Vec<ChangedPlugin>,
}

/// A plugin that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedPlugin {
    /// As it is now, with its live versions.
    Live(Box<Plugin>, Vec<VersionFacts>),
    /// It has ended.
    Ended(PluginId),
}

/// What a live version is searched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFacts {
    /// Its channel.
    pub channel: Channel,
    /// The interfaces its component offers and asks for, sorted.
    pub capabilities: Vec<String>,
}

/// The part of a version's spec that is read here.
#[derive(Deserialize)]
struct Trust {
    #[serde(default)]
    channel: Channel,
}

impl Tx {
    /// The registry's generation: it rises with every transaction that changes a plugin or a version.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn registry_generation(&mut self) -> Result<i64> {
        row::int(&query("SELECT value FROM counters WHERE name = 'registry'").fetch_one(self.conn()).await?, "value")
    }

    /// What tells this database from every other.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn database_identity(&mut self) -> Result<String> {
        row::string(&query("SELECT id FROM identity").fetch_one(self.conn()).await?, "id")
    }

    /// What changed after this generation; after 0, everything there is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn registry_changes(&mut self, after: i64) -> Result<RegistryChanges> {
        let generation = self.registry_generation().await?;
        let sql = query(
            "SELECT v.plugin_id, v.spec, b.imports, b.exports FROM plugin_versions v \
             JOIN plugins p ON p.id = v.plugin_id JOIN blobs b ON b.digest = v.sha256 \
             WHERE p.generation > $1 AND p.deleted_at IS NULL AND v.retired_at IS NULL",
        );
        let mut versions: HashMap<PluginId, Vec<VersionFacts>> = HashMap::new();
        for found in &sql.bind(after).fetch_all(self.conn()).await? {
            let mut capabilities: Vec<String> = row::json(found, "imports")?;
            capabilities.append(&mut row::json(found, "exports")?);
            capabilities.sort_unstable();
            capabilities.dedup();
            let facts = VersionFacts { channel: row::json::<Trust>(found, "spec")?.channel, capabilities };
            versions.entry(row::text(found, "plugin_id")?).or_default().push(facts);
        }
        let sql = query("SELECT id, spec, etag, created_at, updated_at, deleted_at FROM plugins WHERE generation > $1 ORDER BY id");
        let mut plugins = Vec::new();
        for found in &sql.bind(after).fetch_all(self.conn()).await? {
            let id: PluginId = row::text(found, "id")?;
            let live = row::time_or_null(found, "deleted_at")?.is_none();
            plugins.push(match live {
                true => ChangedPlugin::Live(Box::new(plugin::read(found)?), versions.remove(&id).unwrap_or_default()),
                false => ChangedPlugin::Ended(id),
            });
        }
        Ok(RegistryChanges { generation, plugins })
    }

    /// Says that a plugin or one of its versions was changed in this transaction.
    pub(crate) async fn registry_changed(&mut self, plugin: &PluginId) -> Result<()> {
        query("UPDATE counters SET value = value + 1 WHERE name = 'registry'").execute(self.conn()).await?;
        query("UPDATE plugins SET generation = (SELECT value FROM counters WHERE name = 'registry') WHERE id = $1")
            .bind(plugin.as_str())
            .execute(self.conn())
            .await?;
        Ok(())
    }
}
