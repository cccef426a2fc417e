//! The storage over HTTP.

use axum::Json;
use hotswap_api::{GcReport, GcRequest, Problem, VerifyReport, VerifyRequest, path};

use super::request::Body;
use super::respond::Refusal;
use crate::service::Acting;

/// Remove components that nothing refers to
///
/// And what uploads left that never came to their end. What was found damaged is listed and stays.
#[utoipa::path(post, path = path::STORAGE_GC, tag = "storage", request_body = GcRequest, responses((status = 200, body = GcReport), (status = "4XX", body = Problem)))]
pub(super) async fn clear(acting: Acting, body: Body<GcRequest>) -> Result<Json<GcReport>, Refusal> {
    Ok(Json(acting.clear_storage(body.value).await?))
}

/// Verify a part of what is kept
///
/// Reads components for some seconds and tells which are damaged; where there are more, `next` says where to go on.
#[utoipa::path(post, path = path::STORAGE_VERIFY, tag = "storage", request_body = VerifyRequest, responses((status = 200, body = VerifyReport), (status = "4XX", body = Problem)))]
pub(super) async fn verify(acting: Acting, body: Body<VerifyRequest>) -> Result<Json<VerifyReport>, Refusal> {
    Ok(Json(acting.verify_storage(body.value).await?))
}
