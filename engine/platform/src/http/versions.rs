//! Versions of plugins over HTTP.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use hotswap_api::{ErrorCode, Page, PluginVersion, Problem, VersionChange, VersionDifference, path};
use hotswap_model::VersionSpec;
use serde::Deserialize;

use super::request::{Body, ListQuery, Params, if_match};
use super::respond::{Refusal, changed, found};
use crate::service::Acting;

/// Which versions are listed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionsQuery {
    /// Retired ones too.
    #[serde(default)]
    retired: bool,
}

/// List the versions of a plugin, by precedence
#[utoipa::path(get, path = path::VERSIONS, tag = "versions", params(("plugin" = String, Path, description = "name or id"), VersionsQuery), responses((status = 200, body = Page<PluginVersion>)))]
pub(super) async fn list(
    acting: Acting,
    Path(plugin): Path<String>,
    Params(query): Params<VersionsQuery>,
) -> Result<Json<Page<PluginVersion>>, Refusal> {
    Ok(Json(acting.versions(&plugin, query.retired).await?))
}

/// List the versions of all plugins that are not retired
#[utoipa::path(get, path = path::ALL_VERSIONS, tag = "versions", params(ListQuery), responses((status = 200, body = Page<PluginVersion>)))]
pub(super) async fn list_all(acting: Acting, Params(query): Params<ListQuery>) -> Result<Json<Page<PluginVersion>>, Refusal> {
    Ok(Json(acting.all_versions(query.names(), query.part()).await?))
}

/// Publish a version of an uploaded component
#[utoipa::path(post, path = path::VERSIONS, tag = "versions", params(("plugin" = String, Path, description = "name")), request_body = VersionSpec, responses((status = 201, body = PluginVersion), (status = 200, body = PluginVersion, description = "it was published with this content before"), (status = "4XX", body = Problem)))]
pub(super) async fn publish(acting: Acting, Path(plugin): Path<String>, body: Body<VersionSpec>) -> Result<Response, Refusal> {
    if body.value.plugin.as_str() != plugin {
        let detail = format!("the path names plugin {plugin:?}, the body {:?}", body.value.plugin.as_str());
        return Err(Problem::new(ErrorCode::Invalid, detail).hint("make them the same").into());
    }
    Ok(changed(acting.publish(body.value, body.replay).await?))
}

/// A version, retired or not
#[utoipa::path(get, path = path::VERSION, tag = "versions", params(("plugin" = String, Path, description = "name or id"), ("version" = String, Path, description = "number or id")), responses((status = 200, body = PluginVersion), (status = 404, body = Problem)))]
pub(super) async fn get(acting: Acting, Path((plugin, version)): Path<(String, String)>) -> Result<Response, Refusal> {
    Ok(found(acting.version(&plugin, &version).await?))
}

/// A version by its id, retired or not
#[utoipa::path(get, path = path::VERSION_BY_ID, tag = "versions", params(("id" = String, Path)), responses((status = 200, body = PluginVersion), (status = 404, body = Problem)))]
pub(super) async fn by_id(acting: Acting, Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(found(acting.version_by_id(&id).await?))
}

/// Which two versions are told apart.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DiffQuery {
    /// Number or id of the version it is compared with.
    from: String,
    /// Number or id of the one that is compared.
    to: String,
}

/// What tells two versions of a plugin apart
#[utoipa::path(get, path = path::DIFF, tag = "versions", params(("plugin" = String, Path, description = "name or id"), DiffQuery), responses((status = 200, body = VersionDifference), (status = 404, body = Problem)))]
pub(super) async fn diff(
    acting: Acting,
    Path(plugin): Path<String>,
    Params(query): Params<DiffQuery>,
) -> Result<Json<VersionDifference>, Refusal> {
    Ok(Json(acting.diff(&plugin, &query.from, &query.to).await?))
}

/// Move a version to another channel, or change its notes
#[utoipa::path(patch, path = path::VERSION, tag = "versions", params(("plugin" = String, Path, description = "name or id"), ("version" = String, Path, description = "number or id")), request_body = VersionChange, responses((status = 200, body = PluginVersion), (status = "4XX", body = Problem)))]
pub(super) async fn change(
    acting: Acting,
    Path((plugin, version)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body<VersionChange>,
) -> Result<Response, Refusal> {
    Ok(changed(acting.change_version(&plugin, &version, body.value, if_match(&headers), body.replay).await?))
}

/// Retire a version: what runs of it goes on
#[utoipa::path(delete, path = path::VERSION, tag = "versions", params(("plugin" = String, Path, description = "name or id"), ("version" = String, Path, description = "number or id")), responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn retire(acting: Acting, Path((plugin, version)): Path<(String, String)>) -> Result<StatusCode, Refusal> {
    acting.retire(&plugin, &version).await?;
    Ok(StatusCode::NO_CONTENT)
}
