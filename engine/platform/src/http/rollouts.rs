//! Rollouts over HTTP, their events as a list or as a stream.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::Stream;
use hotswap_api::{Page, Problem, Rollout, RolloutEvent, path};
use serde::Deserialize;
use std::convert::Infallible;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::request::{ListQuery, Params};
use super::respond::Refusal;
use crate::service::Acting;

/// From where events are told.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsQuery {
    /// Only events after this sequence number.
    #[serde(default)]
    after: u64,
}

/// The rollouts of a deployment, the newest first
#[utoipa::path(get, path = path::ROLLOUTS, tag = "rollouts", params(("tenant" = String, Path, description = "name or id"), ("deployment" = String, Path), ListQuery), responses((status = 200, body = Page<Rollout>)))]
pub(super) async fn list(
    acting: Acting,
    Path((tenant, name)): Path<(String, String)>,
    Params(query): Params<ListQuery>,
) -> Result<Json<Page<Rollout>>, Refusal> {
    Ok(Json(acting.rollouts(&tenant, &name, query.part().limit).await?))
}

/// A rollout
#[utoipa::path(get, path = path::ROLLOUT, tag = "rollouts", params(("rollout" = String, Path)), responses((status = 200, body = Rollout), (status = 404, body = Problem)))]
pub(super) async fn get(acting: Acting, Path(id): Path<String>) -> Result<Json<Rollout>, Refusal> {
    Ok(Json(acting.rollout(&id).await?))
}

/// The steps of a rollout: a list, or with `Accept: text/event-stream` a stream that ends with the rollout
#[utoipa::path(get, path = path::ROLLOUT_EVENTS, tag = "rollouts", params(("rollout" = String, Path), EventsQuery), responses((status = 200, body = Page<RolloutEvent>), (status = 404, body = Problem)))]
pub(super) async fn events(
    acting: Acting,
    Path(id): Path<String>,
    Params(query): Params<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let resumed = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let after = resumed.unwrap_or(query.after);
    if headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/event-stream")) {
        acting.rollout(&id).await?;
        return Ok(Sse::new(stream(acting, id, after)).keep_alive(KeepAlive::default()).into_response());
    }
    let (items, _) = acting.rollout_events(&id, after).await?;
    Ok(Json(Page { items, next: None }).into_response())
}

/// Send a rollout back
#[utoipa::path(post, path = path::ROLLOUT_ABORT, tag = "rollouts", params(("rollout" = String, Path)), responses((status = 200, body = Rollout), (status = 409, body = Problem)))]
pub(super) async fn abort(acting: Acting, Path(id): Path<String>) -> Result<Json<Rollout>, Refusal> {
    Ok(Json(acting.abort_rollout(&id).await?))
}

/// Let a rollout leave the stage it waits in
#[utoipa::path(post, path = path::ROLLOUT_PROMOTE, tag = "rollouts", params(("rollout" = String, Path)), responses((status = 200, body = Rollout), (status = 409, body = Problem)))]
pub(super) async fn promote(acting: Acting, Path(id): Path<String>) -> Result<Json<Rollout>, Refusal> {
    Ok(Json(acting.promote_rollout(&id).await?))
}

/// Keep a rollout where it is
#[utoipa::path(post, path = path::ROLLOUT_PAUSE, tag = "rollouts", params(("rollout" = String, Path)), responses((status = 200, body = Rollout), (status = 409, body = Problem)))]
pub(super) async fn pause(acting: Acting, Path(id): Path<String>) -> Result<Json<Rollout>, Refusal> {
    Ok(Json(acting.pause_rollout(&id).await?))
}

/// Let a paused rollout go on
#[utoipa::path(post, path = path::ROLLOUT_RESUME, tag = "rollouts", params(("rollout" = String, Path)), responses((status = 200, body = Rollout), (status = 409, body = Problem)))]
pub(super) async fn resume(acting: Acting, Path(id): Path<String>) -> Result<Json<Rollout>, Refusal> {
    Ok(Json(acting.resume_rollout(&id).await?))
}

/// Roll a held spec out once more
#[utoipa::path(post, path = path::RETRY, tag = "rollouts", params(("tenant" = String, Path, description = "name or id"), ("deployment" = String, Path)), responses((status = 200, body = Rollout), (status = 409, body = Problem)))]
pub(super) async fn retry(acting: Acting, Path((tenant, name)): Path<(String, String)>) -> Result<Json<Rollout>, Refusal> {
    Ok(Json(acting.retry(&tenant, &name).await?))
}

fn stream(acting: Acting, id: String, mut after: u64) -> impl Stream<Item = Result<Event, Infallible>> {
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(async move {
        // Subscribed before the first look, so that nothing falls in between.
        let mut changes = acting.controller.changes();
        while let Ok((events, over)) = acting.rollout_events(&id, after).await {
            for event in events {
                after = event.seq;
                let told = Event::default().id(event.seq.to_string()).event(&event.kind).json_data(&event).unwrap_or_default();
                if sender.send(Ok(told)).await.is_err() {
                    return;
                }
            }
            if over {
                return;
            }
            // A lagging receiver missed something: looking again is what is needed then, too.
            tokio::select! {
                _ = changes.recv() => {}
                () = sender.closed() => return,
                () = acting.stopping.cancelled() => return,
            }
        }
    });
    ReceiverStream::new(receiver)
}
