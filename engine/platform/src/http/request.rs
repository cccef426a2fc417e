//! What is read from requests: bodies with problems of our own, preconditions, idempotency keys, parts of lists.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{Digest, Principal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::BODY_LIMIT;
use super::respond::Refusal;
use crate::Platform;
use crate::service::{Acting, Part, Replay};

/// A JSON body, with the idempotency key it came with.
pub(super) struct Body<T> {
    pub(super) value: T,
    pub(super) replay: Option<Replay>,
    /// Method and path.
    line: String,
}

impl<T> Body<T> {
    /// The idempotency key, for a request that is known by these parts of its body alone.
    pub(super) fn replay_as(&self, visible: &impl Serialize) -> Option<Replay> {
        let replay = self.replay.clone()?;
        // What was read can be written.
        let visible = serde_json::to_vec(visible).unwrap_or_default();
        Some(Replay { request: request_digest(&self.line, &visible), ..replay })
    }
}

fn request_digest(line: &str, body: &[u8]) -> String {
    Digest::of(&[line.as_bytes(), body].concat()).to_string()
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let key = request.headers().get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let line = format!("{} {}\n", request.method(), request.uri().path());
        let bytes = bytes::Bytes::from_request(request, state).await.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(ErrorCode::TooLarge, format!("the body has more than {} MiB", BODY_LIMIT >> 20))
                .hint("components are uploaded with `PUT /v1/components/{sha256}`, all else is small"),
            _ => Problem::new(ErrorCode::Malformed, error.body_text()),
        })?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            Problem::new(ErrorCode::Malformed, format!("the body cannot be read: {error}"))
                .hint("GET /openapi.json describes what is expected")
        })?;
        let replay = key.map(|key| Replay { key, request: request_digest(&line, &bytes) });
        Ok(Self { value, replay, line })
    }
}

/// The query of a list.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only these, separated by commas; at most 500. What is not there is left out of the answer.
    pub(super) names: Option<String>,
    /// `next` of the part before.
    pub(super) after: Option<String>,
    /// How many at most, 1 to 500.
    pub(super) limit: Option<u32>,
}

impl ListQuery {
    pub(super) fn part(&self) -> Part {
        Part { after: self.after.clone(), limit: self.limit.unwrap_or(100).clamp(1, 500) }
    }

    pub(super) fn names(&self) -> Option<Vec<String>> {
        self.names.as_ref().map(|names| names.split(',').take(500).map(str::to_owned).collect())
    }
}

/// Whoever sends the request, as `authorize` found it.
impl FromRequestParts<Arc<Platform>> for Acting {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Arc<Platform>) -> Result<Self, Refusal> {
        let principal = parts.extensions.get::<Principal>().cloned();
        let principal = principal.ok_or_else(|| Problem::new(ErrorCode::Unauthorized, "the request was not authorized"))?;
        Ok(Self { platform: platform.clone(), principal })
    }
}

/// Query parameters, with problems of our own.
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Query(value) = Query::from_request_parts(parts, state)
            .await
            .map_err(|error| Problem::new(ErrorCode::Malformed, error.body_text()).hint("GET /openapi.json describes what is expected"))?;
        Ok(Self(value))
    }
}

/// `If-Match`, where there is one that asks for something.
pub(super) fn if_match(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok()).filter(|value| *value != "*")
}

/// Whether the request is only to make something new.
pub(super) fn if_none_match_any(headers: &HeaderMap) -> bool {
    headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == "*")
}
