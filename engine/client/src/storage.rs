//! Calls about what is kept of components.

use std::time::Duration;

use hotswap_api::{GcReport, GcRequest, VerifyReport, VerifyRequest, path};
use reqwest::Method;

use crate::client::Client;
use crate::error::ClientError;
use crate::transport::Call;

/// How long a call may take that looks at everything that is kept.
const TIMEOUT: Duration = Duration::from_secs(600);

impl Client {
    /// Removes the components that nothing refers to, and what uploads left that never came to their end.
    ///
    /// # Errors
    /// As every call.
    pub async fn clear_storage(&self, request: &GcRequest) -> Result<GcReport, ClientError> {
        self.send(Call::new(Method::POST, path::STORAGE_GC.to_owned()).json(request).timeout(TIMEOUT)).await
    }

    /// Reads the next part of what is kept and tells what is damaged; to be called until there is no `next`.
    ///
    /// # Errors
    /// As every call.
    pub async fn verify_storage(&self, request: &VerifyRequest) -> Result<VerifyReport, ClientError> {
        self.send(Call::new(Method::POST, path::STORAGE_VERIFY.to_owned()).json(request).timeout(TIMEOUT).changes_nothing()).await
    }
}
