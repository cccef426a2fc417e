//! Components over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use futures::TryStreamExt as _;
use hotswap_api::{Component, ErrorCode, Problem, path};
use hotswap_model::{Digest, DigestError};

use super::respond::Refusal;
use crate::Platform;

/// What was read from an uploaded component
#[utoipa::path(get, path = path::COMPONENT, tag = "components", params(("sha256" = String, Path, description = "digest of its bytes")), responses((status = 200, body = Component), (status = 404, body = Problem)))]
pub(super) async fn get(State(platform): State<Arc<Platform>>, Path(sha256): Path<String>) -> Result<Json<Component>, Refusal> {
    Ok(Json(platform.components.get(&digest(&sha256)?).await?))
}

/// Upload a component
#[utoipa::path(put, path = path::COMPONENT, tag = "components", params(("sha256" = String, Path, description = "digest of its bytes")), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = Component), (status = "4XX", body = Problem)))]
pub(super) async fn upload(
    State(platform): State<Arc<Platform>>,
    Path(sha256): Path<String>,
    body: Body,
) -> Result<(StatusCode, Json<Component>), Refusal> {
    let bytes = body.into_data_stream().map_err(std::io::Error::other);
    Ok((StatusCode::CREATED, Json(platform.components.upload(digest(&sha256)?, bytes).await?)))
}

fn digest(text: &str) -> Result<Digest, Refusal> {
    text.parse().map_err(|e: DigestError| Problem::new(ErrorCode::Invalid, e.to_string()).into())
}
