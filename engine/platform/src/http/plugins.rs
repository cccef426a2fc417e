//! Plugins over HTTP.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use hotswap_api::{Adoption, Page, Plugin, Problem, path};
use hotswap_model::{Channel, PluginSpec};

use serde::Deserialize;

use super::request::{Body, ListQuery, Params, if_match};
use super::respond::{Refusal, changed, found};
use crate::service::{Acting, Search};

/// What plugins are searched for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// Words to look for in names, descriptions, publishers and tags: each must be found, the last may be the beginning of one, and
    /// in long ones a typo is forgiven.
    q: Option<String>,
    /// Only of this category.
    category: Option<String>,
    /// Only with this tag.
    tag: Option<String>,
    /// Only of this publisher.
    publisher: Option<String>,
    /// Only with a live version that offers or asks for this interface, such as `wasi:http/outgoing-handler`.
    capability: Option<String>,
    /// Only with a live version on this channel, which has the capability if that is given, too.
    channel: Option<Channel>,
    /// Only these, separated by commas; at most 500.
    names: Option<String>,
    /// `next` of the part before.
    after: Option<String>,
    /// How many at most, 1 to 500.
    limit: Option<u32>,
}

/// List or search plugins
#[utoipa::path(get, path = path::PLUGINS, tag = "plugins", params(SearchQuery), responses((status = 200, body = Page<Plugin>)))]
pub(super) async fn list(acting: Acting, Params(query): Params<SearchQuery>) -> Result<Json<Page<Plugin>>, Refusal> {
    let list = ListQuery { names: query.names, after: query.after, limit: query.limit };
    let search = Search {
        text: query.q,
        category: query.category,
        tag: query.tag,
        publisher: query.publisher,
        capability: query.capability,
        channel: query.channel,
    };
    Ok(Json(acting.plugins(list.names(), search, list.part()).await?))
}

/// Make a plugin
#[utoipa::path(post, path = path::PLUGINS, tag = "plugins", request_body = PluginSpec, responses((status = 201, body = Plugin), (status = "4XX", body = Problem)))]
pub(super) async fn create(acting: Acting, body: Body<PluginSpec>) -> Result<Response, Refusal> {
    Ok(changed(acting.create_plugin(body.value, body.replay).await?))
}

/// A plugin
#[utoipa::path(get, path = path::PLUGIN, tag = "plugins", params(("plugin" = String, Path, description = "name or id")), responses((status = 200, body = Plugin), (status = 404, body = Problem)))]
pub(super) async fn get(acting: Acting, Path(plugin): Path<String>) -> Result<Response, Refusal> {
    Ok(found(acting.plugin(&plugin).await?))
}

/// Which tenants run which versions of a plugin
#[utoipa::path(get, path = path::ADOPTION, tag = "plugins", params(("plugin" = String, Path, description = "name or id")), responses((status = 200, body = Page<Adoption>), (status = 404, body = Problem)))]
pub(super) async fn adoption(acting: Acting, Path(plugin): Path<String>) -> Result<Json<Page<Adoption>>, Refusal> {
    Ok(Json(acting.adoption(&plugin).await?))
}

/// Change what is said of a plugin
#[utoipa::path(put, path = path::PLUGIN, tag = "plugins", params(("plugin" = String, Path, description = "name or id")), request_body = PluginSpec, responses((status = 200, body = Plugin), (status = "4XX", body = Problem)))]
pub(super) async fn update(
    acting: Acting,
    Path(plugin): Path<String>,
    headers: HeaderMap,
    body: Body<PluginSpec>,
) -> Result<Response, Refusal> {
    Ok(changed(acting.update_plugin(&plugin, body.value, if_match(&headers), body.replay).await?))
}

/// End a plugin that has no versions and no deployments
#[utoipa::path(delete, path = path::PLUGIN, tag = "plugins", params(("plugin" = String, Path, description = "name or id")), responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn delete(acting: Acting, Path(plugin): Path<String>, headers: HeaderMap) -> Result<StatusCode, Refusal> {
    acting.delete_plugin(&plugin, if_match(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}
