//! Components as uploaded: bytes under their digest, and what was read from them.

use hotswap_model::Digest;
use serde::{Deserialize, Serialize};

/// An uploaded component. `PUT /v1/components/{sha256}` with its bytes as the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Component {
    /// SHA-256 of the bytes as given.
    pub sha256: Digest,
    /// How many bytes.
    pub size: u64,
    /// Interfaces it needs, such as `wasi:http/types@0.2.0`, sorted.
    pub imports: Vec<String>,
    /// Interfaces it offers, sorted.
    pub exports: Vec<String>,
}
