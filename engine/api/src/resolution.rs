//! Which versions a plugin and all it needs would get, on the wire.

use std::collections::{BTreeMap, BTreeSet};

use hotswap_model::{Constraint, Digest, PluginName, Solved, TenantName, Version};
use serde::{Deserialize, Serialize};

/// What is to be solved. `POST /v1/resolution`; changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResolutionRequest {
    /// Which plugin.
    pub plugin: PluginName,
    /// Which versions of it will do.
    pub version: Constraint,
    /// For which tenant: dependencies it runs are had in the versions it runs. Absent: for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantName>,
    /// Which versions of other plugins will do.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dependency_overrides: BTreeMap<PluginName, Constraint>,
}

/// A solution: the versions that would be chosen now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resolution {
    /// The version of the plugin.
    pub version: Version,
    /// That version's bytes.
    pub sha256: Digest,
    /// What it needs, directly and indirectly, by name.
    pub dependencies: Vec<Solved>,
    /// What people should know.
    pub warnings: Vec<String>,
}

/// One plugin of a solution that comes, goes, or changes its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionStep {
    /// Which plugin.
    pub plugin: PluginName,
    /// Its version before; absent: it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Version>,
    /// Its version after; absent: it is no longer there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Version>,
}

/// `auth 1.4.0 -> 1.5.0`, `auth 1.5.0, new`, `auth 1.4.0, no longer needed`.
impl std::fmt::Display for VersionStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.plugin)?;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, " {before} -> {after}"),
            (None, Some(after)) => write!(f, " {after}, new"),
            (Some(before), None) => write!(f, " {before}, no longer needed"),
            (None, None) => Ok(()),
        }
    }
}

/// What changes from one solution to another, by name; what stays is left out.
pub fn steps(before: &[Solved], after: &[Solved]) -> Vec<VersionStep> {
    let version = |solution: &[Solved], plugin: &PluginName| {
        solution.iter().find(|solved| solved.plugin == *plugin).map(|solved| solved.version.clone())
    };
    let plugins: BTreeSet<&PluginName> = before.iter().chain(after).map(|solved| &solved.plugin).collect();
    let step = |plugin: &PluginName| VersionStep { plugin: plugin.clone(), before: version(before, plugin), after: version(after, plugin) };
    plugins.into_iter().map(step).filter(|step| step.before != step.after).collect()
}
