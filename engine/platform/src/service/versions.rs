//! Versions of plugins: published, moved between channels, retired.

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{Action, IllegalTransition, PluginName, Version, VersionId, VersionSpec};
use hotswap_registry::Published;
use hotswap_store::{self as store, Tx, Versions};

use super::acting::Acting;
use super::plugins::{self, registry_problem};
use super::{Answer, Part, Replay, parse_etag};
use crate::clock;
use crate::components::unknown_component;
use crate::error::{self, Result};

impl Acting {
    pub(crate) async fn publish(&self, spec: VersionSpec, replay: Option<Replay>) -> Result<Answer<api::PluginVersion>> {
        self.may(Action::WritePlugins)?;
        spec.validate()
            .map_err(|faults| error::invalid(format_args!("version {} of plugin {:?}", spec.version, spec.plugin.as_str()), faults))?;
        self.change(replay, |tx| {
            Box::pin(async move {
                plugins::find(tx, spec.plugin.as_str()).await?;
                if tx.blob(&spec.sha256).await.map_err(error::store)?.is_none() {
                    return Err(unknown_component(&spec.sha256));
                }
                let id = VersionId::from_unique(clock::unique());
                let published = hotswap_registry::publish(tx, clock::now(), &id, &spec).await.map_err(registry_problem)?;
                let created = !matches!(published, Published::Known(_));
                Ok(Answer { created, body: to_api(published.into_version()) })
            })
        })
        .await
    }

    pub(crate) async fn version(&self, plugin: &str, version: &str) -> Result<api::PluginVersion> {
        self.may(Action::ReadPlugins)?;
        let read = async { Ok(to_api(find(&mut self.read().await?, plugin, version).await?)) };
        self.cache.get(&format!("version:{plugin}/{version}"), read, error::store).await
    }

    pub(crate) async fn version_by_id(&self, id: &str) -> Result<api::PluginVersion> {
        self.may(Action::ReadPlugins)?;
        let mut tx = self.read().await?;
        let found = match id.parse::<VersionId>() {
            Ok(id) => tx.plugin_version_by_id(&id).await.map_err(error::store)?,
            Err(_) => None,
        };
        found.map(to_api).ok_or_else(|| Problem::new(ErrorCode::VersionNotFound, format!("there is no version with the id {id:?}")))
    }

    pub(crate) async fn versions(&self, plugin: &str, retired: bool) -> Result<api::Page<api::PluginVersion>> {
        self.may(Action::ReadPlugins)?;
        let read = async {
            let mut tx = self.read().await?;
            let plugin = plugins::find(&mut tx, plugin).await?;
            let which = if retired { Versions::All } else { Versions::Live };
            let mut items = tx.list_plugin_versions(&plugin.id, which).await.map_err(error::store)?;
            items.sort_by(|a, b| a.spec.version.cmp(&b.spec.version));
            Ok(api::Page { items: items.into_iter().map(to_api).collect(), next: None })
        };
        self.cache.get(&format!("versions:{plugin}:{retired}"), read, error::store).await
    }

    /// The live versions of all plugins, or those of these names (`plugin/version`); what is no name is the name of nothing.
    pub(crate) async fn all_versions(&self, names: Option<Vec<String>>, part: Part) -> Result<api::Page<api::PluginVersion>> {
        self.may(Action::ReadPlugins)?;
        let mut tx = self.read().await?;
        if let Some(names) = names {
            let names: Vec<_> = names.iter().filter_map(|name| parse_name(name)).collect();
            let items = tx.plugin_versions_named(&names).await.map_err(error::store)?;
            return Ok(api::Page { items: items.into_iter().map(to_api).collect(), next: None });
        }
        let page = store::Page { after: part.after.as_deref().and_then(parse_name), limit: part.limit };
        let items: Vec<_> = tx.list_all_plugin_versions(&page).await.map_err(error::store)?.into_iter().map(to_api).collect();
        let next =
            (items.len() == part.limit as usize).then(|| items.last().map(|last| format!("{}/{}", last.spec.plugin, last.spec.version)));
        Ok(api::Page { items, next: next.flatten() })
    }

    pub(crate) async fn change_version(
        &self,
        plugin: &str,
        version: &str,
        change: api::VersionChange,
        etag: Option<&str>,
        replay: Option<Replay>,
    ) -> Result<Answer<api::PluginVersion>> {
        self.may(Action::WritePlugins)?;
        let (etag, plugin, version) = (parse_etag(etag)?, plugin.to_owned(), version.to_owned());
        self.change(replay, move |tx| {
            Box::pin(async move {
                let before = find(tx, &plugin, &version).await?;
                before.spec.channel.change_to(change.channel).map_err(|error| not_reachable(&before.spec, &error))?;
                let spec = change.made(before.spec);
                let what = format!("version {} of plugin {:?}", spec.version, spec.plugin.as_str());
                spec.validate().map_err(|faults| error::invalid(what, faults))?;
                let after = tx.update_plugin_version(&before.id, &spec, etag, clock::now()).await.map_err(error::store)?;
                Ok(Answer { created: false, body: to_api(after) })
            })
        })
        .await
    }

    /// Retires a version: what runs of it goes on, nothing new is resolved to it. Always succeeds for one that is there.
    pub(crate) async fn retire(&self, plugin: &str, version: &str) -> Result<()> {
        self.may(Action::WritePlugins)?;
        let mut tx = self.write().await?;
        let before = find(&mut tx, plugin, version).await?;
        if before.retired_at.is_none() {
            tx.retire_plugin_version(&before.id, None, clock::now()).await.map_err(error::store)?;
        }
        tx.commit().await.map_err(error::store)?;
        self.cache.changed();
        self.components.collect(&before.spec.sha256).await
    }
}

/// A channel that is closed to a version, and the ones that are open.
pub(super) fn not_reachable(spec: &VersionSpec, error: &IllegalTransition) -> Problem {
    let detail = format!("version {} of {:?} {error}", spec.version, spec.plugin.as_str());
    Problem::new(ErrorCode::ChannelNotReachable, detail).hint("the guide on versions has the table of what leads where")
}

/// What `plugin/version` names.
fn parse_name(text: &str) -> Option<(PluginName, Version)> {
    let (plugin, version) = text.split_once('/')?;
    Some((plugin.parse().ok()?, version.parse().ok()?))
}

/// The version, retired or not, of the plugin with this name or id.
pub(super) async fn find(tx: &mut Tx, plugin: &str, version: &str) -> Result<store::PluginVersion> {
    let plugin = plugins::find(tx, plugin).await?;
    let found = match version.parse::<Version>() {
        Ok(number) => tx.plugin_version(&plugin.id, &number).await.map_err(error::store)?,
        Err(_) => match version.parse::<VersionId>() {
            Ok(id) => tx.plugin_version_by_id(&id).await.map_err(error::store)?.filter(|found| found.plugin_id == plugin.id),
            Err(_) => None,
        },
    };
    found.ok_or_else(|| {
        Problem::new(ErrorCode::VersionNotFound, format!("plugin {:?} has no version {version}", plugin.spec.name.as_str()))
            .hint("`GET /v1/plugins/{plugin}/versions?retired=true` lists those there are")
    })
}

fn to_api(version: store::PluginVersion) -> api::PluginVersion {
    api::PluginVersion {
        id: version.id,
        etag: version.etag.to_string(),
        spec: version.spec,
        size: version.size,
        imports: version.imports,
        exports: version.exports,
        created_at: version.created_at,
        updated_at: version.updated_at,
        retired_at: version.retired_at,
    }
}
