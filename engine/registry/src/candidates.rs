//! What the resolver may choose from.

use hotswap_model::PluginId;
use hotswap_resolver::Candidate;
use hotswap_store::{Tx, Versions};

use crate::Result;

/// Every version of a plugin, retired ones included, as candidates; none is marked as held, since that is a matter of one
/// deployment.
///
/// # Errors
/// If the store fails.
pub async fn candidates(tx: &mut Tx, plugin: &PluginId) -> Result<Vec<Candidate>> {
    let versions = tx.list_plugin_versions(plugin, Versions::All).await?;
    let candidate = |version: hotswap_store::PluginVersion| Candidate {
        retired: version.retired_at.is_some(),
        held: false,
        channel: version.spec.channel,
        version: version.spec.version,
    };
    Ok(versions.into_iter().map(candidate).collect())
}
