//! Components over HTTP.

use std::io;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use hotswap_api::{Component, ErrorCode, Problem, path};
use hotswap_model::{Digest, DigestError};

use super::respond::Refusal;
use crate::service::Acting;

/// How long the rest of a refused upload is taken.
const STILL_TAKEN: Duration = Duration::from_secs(30);

/// What was read from an uploaded component
#[utoipa::path(get, path = path::COMPONENT, tag = "components", params(("sha256" = String, Path, description = "digest of its bytes")), responses((status = 200, body = Component), (status = 404, body = Problem)))]
pub(super) async fn get(acting: Acting, Path(sha256): Path<String>) -> Result<Json<Component>, Refusal> {
    Ok(Json(acting.component(&digest(&sha256)?).await?))
}

/// Download a component
///
/// Its bytes are verified while they are sent: if they are damaged, the answer ends before its end.
#[utoipa::path(get, path = path::COMPONENT_CONTENT, tag = "components", params(("sha256" = String, Path, description = "digest of its bytes")), responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
pub(super) async fn content(acting: Acting, Path(sha256): Path<String>) -> Result<Response, Refusal> {
    let (size, bytes) = acting.component_content(&digest(&sha256)?).await?;
    let headers = [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_LENGTH, size.to_string())];
    Ok((headers, Body::from_stream(bytes)).into_response())
}

/// Upload a component
///
/// What it is is found out while it comes. An upload that announces its size is refused before its first byte if there is no
/// room for it.
#[utoipa::path(put, path = path::COMPONENT, tag = "components", params(("sha256" = String, Path, description = "digest of its bytes")), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = Component), (status = "4XX", body = Problem)))]
pub(super) async fn upload(
    acting: Acting,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Component>), Refusal> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let bytes = taken(body);
    Ok((StatusCode::CREATED, Json(acting.upload_component(digest(&sha256)?, announced, bytes).await?)))
}

/// The pieces of a body. Once nobody wants more of them, the rest is still taken for a while: whoever is sending reads no answer
/// from a connection that is closed on it.
fn taken(body: Body) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static {
    let (pieces, mut taken) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        let mut body = body.into_data_stream();
        while let Some(piece) = body.next().await {
            if pieces.send(piece.map_err(io::Error::other)).await.is_err() {
                let rest = async { while body.next().await.is_some_and(|piece| piece.is_ok()) {} };
                let _ = tokio::time::timeout(STILL_TAKEN, rest).await;
                return;
            }
        }
    });
    futures::stream::poll_fn(move |context| taken.poll_recv(context))
}

fn digest(text: &str) -> Result<Digest, Refusal> {
    text.parse().map_err(|e: DigestError| Problem::new(ErrorCode::Invalid, e.to_string()).into())
}
