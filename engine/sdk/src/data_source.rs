//! Data sources: things read, never changed.

use async_trait::async_trait;
use hotswap_value::Value;

use crate::{Diagnostics, Schema};

/// What to read.
#[derive(Debug, Clone)]
pub struct DataSourceReadRequest {
    /// The data block, wholly known, with defaults filled in.
    pub config: Value,
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct DataSourceReadResponse {
    /// The whole object; null if there are errors.
    pub state: Value,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

impl From<Value> for DataSourceReadResponse {
    fn from(state: Value) -> Self {
        Self { state, diagnostics: Diagnostics::new() }
    }
}

impl From<Diagnostics> for DataSourceReadResponse {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { state: Value::Null, diagnostics }
    }
}

/// A data source.
#[async_trait]
pub trait DataSource: Send + Sync {
    /// The schema of the data block.
    fn schema(&self) -> &Schema;

    /// Checks a configuration beyond its schema. Parts may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Reads it.
    async fn read(&self, request: DataSourceReadRequest) -> DataSourceReadResponse;
}
