//! Plugins and their versions on the wire.

use hotswap_model::{Channel, PluginId, PluginSpec, Replacement, TenantName, Timestamp, Version, VersionId, VersionSpec};
use serde::{Deserialize, Serialize};

/// A plugin as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plugin {
    /// Given by the platform.
    pub id: PluginId,
    /// Changes whenever the plugin does; for `If-Match`.
    pub etag: String,
    /// What was asked for.
    pub spec: PluginSpec,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PluginVersion {
    /// Given by the platform.
    pub id: VersionId,
    /// Changes whenever the version does; for `If-Match`.
    pub etag: String,
    /// What was published.
    pub spec: VersionSpec,
    /// Bytes of its component.
    pub size: u64,
    /// Interfaces its component needs, sorted.
    pub imports: Vec<String>,
    /// Interfaces its component offers, sorted.
    pub exports: Vec<String>,
    /// When it was published.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was retired; a retired version is never chosen anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
}

/// How far a tenant has taken up a version of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Adoption {
    /// Which tenant.
    pub tenant: TenantName,
    /// Which version.
    pub version: Version,
    /// How many of its deployments are served by it.
    pub serving: u64,
    /// How many of them want it.
    pub wanted: u64,
}

/// What may change of a published version: the whole of it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionChange {
    /// How far it may be trusted.
    pub channel: Channel,
    /// Why it is in that channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_message: Option<String>,
    /// What to take instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<Replacement>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_notes: Option<String>,
}

impl VersionChange {
    /// The change that changes nothing of this.
    pub fn none(spec: &VersionSpec) -> Self {
        Self {
            channel: spec.channel,
            channel_message: spec.channel_message.clone(),
            replacement: spec.replacement.clone(),
            release_notes: spec.release_notes.clone(),
        }
    }

    /// The spec with this change made.
    pub fn made(self, spec: VersionSpec) -> VersionSpec {
        VersionSpec {
            channel: self.channel,
            channel_message: self.channel_message,
            replacement: self.replacement,
            release_notes: self.release_notes,
            ..spec
        }
    }
}
