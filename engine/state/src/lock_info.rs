//! What the holder of a lock leaves for those who find it held: Terraform's `.terraform.tfstate.lock.info`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who holds a state's lock, and why. A message to people: the lock itself is the system's, and the message may be that of a
/// run which was killed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LockInfo {
    /// An id of its own.
    #[serde(rename = "ID")]
    pub id: String,
    /// What is being done: `apply`, or Terraform's `OperationTypeApply`.
    #[serde(default)]
    pub operation: String,
    /// Anything else worth knowing.
    #[serde(default)]
    pub info: String,
    /// `user@host`.
    #[serde(default)]
    pub who: String,
    /// The program's version.
    #[serde(default)]
    pub version: String,
    /// Since when.
    pub created: Timestamp,
    /// The state's path, as the holder calls it.
    #[serde(default)]
    pub path: String,
}

impl LockInfo {
    /// A lock taken now. Its path is filled in by the one who takes it.
    pub fn new(operation: &str, who: &str, version: &str) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            operation: operation.to_owned(),
            info: String::new(),
            who: who.to_owned(),
            version: version.to_owned(),
            created: Timestamp::now(),
            path: String::new(),
        }
    }
}
