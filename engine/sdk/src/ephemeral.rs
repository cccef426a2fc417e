//! Ephemeral resources: things opened for one run and closed at its end, whose values reach neither plan nor state.

use std::time::SystemTime;

use async_trait::async_trait;
use hotswap_value::Value;

use crate::{Diagnostics, Schema};

/// What to open.
#[derive(Debug, Clone)]
pub struct OpenRequest {
    /// The ephemeral block, wholly known, with defaults filled in.
    pub config: Value,
}

/// What was opened.
#[derive(Debug, Clone, Default)]
pub struct OpenResponse {
    /// The whole object, of the schema's type; null if there are errors.
    pub result: Value,
    /// Handed to renew and close.
    pub private: Vec<u8>,
    /// When it has to be renewed to stay good; `None` if never.
    pub renew_at: Option<SystemTime>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

impl From<Diagnostics> for OpenResponse {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}

/// What became of a renewal.
#[derive(Debug, Clone, Default)]
pub struct RenewResponse {
    /// Handed to the next renewal, and to close.
    pub private: Vec<u8>,
    /// When it has to be renewed again; `None` if never.
    pub renew_at: Option<SystemTime>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// An ephemeral resource type. A process that opens one also renews and closes it.
#[async_trait]
pub trait EphemeralResource: Send + Sync {
    /// The schema of the ephemeral block.
    fn schema(&self) -> &Schema;

    /// Checks a configuration beyond its schema. Parts may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Opens it. Asked for in every run that needs its values, plans included.
    async fn open(&self, request: OpenRequest) -> OpenResponse;

    /// Keeps it good for longer. Only asked for where `renew_at` was given.
    async fn renew(&self, private: Vec<u8>) -> RenewResponse {
        RenewResponse { private, ..RenewResponse::default() }
    }

    /// Ends it. Success if it is over already.
    async fn close(&self, private: Vec<u8>) -> Diagnostics;
}
