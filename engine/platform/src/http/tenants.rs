//! Tenants over HTTP.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use hotswap_api::{Page, Problem, Tenant, path};
use hotswap_model::TenantSpec;

use super::request::{Body, ListQuery, Params, if_match};
use super::respond::{Refusal, changed, found};
use crate::service::Acting;

/// List tenants
#[utoipa::path(get, path = path::TENANTS, tag = "tenants", params(ListQuery), responses((status = 200, body = Page<Tenant>)))]
pub(super) async fn list(acting: Acting, Params(query): Params<ListQuery>) -> Result<Json<Page<Tenant>>, Refusal> {
    Ok(Json(acting.tenants(query.names(), query.part()).await?))
}

/// Make a tenant
#[utoipa::path(post, path = path::TENANTS, tag = "tenants", request_body = TenantSpec, responses((status = 201, body = Tenant), (status = "4XX", body = Problem)))]
pub(super) async fn create(acting: Acting, body: Body<TenantSpec>) -> Result<Response, Refusal> {
    Ok(changed(acting.create_tenant(body.value, body.replay).await?))
}

/// A tenant, with what it uses
#[utoipa::path(get, path = path::TENANT, tag = "tenants", params(("tenant" = String, Path, description = "name or id")), responses((status = 200, body = Tenant), (status = 404, body = Problem)))]
pub(super) async fn get(acting: Acting, Path(tenant): Path<String>) -> Result<Response, Refusal> {
    Ok(found(acting.tenant(&tenant).await?))
}

/// Change a tenant
#[utoipa::path(put, path = path::TENANT, tag = "tenants", params(("tenant" = String, Path, description = "name or id")), request_body = TenantSpec, responses((status = 200, body = Tenant), (status = "4XX", body = Problem)))]
pub(super) async fn update(
    acting: Acting,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: Body<TenantSpec>,
) -> Result<Response, Refusal> {
    Ok(changed(acting.update_tenant(&tenant, body.value, if_match(&headers), body.replay).await?))
}

/// End a tenant that has no deployments
#[utoipa::path(delete, path = path::TENANT, tag = "tenants", params(("tenant" = String, Path, description = "name or id")), responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn delete(acting: Acting, Path(tenant): Path<String>, headers: HeaderMap) -> Result<StatusCode, Refusal> {
    acting.delete_tenant(&tenant, if_match(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}
