//! For those who watch the server: is it up, is it ready, what are its figures, what can be asked of it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::Platform;

/// Up: the process answers.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready: the database answers, and what should serve serves.
pub(super) async fn readyz(State(platform): State<Arc<Platform>>) -> (StatusCode, &'static str) {
    match platform.store.read().await {
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
        Ok(_) if !platform.is_ready() => (StatusCode::SERVICE_UNAVAILABLE, "deployments are still being loaded\n"),
        Ok(_) if !platform.leading.leads() => (StatusCode::OK, "ready, standing by: another server leads\n"),
        Ok(_) => (StatusCode::OK, "ready\n"),
    }
}

/// Every series, in the OpenMetrics text format.
pub(super) async fn metrics(State(platform): State<Arc<Platform>>) -> Response {
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], platform.metrics.encode()).into_response()
}

pub(super) async fn openapi(description: Arc<str>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], description.to_string())
}
