//! What a journal holds: one line of JSON a record.

use base64::engine::general_purpose::STANDARD;
use hotswap_value::address::{ResourceBlock, ResourceInstance};
use serde::{Deserialize, Serialize};

/// What is about to be done to an object; written before it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Its number in the journal.
    pub number: u64,
    /// The object.
    #[serde(with = "text")]
    pub address: ResourceInstance,
    /// Its provider, as the state has it.
    pub provider: String,
    /// What is done.
    pub act: Act,
    /// The key that makes a repetition harmless.
    pub key: String,
    /// The planned object in msgpack, unknown where the provider decides; absent where there will be none.
    #[serde(with = "base64_bytes", default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Vec<u8>>,
    /// The configuration in msgpack, without write-only values.
    #[serde(with = "base64_bytes", default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Vec<u8>>,
    /// What the plan put aside.
    #[serde(with = "base64_bytes", default, skip_serializing_if = "Option::is_none")]
    pub private: Option<Vec<u8>>,
    /// What the state keeps beside the object itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    /// The same.
    #[serde(default)]
    pub create_before_destroy: bool,
}

/// What is done to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It is created.
    Create,
    /// It is changed in place.
    Update,
    /// It is destroyed.
    Delete {
        /// Which left-over of a replacement, if it is one.
        deposed: Option<String>,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Of which intent.
    pub number: u64,
    /// The object as it is now; absent if there is none.
    pub object: Option<KeptObject>,
}

/// An object as the state keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptObject {
    /// Whether it is to be replaced by the next apply.
    pub tainted: bool,
    /// Of which version of its schema it is.
    pub schema_version: i64,
    /// Its attributes, as JSON.
    pub attributes: String,
    /// What of it is sensitive.
    pub sensitive: Vec<Vec<KeptStep>>,
    /// What the provider put aside.
    #[serde(with = "base64_bytes", default, skip_serializing_if = "Option::is_none")]
    pub private: Option<Vec<u8>>,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptStep {
    /// An attribute.
    Attribute(String),
    /// A key of a map.
    Key(String),
    /// An index.
    Index(usize),
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    /// The first line.
    Begin(Begin),
    /// Something is about to be done.
    Intent(Intent),
    /// It was done.
    Outcome(Outcome),
    /// The state was written with that serial.
    Folded(u64),
}

/// Which state the journal goes with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begin {
    /// The format.
    pub(super) version: u32,
    /// The state's lineage.
    pub(super) lineage: String,
    /// The state's serial when it was last written; what the journal tells happened after that.
    pub(super) serial: u64,
}

/// The blocks an intent's dependencies name; one that can't be read is left out, as it only orders destroys.
pub(crate) fn blocks(dependencies: &[String]) -> Vec<ResourceBlock> {
    dependencies.iter().filter_map(|address| address.parse::<ResourceInstance>().ok()).map(|address| address.block()).collect()
}

mod text {
    use std::{fmt::Display, str::FromStr};

    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

mod base64_bytes {
    use base64::Engine as _;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::STANDARD;

    pub(super) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => serializer.serialize_some(&STANDARD.encode(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| STANDARD.decode(text).map_err(D::Error::custom)).transpose()
    }
}
