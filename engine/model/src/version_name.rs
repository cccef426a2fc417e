//! A version of a plugin as people write it: `greeter@1.0.0`.

use std::fmt;
use std::str::FromStr;

use crate::{NameError, PluginName, Version, VersionError};

/// A plugin and the number of one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionName {
    /// Which plugin.
    pub plugin: PluginName,
    /// Which of its versions.
    pub version: Version,
}

/// Why a text names no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionNameError {
    /// There is no `@` in it.
    #[error("{0:?} names no version; write it as PLUGIN@VERSION, such as \"greeter@1.0.0\"")]
    NoVersion(String),
    /// What is before the `@` is no plugin's name.
    #[error(transparent)]
    Plugin(#[from] NameError),
    /// What is behind it is no version.
    #[error(transparent)]
    Version(#[from] VersionError),
}

impl FromStr for VersionName {
    type Err = VersionNameError;

    fn from_str(text: &str) -> Result<Self, VersionNameError> {
        let (plugin, version) = text.split_once('@').ok_or_else(|| VersionNameError::NoVersion(text.to_owned()))?;
        Ok(Self { plugin: plugin.parse()?, version: version.parse()? })
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.plugin, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_named_with_its_plugin() {
        let name: VersionName = "greeter@1.0.0-rc.1".parse().unwrap();
        assert_eq!((name.plugin.as_str(), name.version.to_string().as_str()), ("greeter", "1.0.0-rc.1"));
        assert_eq!(name.to_string(), "greeter@1.0.0-rc.1");
        for (bad, told) in [("greeter", "PLUGIN@VERSION"), ("Greeter@1.0.0", "plugin name"), ("greeter@1", "\"1\"")] {
            let error = bad.parse::<VersionName>().unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
