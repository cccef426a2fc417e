//! Tokens over HTTP.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use hotswap_api::{NewToken, Page, Problem, Token, TokenChange, TokenRequest, path};

use super::request::{Body, ListQuery, Params};
use super::respond::Refusal;
use crate::service::Acting;

/// List the tokens that are good
#[utoipa::path(get, path = path::TOKENS, tag = "tokens", params(ListQuery), responses((status = 200, body = Page<Token>), (status = 403, body = Problem)))]
pub(super) async fn list(acting: Acting, Params(query): Params<ListQuery>) -> Result<Json<Page<Token>>, Refusal> {
    Ok(Json(acting.tokens(query.part()).await?))
}

/// Make a token; its value is told here and nowhere else
#[utoipa::path(post, path = path::TOKENS, tag = "tokens", request_body = TokenRequest, responses((status = 201, body = NewToken), (status = "4XX", body = Problem)))]
pub(super) async fn create(acting: Acting, body: Body<TokenRequest>) -> Result<(StatusCode, Json<NewToken>), Refusal> {
    Ok((StatusCode::CREATED, Json(acting.create_token(body.value, body.replay).await?.body)))
}

/// A token, for a while also one that has ended
#[utoipa::path(get, path = path::TOKEN, tag = "tokens", params(("token" = String, Path, description = "id")), responses((status = 200, body = Token), (status = "4XX", body = Problem)))]
pub(super) async fn get(acting: Acting, Path(id): Path<String>) -> Result<Json<Token>, Refusal> {
    Ok(Json(acting.token(&id).await?))
}

/// Change description, life or value of a token
#[utoipa::path(patch, path = path::TOKEN, tag = "tokens", params(("token" = String, Path, description = "id")), request_body = TokenChange, responses((status = 200, body = Token), (status = "4XX", body = Problem)))]
pub(super) async fn change(acting: Acting, Path(id): Path<String>, body: Body<TokenChange>) -> Result<Json<Token>, Refusal> {
    Ok(Json(acting.change_token(&id, body.value, body.replay).await?.body))
}

/// Let a token live on: its `ttl` from now, at most a day altogether or its first `ttl`
#[utoipa::path(post, path = path::TOKEN_RENEW, tag = "tokens", params(("token" = String, Path, description = "id")), responses((status = 200, body = Token), (status = "4XX", body = Problem)))]
pub(super) async fn renew(acting: Acting, Path(id): Path<String>) -> Result<Json<Token>, Refusal> {
    Ok(Json(acting.renew_token(&id).await?))
}

/// Revoke a token
#[utoipa::path(delete, path = path::TOKEN, tag = "tokens", params(("token" = String, Path, description = "id")), responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn revoke(acting: Acting, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    acting.revoke_token(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
