//! Plugins: made, described, searched, ended.

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{Action, Channel, PluginId, PluginName, PluginSpec};
use hotswap_store::{self as store, Tx, Versions};

use super::acting::Acting;
use super::{Answer, Part, Replay, parse_etag};
use crate::clock;
use crate::error::{self, Result};

/// What plugins are searched for. Everything given must fit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Search {
    pub(crate) text: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) publisher: Option<String>,
    pub(crate) capability: Option<String>,
    pub(crate) channel: Option<Channel>,
}

impl Acting {
    pub(crate) async fn create_plugin(&self, spec: PluginSpec, replay: Option<Replay>) -> Result<Answer<api::Plugin>> {
        self.may(Action::WritePlugins)?;
        spec.validate().map_err(|faults| error::invalid(format_args!("plugin {:?}", spec.name.as_str()), faults))?;
        self.change(replay, |tx| {
            Box::pin(async move {
                let id = PluginId::from_unique(clock::unique());
                let plugin = tx.insert_plugin(&id, &spec, clock::now()).await.map_err(error::store)?;
                Ok(Answer { created: true, body: to_api(plugin) })
            })
        })
        .await
    }

    pub(crate) async fn plugin(&self, name_or_id: &str) -> Result<api::Plugin> {
        self.may(Action::ReadPlugins)?;
        let read = async { Ok(to_api(find(&mut self.read().await?, name_or_id).await?)) };
        self.cache.get(&format!("plugin:{name_or_id}"), read, error::store).await
    }

    pub(crate) async fn plugins(&self, names: Option<Vec<String>>, search: Search, part: Part) -> Result<api::Page<api::Plugin>> {
        self.may(Action::ReadPlugins)?;
        if let Some(names) = names {
            let mut tx = self.read().await?;
            let names: Vec<PluginName> = names.iter().filter_map(|name| name.parse().ok()).collect();
            let items = tx.plugins_named(&names).await.map_err(error::store)?.into_iter().map(to_api).collect();
            return Ok(api::Page { items, next: None });
        }
        let query = hotswap_registry::Query {
            text: search.text.unwrap_or_default(),
            category: search.category,
            tag: search.tag,
            publisher: search.publisher,
            capability: search.capability,
            channel: search.channel,
        };
        let after = part.after.as_deref().map(str::parse).transpose().map_err(|_| {
            Problem::new(ErrorCode::Invalid, "`after` is no `next` of an earlier part").hint("begin with the first part, without `after`")
        })?;
        let part = hotswap_registry::Part { after, limit: part.limit as usize };
        // Most searches come while nothing has changed: those ask the database nothing.
        let generation = self.cache.generation().await.map_err(error::store)?;
        let found = match self.search.find_at(generation, &query, &part) {
            Some(found) => found,
            None => self.search.find(&mut self.read().await?, &query, &part).await.map_err(registry_problem)?,
        };
        Ok(api::Page { items: found.plugins.into_iter().map(to_api).collect(), next: found.next.map(|next| next.to_string()) })
    }

    /// Which tenants run which of its versions; one tenant's, if the principal is for one.
    pub(crate) async fn adoption(&self, name_or_id: &str) -> Result<api::Page<api::Adoption>> {
        self.may(Action::ReadPlugins)?;
        let mut tx = self.read().await?;
        let plugin = find(&mut tx, name_or_id).await?;
        let own = self.principal.tenant.as_ref().map(|(id, _)| id);
        let found = tx.adoption(&plugin.id, own).await.map_err(error::store)?;
        let items = found.into_iter().map(|store::Adoption { tenant, version, serving, wanted }| api::Adoption {
            tenant,
            version,
            serving,
            wanted,
        });
        Ok(api::Page { items: items.collect(), next: None })
    }

    pub(crate) async fn update_plugin(
        &self,
        name_or_id: &str,
        spec: PluginSpec,
        etag: Option<&str>,
        replay: Option<Replay>,
    ) -> Result<Answer<api::Plugin>> {
        self.may(Action::WritePlugins)?;
        spec.validate().map_err(|faults| error::invalid(format_args!("plugin {:?}", spec.name.as_str()), faults))?;
        let (etag, name_or_id) = (parse_etag(etag)?, name_or_id.to_owned());
        self.change(replay, move |tx| {
            Box::pin(async move {
                let before = find(tx, &name_or_id).await?;
                if before.spec.name != spec.name {
                    let detail = format!("plugin {:?} cannot be renamed to {:?}", before.spec.name.as_str(), spec.name.as_str());
                    return Err(
                        Problem::new(ErrorCode::Invalid, detail).hint("make a plugin of the new name and publish its versions there")
                    );
                }
                let after = tx.update_plugin(&before.id, &spec, etag, clock::now()).await.map_err(error::store)?;
                Ok(Answer { created: false, body: to_api(after) })
            })
        })
        .await
    }

    pub(crate) async fn delete_plugin(&self, name_or_id: &str, etag: Option<&str>) -> Result<()> {
        self.may(Action::WritePlugins)?;
        let etag = parse_etag(etag)?;
        let mut tx = self.write().await?;
        let plugin = find(&mut tx, name_or_id).await?;
        let name = plugin.spec.name.as_str();
        let deployments = tx.count_deployments_of_plugin(&plugin.id).await.map_err(error::store)?;
        if deployments > 0 {
            let detail = format!("plugin {name:?} is still run by {deployments} deployments");
            return Err(Problem::new(ErrorCode::PluginInUse, detail).hint("delete those deployments first"));
        }
        let mut versions = tx.list_plugin_versions(&plugin.id, Versions::Live).await.map_err(error::store)?;
        versions.sort_by(|a, b| a.spec.version.cmp(&b.spec.version));
        if !versions.is_empty() {
            let listed: Vec<_> = versions.iter().map(|version| version.spec.version.to_string()).collect();
            let detail = format!("plugin {name:?} still has published versions: {}", listed.join(", "));
            return Err(Problem::new(ErrorCode::PluginInUse, detail).hint("retire them first (delete each version)"));
        }
        tx.delete_plugin(&plugin.id, etag, clock::now()).await.map_err(error::store)?;
        tx.commit().await.map_err(error::store)?;
        self.cache.changed();
        Ok(())
    }
}

/// The plugin of this name or id.
pub(super) async fn find(tx: &mut Tx, name_or_id: &str) -> Result<store::Plugin> {
    let found = match (name_or_id.parse::<PluginId>(), name_or_id.parse::<PluginName>()) {
        (Ok(id), _) => tx.plugin_by_id(&id).await.map_err(error::store)?,
        (_, Ok(name)) => tx.plugin(&name).await.map_err(error::store)?,
        _ => None,
    };
    found.ok_or_else(|| {
        Problem::new(ErrorCode::PluginNotFound, format!("there is no plugin {name_or_id:?}")).hint(
            "`GET /v1/plugins` lists those there are; in a configuration, refer to `hotswap_plugin.NAME.name` so that it is made first",
        )
    })
}

/// What the registry says no to, as the caller is told.
pub(super) fn registry_problem(error: hotswap_registry::RegistryError) -> Problem {
    use hotswap_registry::RegistryError as R;
    match error {
        R::Store(error) => error::store(error),
        R::Channel { spec, source } => super::versions::not_reachable(&spec, &source),
        other => {
            let problem = Problem::new(ErrorCode::VersionConflict, other.to_string());
            match other.hint() {
                Some(hint) => problem.hint(hint),
                None => problem,
            }
        }
    }
}

fn to_api(plugin: store::Plugin) -> api::Plugin {
    api::Plugin {
        id: plugin.id,
        etag: plugin.etag.to_string(),
        spec: plugin.spec,
        created_at: plugin.created_at,
        updated_at: plugin.updated_at,
    }
}
