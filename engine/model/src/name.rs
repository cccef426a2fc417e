//! Names people choose: lower-case letters, digits and dashes, 1 to 63, so that each fits a DNS label.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{kind} name {given:?} {problem}; use 1 to 63 lower-case letters, digits and dashes, beginning with a letter and not ending with a dash"
)]
pub struct NameError {
    /// What was to be named: `tenant`, `plugin`, `deployment`.
    pub kind: &'static str,
    /// The text as given.
    pub given: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

fn check(kind: &'static str, text: &str) -> Result<(), NameError> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text.len() > 63 {
        "is longer than 63 characters"
    } else if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        "has a character that is not allowed"
    } else if !text.as_bytes()[0].is_ascii_lowercase() {
        "does not begin with a letter"
    } else if text.ends_with('-') {
        "ends with a dash"
    } else {
        return Ok(());
    };
    Err(NameError { kind, given: text.to_owned(), problem })
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $type(String);

        impl $type {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                check($kind, text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> String {
                name.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// The name of a tenant, unique on a platform.
    TenantName,
    "tenant"
);
name!(
    /// The name of a plugin, unique on a platform.
    PluginName,
    "plugin"
);
name!(
    /// The name of a deployment, unique within its tenant.
    DeploymentName,
    "deployment"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_dns_label_that_begins_with_a_letter() {
        for good in ["a", "acme", "acme-2", &"x".repeat(63)] {
            assert_eq!(good.parse::<TenantName>().unwrap().as_str(), good);
        }
        for bad in ["", "Acme", "a_b", "-a", "a-", "1a", "a.b", "ä", &"x".repeat(64)] {
            assert!(bad.parse::<TenantName>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_bad_name_is_told_with_what_is_wrong_and_what_is_right() {
        let message = "Acme".parse::<TenantName>().unwrap_err().to_string();
        assert!(message.contains("tenant name \"Acme\" has a character that is not allowed"), "{message}");
        assert!(message.contains("1 to 63 lower-case letters"), "{message}");
    }
}
