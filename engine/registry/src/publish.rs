//! Publishing: a number is given once, and what it stands for never changes.

use hotswap_model::{Timestamp, VersionId, VersionSpec};
use hotswap_store::{Kind, PluginVersion, StoreError, Tx};

use crate::{RegistryError, Result};

/// What publishing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// The number is new.
    New(PluginVersion),
    /// The number was retired and is back, with the content it had.
    Revived(PluginVersion),
    /// The number was published with this content before.
    Known(PluginVersion),
}

impl Published {
    /// The version as it is now.
    pub fn into_version(self) -> PluginVersion {
        match self {
            Self::New(version) | Self::Revived(version) | Self::Known(version) => version,
        }
    }
}

/// Publishes a version. `id` is taken only if the number is new.
///
/// The same content under the same number is no mistake; what may change becomes what is given, if the channel can be reached. One
/// that was retired begins in the channel that is given, whichever it was in.
/// What is known of the component must be in the store; `spec` must be valid.
///
/// # Errors
/// [`RegistryError::Conflict`] if the number is or was published with other content, [`RegistryError::Channel`] if its channel does
/// not lead to the one given. [`StoreError::NotFound`] if there is no
/// such plugin, [`StoreError::Dangling`] if the component isn't known. Nothing is written then.
pub async fn publish(tx: &mut Tx, now: Timestamp, id: &VersionId, spec: &VersionSpec) -> Result<Published> {
    let plugin = tx.plugin(&spec.plugin).await?;
    let plugin = plugin.ok_or_else(|| StoreError::NotFound { kind: Kind::Plugin, name: spec.plugin.to_string() })?;
    let Some(before) = tx.plugin_version(&plugin.id, &spec.version).await? else {
        return Ok(Published::New(tx.insert_plugin_version(id, &plugin.id, spec, now).await?));
    };
    let retired = before.retired_at.is_some();
    if !before.spec.same_content(spec) {
        return Err(RegistryError::conflict(&before.spec, spec, retired));
    }
    if retired {
        return Ok(Published::Revived(tx.revive_plugin_version(&before.id, spec, now).await?));
    }
    if let Err(source) = before.spec.channel.change_to(spec.channel) {
        return Err(RegistryError::Channel { spec: Box::new(before.spec), source });
    }
    if before.spec == *spec {
        return Ok(Published::Known(before));
    }
    Ok(Published::Known(tx.update_plugin_version(&before.id, spec, None, now).await?))
}
