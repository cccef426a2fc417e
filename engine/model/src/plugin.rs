//! Plugins: a name under which versions are published, and what people should know of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::fault::Collector;
use crate::{Faults, PluginName};

/// What is wanted of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PluginSpec {
    /// Unique on the platform.
    pub name: PluginName,
    /// How people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// What it is for; tenants may be limited to some categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// For search.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// Where it is explained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    /// Where its source is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_url: Option<String>,
}

impl PluginSpec {
    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// Every fault at once, each with its field.
    pub fn validate(&self) -> Result<(), Faults> {
        let mut faults = Collector::default();
        for (field, url) in [("documentation_url", &self.documentation_url), ("repository_url", &self.repository_url)] {
            let fine = url.as_ref().is_none_or(|url| url.starts_with("https://") || url.starts_with("http://"));
            faults.check(fine, field, || "must begin with https:// or http://".into());
        }
        faults.check(self.tags.len() <= 32, "tags", || format!("has {} entries; at most 32 are kept", self.tags.len()));
        faults.check(self.tags.iter().all(|tag| !tag.is_empty() && tag.len() <= 64), "tags", || {
            "has an empty tag or one of more than 64 bytes".into()
        });
        faults.finish()
    }
}
