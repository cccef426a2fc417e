//! How answers are written: JSON, an etag where there is one, problems as problems.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderMap};
use hotswap_api::Problem;
use serde::Serialize;

use crate::service::Answer;

/// A problem on its way out.
pub(crate) struct Refusal(Box<Problem>);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&*self.0)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if matches!(status, StatusCode::PAYLOAD_TOO_LARGE) {
            // The rest of the body is not read, so nothing can follow it.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

pub(super) fn problem(problem: Problem) -> Refusal {
    problem.into()
}

/// What has an etag.
pub(super) trait Tagged: Serialize {
    fn etag(&self) -> &str;
}

macro_rules! tagged {
    ($($type:ty),*) => { $(impl Tagged for $type { fn etag(&self) -> &str { &self.etag } })* };
}
tagged!(hotswap_api::Tenant, hotswap_api::Plugin, hotswap_api::PluginVersion, hotswap_api::Deployment);

/// Something that was asked for.
pub(super) fn found<T: Tagged>(body: T) -> Response {
    tagged(StatusCode::OK, body)
}

/// What came of a change.
pub(super) fn changed<T: Tagged>(answer: Answer<T>) -> Response {
    tagged(if answer.created { StatusCode::CREATED } else { StatusCode::OK }, answer.body)
}

fn tagged<T: Tagged>(status: StatusCode, body: T) -> Response {
    let mut headers = HeaderMap::new();
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", body.etag())) {
        headers.insert(header::ETAG, etag);
    }
    (status, headers, Json(body)).into_response()
}
