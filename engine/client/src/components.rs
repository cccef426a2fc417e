//! Calls about components.

use std::path::Path;

use bytes::Bytes;
use hotswap_api::{Component, ErrorCode, path};
use hotswap_model::Digest;
use reqwest::Method;

use crate::client::Client;
use crate::error::ClientError;
use crate::file::FileBody;
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
        match self.known(sha256).await? {
            Some(known) => Ok(known),
            None => self.send(Call::new(Method::PUT, path::fill(path::COMPONENT, &[&sha256.to_string()])).upload(bytes)).await,
        }
    }

    /// Uploads a component from a file, unless the server has it already. Pieces of the file are in memory, never the whole.
    ///
    /// `progress` is told how many bytes were handed to the connection, and how many there are. A try that failed begins anew,
    /// at 0, from the file as it is then. It is never called for what the server has.
    ///
    /// # Errors
    /// [`ClientError::File`] if the file can't be read, and as [`Client::upload_component`].
    pub async fn upload_component_file(
        &self,
        sha256: &Digest,
        file: &Path,
        progress: impl Fn(u64, u64) + Send + Sync + 'static,
    ) -> Result<Component, ClientError> {
        if let Some(known) = self.known(sha256).await? {
            return Ok(known);
        }
        let body = FileBody::new(file, progress).await?;
        self.send(Call::new(Method::PUT, path::fill(path::COMPONENT, &[&sha256.to_string()])).upload_file(body)).await
    }

    /// What the server knows of a component, if it has it.
    async fn known(&self, sha256: &Digest) -> Result<Option<Component>, ClientError> {
        match self.get_component(sha256).await {
            Ok(known) => Ok(Some(known)),
            Err(error) if error.code() == Some(ErrorCode::ComponentNotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
