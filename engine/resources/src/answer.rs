//! From what came of a call to what a front end is told.

use hotswap_client::ClientError;
use hotswap_sdk::{ApplyResponse, DataSourceReadResponse, Diagnostic, Diagnostics, ImportResponse, ReadResponse};
use hotswap_value::Value;

use crate::diagnose::client_error;

/// What became of a create or an update that is all or nothing.
pub(crate) fn applied(result: Result<Value, Diagnostics>) -> ApplyResponse {
    result.map_or_else(ApplyResponse::from, ApplyResponse::from)
}

/// What was read.
pub(crate) fn read(result: Result<Option<Value>, Diagnostics>) -> ReadResponse {
    match result {
        Ok(state) => ReadResponse { state, ..ReadResponse::default() },
        Err(diagnostics) => ReadResponse { diagnostics, ..ReadResponse::default() },
    }
}

/// What became of a delete; what is gone already is as good as deleted.
pub(crate) fn deleted(result: Result<(), ClientError>) -> Diagnostics {
    match result {
        Err(error) if !error.is_not_found() => client_error(&error),
        _ => Diagnostics::new(),
    }
}

/// What was found to import.
pub(crate) fn imported(result: Result<Value, Diagnostics>) -> ImportResponse {
    match result {
        Ok(state) => ImportResponse { state: Some(state), ..ImportResponse::default() },
        Err(diagnostics) => ImportResponse { diagnostics, ..ImportResponse::default() },
    }
}

/// Why nothing can be imported under such an id; `problem` is a whole sentence.
pub(crate) fn bad_import_id(problem: String) -> Diagnostics {
    Diagnostic::error("Invalid import id", problem).into()
}

/// What a data source found.
pub(crate) fn found(result: Result<Value, Diagnostics>) -> DataSourceReadResponse {
    result.map_or_else(DataSourceReadResponse::from, DataSourceReadResponse::from)
}
