//! The API over HTTP: paths, what is read from a request, what is written to an answer. What it means is in `service`.

mod components;
mod deployments;
mod observe;
mod plugins;
mod request;
mod resolution;
mod respond;
mod rollouts;
mod storage;
mod tenants;
mod tokens;
mod versions;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use hotswap_api::{ErrorCode, Problem};
use tracing::{Instrument as _, Span, field};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Platform;

/// Most bytes of a JSON body. Component uploads have a limit of their own.
const BODY_LIMIT: usize = 2 << 20;

#[derive(OpenApi)]
#[openapi(info(
    title = "hotswap",
    description = "Tenants, plugins, versions and deployments, rolled out and watched. Errors are RFC 9457 problems with a stable `code`."
))]
struct Description;

/// Everything under one roof: `/v1` behind the token, the rest open.
pub(crate) fn router(platform: Arc<Platform>) -> Router {
    let (api, description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(tenants::list, tenants::create))
        .routes(routes!(tenants::get, tenants::update, tenants::delete))
        .routes(routes!(plugins::list, plugins::create))
        .routes(routes!(plugins::get, plugins::update, plugins::delete))
        .routes(routes!(plugins::adoption))
        .routes(routes!(versions::list_all))
        .routes(routes!(versions::list, versions::publish))
        .routes(routes!(versions::by_id))
        .routes(routes!(versions::diff))
        .routes(routes!(versions::get, versions::change, versions::retire))
        .routes(routes!(deployments::list))
        .routes(routes!(deployments::by_id))
        .routes(routes!(deployments::of_tenant))
        .routes(routes!(deployments::get, deployments::put, deployments::delete))
        .routes(routes!(deployments::preview))
        .routes(routes!(deployments::revisions))
        .routes(routes!(resolution::resolve))
        .routes(routes!(rollouts::list))
        .routes(routes!(rollouts::get))
        .routes(routes!(rollouts::events))
        .routes(routes!(rollouts::abort))
        .routes(routes!(rollouts::promote))
        .routes(routes!(rollouts::pause))
        .routes(routes!(rollouts::resume))
        .routes(routes!(rollouts::retry))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::get, tokens::change, tokens::revoke))
        .routes(routes!(tokens::renew))
        .routes(routes!(storage::clear))
        .routes(routes!(storage::verify))
        .routes(routes!(components::content))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .routes(routes!(components::get, components::upload))
        .split_for_parts();
    let api = api.route_layer(middleware::from_fn_with_state(platform.clone(), authorize));
    let description: Arc<str> = description.to_json().unwrap_or_default().into();
    Router::new()
        .merge(api)
        .route("/openapi.json", axum::routing::get(move || observe::openapi(description.clone())))
        .route("/healthz", axum::routing::get(observe::healthz))
        .route("/readyz", axum::routing::get(observe::readyz))
        .route("/metrics", axum::routing::get(observe::metrics))
        .fallback(|request: Request| async move {
            let detail = format!("there is nothing at {} {}", request.method(), request.uri().path());
            respond::problem(Problem::new(ErrorCode::NotFound, detail).hint("GET /openapi.json lists what there is"))
        })
        .layer(middleware::from_fn_with_state(platform.clone(), watch))
        .with_state(platform)
}

/// Finds out who asks. What they may is the services' to decide.
async fn authorize(State(platform): State<Arc<Platform>>, mut request: Request, next: Next) -> Response {
    let header = request.headers().get(AUTHORIZATION).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let principal = match platform.authenticate(header.as_deref()).await {
        Ok(principal) => principal,
        Err(problem) => return respond::problem(problem).into_response(),
    };
    let span = Span::current();
    span.record("principal", field::display(&principal));
    if let Some((_, tenant)) = &principal.tenant {
        span.record("tenant", field::display(tenant));
    }
    request.extensions_mut().insert(principal);
    next.run(request).await
}

/// A span and two series for every request.
async fn watch(State(platform): State<Arc<Platform>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let path = request.extensions().get::<MatchedPath>().map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let traceparent = request.headers().get("traceparent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let span = tracing::debug_span!("api", %method, path, traceparent, principal = field::Empty, tenant = field::Empty);
    let response = next.run(request).instrument(span).await;
    platform.metrics.api_request(method.as_str(), &path, response.status().as_u16(), began.elapsed());
    response
}
