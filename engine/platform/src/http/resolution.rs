//! What would be chosen, over HTTP.

use axum::Json;
use hotswap_api::{Problem, Resolution, ResolutionRequest, path};

use super::request::Body;
use super::respond::Refusal;
use crate::service::Acting;

/// Which versions a plugin and all it needs would get; changes nothing
#[utoipa::path(post, path = path::RESOLUTION, tag = "plugins", request_body = ResolutionRequest, responses((status = 200, body = Resolution), (status = "4XX", body = Problem)))]
pub(super) async fn resolve(acting: Acting, body: Body<ResolutionRequest>) -> Result<Json<Resolution>, Refusal> {
    Ok(Json(acting.resolution(body.value).await?))
}
