//! What tells two versions of a plugin apart, on the wire.

use hotswap_model::{Digest, Version};
use serde::{Deserialize, Serialize};

/// What `to` offers and needs that `from` doesn't, and the other way round. `GET /v1/plugins/{plugin}/diff`.
///
/// An interface in another, compatible version counts as the same interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionDifference {
    /// The one it is compared with.
    pub from: Version,
    /// The one that is compared.
    pub to: Version,
    /// SHA-256 of the bytes of both.
    pub sha256: [Digest; 2],
    /// What only `to` offers.
    pub exports_added: Vec<String>,
    /// What only `from` offers.
    pub exports_removed: Vec<String>,
    /// What only `to` needs.
    pub imports_added: Vec<Import>,
    /// What only `from` needs.
    pub imports_removed: Vec<String>,
}

/// An interface that is needed, and what sandboxes do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Import {
    /// The interface: `wasi:http/outgoing-handler@0.2.3`.
    pub interface: String,
    /// What it is for, in people's words; absent if it is none that the platform knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// What sandboxes do about it.
    pub grant: GrantKind,
}

/// What sandboxes do about an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum GrantKind {
    /// It is there and does what it says.
    Granted,
    /// It is there, and every use of it is denied, or finds nothing.
    Denied,
    /// It is not there: the component does not run.
    Never,
}
