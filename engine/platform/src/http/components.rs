//! Components over HTTP.

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use futures::TryStreamExt as _;
use hotswap_api::{Component, ErrorCode, Problem, path};
use hotswap_model::{Digest, DigestError};

use super::respond::Refusal;
use crate::service::Acting;

/// What was read from an uploaded component
#[utoipa::path(get, path = path::COMPONENT, tag = "components", params(("sha256" = String, Path, description = "digest of its bytes")), responses((status = 200, body = Component), (status = 404, body = Problem)))]
pub(super) async fn get(acting: Acting, Path(sha256): Path<String>) -> Result<Json<Component>, Refusal> {
    Ok(Json(acting.component(&digest(&sha256)?).await?))
}

/// Upload a component
#[utoipa::path(put, path = path::COMPONENT, tag = "components", params(("sha256" = String, Path, description = "digest of its bytes")), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = Component), (status = "4XX", body = Problem)))]
pub(super) async fn upload(acting: Acting, Path(sha256): Path<String>, body: Body) -> Result<(StatusCode, Json<Component>), Refusal> {
    let bytes = body.into_data_stream().map_err(std::io::Error::other);
    Ok((StatusCode::CREATED, Json(acting.upload_component(digest(&sha256)?, bytes).await?)))
}

fn digest(text: &str) -> Result<Digest, Refusal> {
    text.parse().map_err(|e: DigestError| Problem::new(ErrorCode::Invalid, e.to_string()).into())
}
