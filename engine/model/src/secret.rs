//! Secrets of a deployment: named values that the plugin reads as configuration and nobody else reads at all.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::fault::Collector;
use crate::{Faults, parse_config};

/// Secret values by name. Shows names alone, also in errors about what cannot be read as such.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = BTreeMap<String, String>))]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// Most secrets of one deployment.
    pub const MAX_COUNT: usize = 64;
    /// The longest name, in bytes.
    pub const MAX_NAME: usize = 128;
    /// The longest value, in bytes.
    pub const MAX_VALUE: usize = 64 << 10;
    /// All values of one deployment together, in bytes.
    pub const MAX_TOTAL: usize = 256 << 10;

    /// Secrets of these names and values.
    pub fn new(values: BTreeMap<String, String>) -> Self {
        Self(values)
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Names and values in clear: for sealing, and for whom they are meant.
    pub fn reveal(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Names and values in clear.
    pub fn into_revealed(self) -> BTreeMap<String, String> {
        self.0
    }

    /// Checks what the type alone does not say, given the deployment's own `config`: no key is both.
    ///
    /// # Errors
    /// Every fault at once, all of the field `secrets`; none shows a value.
    pub fn validate(&self, config: Option<&str>) -> Result<(), Faults> {
        const FIELD: &str = "secrets";
        let mut faults = Collector::default();
        let count = self.0.len();
        faults.check((1..=Self::MAX_COUNT).contains(&count), FIELD, || {
            format!("has {count} entries; a deployment has 1 to {} secrets, or none and no `secrets_version`", Self::MAX_COUNT)
        });
        for (name, value) in &self.0 {
            faults.check((1..=Self::MAX_NAME).contains(&name.len()), FIELD, || {
                format!("has a name of {} bytes; a name has 1 to {}", name.len(), Self::MAX_NAME)
            });
            faults.check(value.len() <= Self::MAX_VALUE, FIELD, || {
                format!("has {} bytes in {name:?}; a value has at most {}", value.len(), Self::MAX_VALUE)
            });
        }
        let total: usize = self.0.values().map(String::len).sum();
        faults.check(total <= Self::MAX_TOTAL, FIELD, || {
            format!("has {total} bytes in all values together; at most {} are kept", Self::MAX_TOTAL)
        });
        // What is no configuration at all is told elsewhere.
        let config = config.and_then(|text| parse_config(text).ok()).unwrap_or_default();
        for name in self.names().filter(|name| config.contains_key(*name)) {
            faults.add(FIELD, format!("and `config` both set {name:?}; a plugin reads them in one place: take it out of one"));
        }
        faults.finish()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.keys().map(|name| (name, format_args!("…")))).finish()
    }
}

/// By hand, since serde's own errors show the values they are about.
impl<'de> Deserialize<'de> for Secrets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let serde_json::Value::Object(given) = serde_json::Value::deserialize(deserializer)? else {
            return Err(D::Error::custom("secrets are an object of texts by name"));
        };
        let text = |(name, value)| match value {
            serde_json::Value::String(value) => Ok((name, value)),
            _ => Err(D::Error::custom(format_args!("the secret {name:?} is no text"))),
        };
        given.into_iter().map(text).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(entries: &[(&str, &str)]) -> Secrets {
        Secrets(entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn faults(secrets: &Secrets, config: Option<&str>) -> String {
        secrets.validate(config).unwrap_err().to_string()
    }

    #[test]
    fn values_are_never_shown() {
        let all = secrets(&[("password", "hush"), ("key", "hush")]);
        assert_eq!(format!("{all:?}"), "{\"key\": …, \"password\": …}");
        for text in [r#"{"password":4711}"#, r#"{"password":{"a":"4711"}}"#, r#""4711""#, "[4711]", "4711"] {
            let told = serde_json::from_str::<Secrets>(text).unwrap_err().to_string();
            assert!(!told.contains("4711"), "{told}");
        }
        let long = secrets(&[("password", &"hush".repeat(Secrets::MAX_VALUE))]);
        assert!(!faults(&long, None).contains("hush"));
    }

    #[test]
    fn a_secret_reads_back_as_it_was() {
        let all = secrets(&[("password", "hu\"sh\n")]);
        assert_eq!(serde_json::from_str::<Secrets>(&serde_json::to_string(&all).unwrap()).unwrap(), all);
    }

    #[test]
    fn limits_and_a_name_that_config_has_too_are_faults() {
        assert!(secrets(&[("a", "")]).validate(Some(r#"{"b":1}"#)).is_ok());
        assert!(faults(&secrets(&[]), None).contains("1 to 64 secrets"));
        assert!(faults(&secrets(&[("", "x")]), None).contains("a name of 0 bytes"));
        assert!(faults(&secrets(&[("a", "x")]), Some(r#"{"a":1}"#)).contains("secrets: and `config` both set \"a\""));
        let many: Vec<_> = (0..65).map(|index| index.to_string()).collect();
        let many: Vec<_> = many.iter().map(|name| (name.as_str(), "x")).collect();
        assert!(faults(&secrets(&many), None).contains("has 65 entries"));
        let large = "x".repeat(Secrets::MAX_VALUE);
        let five: Vec<_> = ["a", "b", "c", "d", "e"].iter().map(|name| (*name, large.as_str())).collect();
        assert!(faults(&secrets(&five), None).contains("in all values together"));
    }
}
