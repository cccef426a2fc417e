//! What the registry refuses.

use hotswap_model::{Dependency, Digest, IllegalTransition, PluginName, Version, VersionSpec};
use hotswap_store::StoreError;

/// Why the registry didn't do as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The number is published with other content.
    #[error("version {version} of {plugin} is {}published with other content: {}", if *retired { "retired, but was " } else { "" }, difference(published, given, *defaults_differ, *dependencies_differ))]
    Conflict {
        /// Of which plugin.
        plugin: PluginName,
        /// Which number.
        version: Version,
        /// The digest that is published under it.
        published: Digest,
        /// The digest that was to be published.
        given: Digest,
        /// Whether `default_config` differs.
        defaults_differ: bool,
        /// Whether `dependencies` differ.
        dependencies_differ: bool,
        /// Whether the published one is retired.
        retired: bool,
    },
    /// The version cannot go to the channel it was to be published in.
    #[error("version {} of {} {source}", spec.version, spec.plugin)]
    Channel {
        /// As it is.
        spec: Box<VersionSpec>,
        /// Which channels.
        source: IllegalTransition,
    },
    /// The database didn't do as asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RegistryError {
    pub(crate) fn conflict(published: &VersionSpec, given: &VersionSpec, retired: bool) -> Self {
        Self::Conflict {
            plugin: given.plugin.clone(),
            version: given.version.clone(),
            published: published.sha256,
            given: given.sha256,
            defaults_differ: published.default_config != given.default_config,
            dependencies_differ: !Dependency::same(&published.dependencies, &given.dependencies),
            retired,
        }
    }

    /// What would help, if that can be told.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Conflict { retired: true, .. } => {
                Some("a retired number comes back only with the content it had; publish under a new number".into())
            }
            Self::Conflict { retired: false, .. } => Some("a published version never changes; publish under a new number".into()),
            Self::Channel { .. } | Self::Store(_) => None,
        }
    }
}

fn difference(published: &Digest, given: &Digest, defaults_differ: bool, dependencies_differ: bool) -> String {
    let bytes = (published != given).then(|| format!("its SHA-256 is {published}, this one's is {given}"));
    let defaults = defaults_differ.then(|| "its default_config is another one".to_owned());
    let dependencies = dependencies_differ.then(|| "its dependencies are others".to_owned());
    [bytes, defaults, dependencies].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
