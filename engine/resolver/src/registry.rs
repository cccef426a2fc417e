//! What is published, as far as a question may need it: a snapshot.

use std::collections::{BTreeMap, BTreeSet};

use hotswap_model::{Dependency, PluginName};

use crate::Candidate;

/// A published version and what it says of other plugins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its number and how far it may be trusted.
    pub candidate: Candidate,
    /// What it says of other plugins.
    pub dependencies: Vec<Dependency>,
}

/// The releases of plugins. Neither the order of plugins nor that of releases matters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    plugins: BTreeMap<PluginName, Vec<Release>>,
}

impl Registry {
    /// Nothing published.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plugin with all of its releases, each number once; retired ones too, since one in use stays. Without any, it is known
    /// not to be published.
    pub fn insert(&mut self, plugin: PluginName, mut releases: Vec<Release>) {
        releases.sort_by(|a, b| a.candidate.version.cmp(&b.candidate.version));
        self.plugins.insert(plugin, releases);
    }

    /// The releases of a plugin, the lowest first.
    pub fn releases(&self, plugin: &PluginName) -> &[Release] {
        self.plugins.get(plugin).map_or(&[], Vec::as_slice)
    }

    /// The plugins that releases in here speak of and that are not in here: what is to be inserted next, until there is none.
    pub fn missing(&self) -> BTreeSet<PluginName> {
        let spoken_of = self.plugins.values().flatten().flat_map(|release| &release.dependencies);
        spoken_of.map(|dependency| &dependency.plugin).filter(|plugin| !self.plugins.contains_key(*plugin)).cloned().collect()
    }
}

impl FromIterator<(PluginName, Vec<Release>)> for Registry {
    fn from_iter<I: IntoIterator<Item = (PluginName, Vec<Release>)>>(plugins: I) -> Self {
        let mut registry = Self::default();
        plugins.into_iter().for_each(|(plugin, releases)| registry.insert(plugin, releases));
        registry
    }
}
