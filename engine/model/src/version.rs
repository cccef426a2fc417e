//! Versions of plugins: semantic versions without build metadata, ordered by precedence.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A semantic version (semver.org, 2.0.0). Build metadata is refused: two versions that differ only there would have no order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Version(semver::Version);

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// It is not a semantic version.
    #[error("{given:?} is not a semantic version ({reason}); write MAJOR.MINOR.PATCH, such as \"1.4.0\" or \"2.0.0-rc.1\"")]
    Invalid {
        /// The text as given.
        given: String,
        /// What the parser found.
        reason: String,
    },
    /// It carries build metadata.
    #[error("version {given:?} carries build metadata (`+{build}`), which has no order; publish it as a version of its own")]
    BuildMetadata {
        /// The text as given.
        given: String,
        /// The part behind the plus sign.
        build: String,
    },
}

impl Version {
    /// A release version.
    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self(semver::Version::new(major, minor, patch))
    }

    /// Whether it is a pre-release, such as `2.0.0-rc.1`.
    pub fn is_prerelease(&self) -> bool {
        !self.0.pre.is_empty()
    }

    pub(crate) fn inner(&self) -> &semver::Version {
        &self.0
    }

    pub(crate) fn from_inner(version: semver::Version) -> Self {
        Self(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let parsed =
            semver::Version::parse(text).map_err(|error| VersionError::Invalid { given: text.to_owned(), reason: error.to_string() })?;
        if !parsed.build.is_empty() {
            return Err(VersionError::BuildMetadata { given: text.to_owned(), build: parsed.build.to_string() });
        }
        Ok(Self(parsed))
    }
}

impl TryFrom<String> for Version {
    type Error = VersionError;

    fn try_from(text: String) -> Result<Self, VersionError> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> String {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_semver_precedence() {
        let order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0", "1.2.0", "1.10.0"];
        let mut versions: Vec<Version> = order.iter().rev().map(|text| text.parse().unwrap()).collect();
        versions.sort();
        assert_eq!(versions.iter().map(ToString::to_string).collect::<Vec<_>>(), order);
    }

    #[test]
    fn build_metadata_and_nonsense_are_refused_with_a_way_out() {
        assert!("1.0.0+linux".parse::<Version>().unwrap_err().to_string().contains("build metadata"));
        assert!("1.0".parse::<Version>().unwrap_err().to_string().contains("MAJOR.MINOR.PATCH"));
    }
}
