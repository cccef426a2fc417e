//! What the resolver is given: a plugin and all it may need.

use hotswap_model::{PluginName, Version};
use hotswap_resolver::{Candidate, Registry, Release};
use hotswap_store::{Tx, Versions};

use crate::Result;

/// A plugin, the plugins its versions speak of, those that these speak of and so on, with every version, retired ones included. `held`
/// is the version of the first that was rolled back for the deployment in question.
///
/// # Errors
/// If the store fails. A plugin that is not there is in it without versions.
pub async fn snapshot(tx: &mut Tx, plugin: &PluginName, held: Option<&Version>) -> Result<Registry> {
    let mut registry = Registry::new();
    let mut wanted = vec![plugin.clone()];
    while !wanted.is_empty() {
        for name in wanted {
            let held = held.filter(|_| name == *plugin);
            let releases = releases(tx, &name, held).await?;
            registry.insert(name, releases);
        }
        wanted = registry.missing().into_iter().collect();
    }
    Ok(registry)
}

async fn releases(tx: &mut Tx, plugin: &PluginName, held: Option<&Version>) -> Result<Vec<Release>> {
    let Some(plugin) = tx.plugin(plugin).await? else { return Ok(Vec::new()) };
    let versions = tx.list_plugin_versions(&plugin.id, Versions::All).await?;
    let release = |version: hotswap_store::PluginVersion| Release {
        candidate: Candidate {
            retired: version.retired_at.is_some(),
            held: Some(&version.spec.version) == held,
            channel: version.spec.channel,
            version: version.spec.version,
        },
        dependencies: version.spec.dependencies,
    };
    Ok(versions.into_iter().map(release).collect())
}
