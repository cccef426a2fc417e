//! What is kept of components, and what is wrong with it.

use hotswap_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

/// What is to be cleared away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GcRequest {
    /// Only tell what would go.
    #[serde(default)]
    pub dry_run: bool,
    /// Only what is older than so many seconds; absent: a day. What is younger may belong to an upload that is under way, here
    /// or on another server with the same storage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older_than_seconds: Option<u64>,
}

/// What was cleared away, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GcReport {
    /// Where components are kept.
    pub storage: String,
    /// Whether nothing was removed.
    pub dry_run: bool,
    /// Components that nothing refers to.
    pub components: Vec<StoredComponent>,
    /// What uploads left that never came to their end.
    pub uploads: Vec<UnfinishedUpload>,
    /// What was found damaged and set aside. It is never removed; do that by hand once nobody wants to look into it.
    pub quarantined: Vec<QuarantinedComponent>,
    /// How many components stay.
    pub kept: u64,
    /// How many bytes they have.
    pub kept_bytes: u64,
}

/// The bytes of a component as they are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoredComponent {
    /// The digest they are kept under.
    pub sha256: Digest,
    /// How many.
    pub size: u64,
    /// When they were put there.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub since: Timestamp,
}

/// What an upload left that never came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnfinishedUpload {
    /// Its name in the storage.
    pub name: String,
    /// When it began, or was last written to.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub since: Timestamp,
}

/// What was found damaged and set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuarantinedComponent {
    /// Its name there: the digest it was kept under, a point, the digest it has.
    pub name: String,
    /// How many bytes.
    pub size: u64,
    /// When it was set aside.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub since: Timestamp,
}

/// From where on components are to be verified.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// `next` of the part before; absent: from the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Digest>,
}

/// What was found of one part of the components.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyReport {
    /// Where components are kept.
    pub storage: String,
    /// How many components are kept in all.
    pub total: u64,
    /// How many of them were read this time.
    pub verified: u64,
    /// How many bytes they have.
    pub verified_bytes: u64,
    /// Those that are damaged; they were set aside, and are to be uploaded again.
    pub damaged: Vec<DamagedComponent>,
    /// Those that are referred to and are not there; told with the last part.
    pub missing: Vec<Digest>,
    /// Where the next part begins; absent: this was the last.
    pub next: Option<Digest>,
}

/// A component whose bytes are others than they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DamagedComponent {
    /// The digest it was kept under.
    pub sha256: Digest,
    /// What is wrong, and where it is now.
    pub detail: String,
}
