//! What to take instead of a version: another version of the same plugin, or one of another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Version, VersionName, VersionNameError};

/// A version, such as `1.1.0`, or one of another plugin, such as `greeter@2.0.0`. Whether it is published does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Replacement(String);

impl Replacement {
    /// Whether this is the version itself.
    pub(crate) fn is(&self, version: &VersionName) -> bool {
        self.0 == version.version.to_string() || self.0 == version.to_string()
    }
}

impl FromStr for Replacement {
    type Err = VersionNameError;

    fn from_str(text: &str) -> Result<Self, VersionNameError> {
        if text.contains('@') { Ok(Self(text.parse::<VersionName>()?.to_string())) } else { Ok(Self(text.parse::<Version>()?.to_string())) }
    }
}

impl TryFrom<String> for Replacement {
    type Error = VersionNameError;

    fn try_from(text: String) -> Result<Self, VersionNameError> {
        text.parse()
    }
}

impl From<Replacement> for String {
    fn from(replacement: Replacement) -> String {
        replacement.0
    }
}

impl fmt::Display for Replacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_version_of_the_same_plugin_or_of_another() {
        for good in ["1.1.0", "greeter@2.0.0"] {
            assert_eq!(good.parse::<Replacement>().unwrap().to_string(), good);
        }
        for bad in ["", "1", "greeter", "greeter@", "@1.0.0", "a@b@1.0.0"] {
            assert!(bad.parse::<Replacement>().is_err(), "{bad:?} was taken");
        }
    }
}
