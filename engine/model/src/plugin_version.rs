//! Published versions of plugins: immutable but for their channel and what is said of them.

use serde::{Deserialize, Serialize};

use crate::fault::Collector;
use crate::{Dependency, Digest, Faults, PluginName, Version, parse_config};

/// What is published under one number. `channel` and `release_notes` may change later, nothing else may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionSpec {
    /// Of which plugin.
    pub plugin: PluginName,
    /// Its number.
    pub version: Version,
    /// The component's bytes, as given.
    pub sha256: Digest,
    /// How far it may be trusted.
    #[serde(default)]
    pub channel: Channel,
    /// What it says of other plugins; the order means nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// A JSON object, as text; a deployment's config goes over it key by key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_config: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_notes: Option<String>,
}

impl VersionSpec {
    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// Every fault at once, each with its field.
    pub fn validate(&self) -> Result<(), Faults> {
        let mut faults = Collector::default();
        Dependency::collect(&self.plugin, &self.dependencies, &mut faults);
        if let Some(Err(error)) = self.default_config.as_deref().map(parse_config) {
            faults.add("default_config", error.to_string());
        }
        faults.finish()
    }

    /// Whether the immutable parts are the same.
    pub fn same_content(&self, other: &VersionSpec) -> bool {
        self.plugin == other.plugin
            && self.version == other.version
            && self.sha256 == other.sha256
            && Dependency::same(&self.dependencies, &other.dependencies)
            && self.default_config == other.default_config
    }
}

/// How far a version may be trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Channel {
    /// For those who try things.
    Alpha,
    /// For those who help.
    Beta,
    /// For everybody.
    #[default]
    Stable,
    /// Still chosen, last and with a warning.
    Deprecated,
    /// Never chosen anew; what runs goes on.
    Archived,
}

impl Channel {
    /// Every channel, in the order of trust.
    pub const ALL: [Channel; 5] = [Channel::Alpha, Channel::Beta, Channel::Stable, Channel::Deprecated, Channel::Archived];

    /// The channel's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Alpha => "alpha",
            Channel::Beta => "beta",
            Channel::Stable => "stable",
            Channel::Deprecated => "deprecated",
            Channel::Archived => "archived",
        }
    }
}
