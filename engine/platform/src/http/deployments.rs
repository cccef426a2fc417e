//! Deployments over HTTP.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use hotswap_api::{Deployment, DeploymentRequest, ErrorCode, Page, Preview, Problem, path};
use hotswap_model::Revision;
use serde::Deserialize;

use super::request::{Body, ListQuery, Params, if_match, if_none_match_any};
use super::respond::{Refusal, changed, found};
use crate::service::{Acting, Precondition};

/// How much of a deployment is told.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeploymentQuery {
    /// With live figures.
    #[serde(default)]
    live: bool,
}

/// List the deployments of all tenants
#[utoipa::path(get, path = path::DEPLOYMENTS, tag = "deployments", params(ListQuery), responses((status = 200, body = Page<Deployment>)))]
pub(super) async fn list(acting: Acting, Params(query): Params<ListQuery>) -> Result<Json<Page<Deployment>>, Refusal> {
    Ok(Json(acting.deployments(None, query.names(), query.part()).await?))
}

/// List the deployments of one tenant
#[utoipa::path(get, path = path::TENANT_DEPLOYMENTS, tag = "deployments", params(("tenant" = String, Path, description = "name or id"), ListQuery), responses((status = 200, body = Page<Deployment>)))]
pub(super) async fn of_tenant(
    acting: Acting,
    Path(tenant): Path<String>,
    Params(query): Params<ListQuery>,
) -> Result<Json<Page<Deployment>>, Refusal> {
    Ok(Json(acting.deployments(Some(&tenant), query.names(), query.part()).await?))
}

/// A deployment by its id
#[utoipa::path(get, path = path::DEPLOYMENT_BY_ID, tag = "deployments", params(("id" = String, Path)), responses((status = 200, body = Deployment), (status = 404, body = Problem)))]
pub(super) async fn by_id(acting: Acting, Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(found(acting.deployment_by_id(&id).await?))
}

/// A deployment
#[utoipa::path(get, path = path::DEPLOYMENT, tag = "deployments", params(("tenant" = String, Path, description = "name or id"), ("deployment" = String, Path), DeploymentQuery), responses((status = 200, body = Deployment), (status = 404, body = Problem)))]
pub(super) async fn get(
    acting: Acting,
    Path((tenant, name)): Path<(String, String)>,
    Params(query): Params<DeploymentQuery>,
) -> Result<Response, Refusal> {
    Ok(found(acting.deployment(&tenant, &name, query.live).await?))
}

/// Make or change a deployment; a rollout begins
#[utoipa::path(put, path = path::DEPLOYMENT, tag = "deployments", params(("tenant" = String, Path, description = "name or id"), ("deployment" = String, Path)), request_body = DeploymentRequest, responses((status = 201, body = Deployment), (status = 200, body = Deployment), (status = "4XX", body = Problem)))]
pub(super) async fn put(
    acting: Acting,
    Path((tenant, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body<DeploymentRequest>,
) -> Result<Response, Refusal> {
    let precondition = match if_match(&headers) {
        Some(etag) => {
            let number = etag.trim_matches('"').parse();
            Precondition::Revision(
                number.map_err(|_| Problem::new(ErrorCode::EtagMismatch, format!("the etag {etag} is none of this server's")))?,
            )
        }
        None if if_none_match_any(&headers) => Precondition::Absent,
        None => Precondition::None,
    };
    // Secrets are left out of what a request is known by: a digest that is kept would let short ones be guessed.
    let visible = DeploymentRequest { secrets: None, ..body.value.clone() };
    let replay = body.replay_as(&visible);
    Ok(changed(acting.put_deployment(&tenant, &name, body.value, precondition, replay).await?))
}

/// End a deployment; requests it has are answered
#[utoipa::path(delete, path = path::DEPLOYMENT, tag = "deployments", params(("tenant" = String, Path, description = "name or id"), ("deployment" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn delete(acting: Acting, Path((tenant, name)): Path<(String, String)>) -> Result<StatusCode, Refusal> {
    acting.delete_deployment(&tenant, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What making or changing it would come to; changes nothing
#[utoipa::path(post, path = path::PREVIEW, tag = "deployments", params(("tenant" = String, Path, description = "name or id"), ("deployment" = String, Path)), request_body = DeploymentRequest, responses((status = 200, body = Preview)))]
pub(super) async fn preview(
    acting: Acting,
    Path((tenant, name)): Path<(String, String)>,
    body: Body<DeploymentRequest>,
) -> Result<Json<Preview>, Refusal> {
    Ok(Json(acting.preview(&tenant, &name, body.value).await?))
}

/// Its revisions, the newest first
#[utoipa::path(get, path = path::REVISIONS, tag = "deployments", params(("tenant" = String, Path, description = "name or id"), ("deployment" = String, Path)), responses((status = 200, body = Page<Revision>)))]
pub(super) async fn revisions(acting: Acting, Path((tenant, name)): Path<(String, String)>) -> Result<Json<Page<Revision>>, Refusal> {
    Ok(Json(acting.revisions(&tenant, &name).await?))
}
