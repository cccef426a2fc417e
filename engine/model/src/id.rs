//! Ids the platform gives: a prefix that tells what is meant, and a part made by the platform.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not the id of a {kind}: those begin with {prefix:?}")]
pub struct IdError {
    /// What was asked for.
    pub kind: &'static str,
    /// How its ids begin.
    pub prefix: &'static str,
    /// The text as given.
    pub given: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $type:ident, $kind:literal, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $type(String);

        impl $type {
            /// How every id of this kind begins.
            pub const PREFIX: &'static str = $prefix;

            /// The id with this unique part (letters and digits); uniqueness is the caller's to see to.
            pub fn from_unique(part: impl fmt::Display) -> Self {
                Self(format!("{}{part}", $prefix))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                match text.strip_prefix($prefix) {
                    Some(rest) if !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()) => Ok(Self(text.to_owned())),
                    _ => Err(IdError { kind: $kind, prefix: $prefix, given: text.to_owned() }),
                }
            }
        }

        impl TryFrom<String> for $type {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(id: $type) -> String {
                id.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// The id of a tenant.
    TenantId,
    "tenant",
    "ten_"
);
id!(
    /// The id of a plugin.
    PluginId,
    "plugin",
    "plg_"
);
id!(
    /// The id of a published plugin version.
    VersionId,
    "plugin version",
    "ver_"
);
id!(
    /// The id of a deployment.
    DeploymentId,
    "deployment",
    "dep_"
);
id!(
    /// The id of a rollout.
    RolloutId,
    "rollout",
    "rol_"
);
id!(
    /// The id of a token: it names the token and opens nothing.
    TokenId,
    "token",
    "tok_"
);
id!(
    /// The id of the secrets of a deployment at one version.
    SecretId,
    "secret",
    "sec_"
);
