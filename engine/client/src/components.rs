//! Calls about components.

use bytes::Bytes;
use hotswap_api::{Component, ErrorCode, path};
use hotswap_model::Digest;
use reqwest::Method;

use crate::client::Client;
use crate::error::ClientError;
use crate::transport::Call;

impl Client {
    /// What was read from an uploaded component.
    ///
    /// # Errors
    /// `component_not_found`, and as every call.
    pub async fn get_component(&self, sha256: &Digest) -> Result<Component, ClientError> {
        self.send(Call::new(Method::GET, path::fill(path::COMPONENT, &[&sha256.to_string()]))).await
    }

    /// Uploads a component, unless the server has it already.
    ///
    /// # Errors
    /// `digest_mismatch` if the bytes are not those of `sha256`, `component_invalid`, `component_no_handler`, `too_large`, and
    /// as every call.
    pub async fn upload_component(&self, sha256: &Digest, bytes: Bytes) -> Result<Component, ClientError> {
        match self.get_component(sha256).await {
            Err(error) if error.code() == Some(ErrorCode::ComponentNotFound) => {}
            known_or_failed => return known_or_failed,
        }
        self.send(Call::new(Method::PUT, path::fill(path::COMPONENT, &[&sha256.to_string()])).upload(bytes)).await
    }
}
