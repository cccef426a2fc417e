//! Tenants on the wire.

use hotswap_model::{TenantId, TenantSpec, Timestamp, Usage};
use serde::{Deserialize, Serialize};

/// A tenant as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tenant {
    /// Given by the platform; a tenant made anew under an old name has a new one.
    pub id: TenantId,
    /// Prefix of everything that is kept for it, equal to its name.
    pub namespace: String,
    /// Changes whenever the tenant does; for `If-Match`.
    pub etag: String,
    /// What was asked for.
    pub spec: TenantSpec,
    /// What it holds; only where one tenant is asked for, not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
