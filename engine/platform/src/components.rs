//! Components: bytes that come in under their digest, are looked into, and go once nothing refers to them.

use std::sync::Arc;

use bytes::Bytes;
use futures::Stream;
use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_component::{ComponentError, ComponentInfo};
use hotswap_model::Digest;
use hotswap_runtime::Runtime;
use hotswap_storage::{Storage, StorageError};
use hotswap_store::{self as store, Store};
use tokio::sync::RwLock;

use crate::clock;
use crate::error::{self, Result};

/// The bytes of components, and what is known of them.
pub(crate) struct Components {
    store: Store,
    storage: Arc<dyn Storage>,
    runtime: Arc<dyn Runtime>,
    /// Many may come in at the same time; while one is collected, none comes in.
    coming_and_going: RwLock<()>,
}

impl Components {
    pub(crate) fn new(store: Store, storage: Arc<dyn Storage>, runtime: Arc<dyn Runtime>) -> Self {
        Self { store, storage, runtime, coming_and_going: RwLock::default() }
    }

    /// The bytes of a component, verified.
    pub(crate) async fn bytes(&self, digest: &Digest) -> Result<Bytes> {
        self.storage.get(digest).await.map_err(storage_problem)
    }

    /// Takes the bytes of a component: they are kept only if they have the digest, are a component and handle HTTP.
    pub(crate) async fn upload(
        &self,
        digest: Digest,
        bytes: impl Stream<Item = std::io::Result<Bytes>> + Send + Unpin + 'static,
    ) -> Result<api::Component> {
        self.storage.put(&digest, Box::pin(bytes)).await.map_err(storage_problem)?;
        // From here until the component is known to the database nothing collects it. The upload itself may take long, and
        // holds nobody up.
        let _kept = self.coming_and_going.read().await;
        if !self.storage.exists(&digest).await.map_err(storage_problem)? {
            let detail = format!("component {digest} was collected while it was uploaded");
            return Err(Problem::new(ErrorCode::Unavailable, detail).hint("send it again"));
        }
        let mut tx = self.store.read().await.map_err(error::store)?;
        if let Some(known) = tx.blob(&digest).await.map_err(error::store)? {
            return Ok(to_api(known));
        }
        drop(tx);
        let stored = self.storage.get(&digest).await.map_err(storage_problem)?;
        let looked_at = tokio::task::spawn_blocking(move || inspect(&stored)).await.map_err(|e| error::internal(&e))?;
        let info = match looked_at {
            Ok(info) => info,
            Err(problem) => {
                self.storage.delete(&digest).await.map_err(storage_problem)?;
                return Err(problem);
            }
        };
        let blob = store::Blob { digest, size: info.size, imports: info.imports, exports: info.exports, created_at: clock::now() };
        let mut tx = self.store.write().await.map_err(error::store)?;
        let blob = tx.insert_blob(&blob).await.map_err(error::store)?;
        tx.commit().await.map_err(error::store)?;
        Ok(to_api(blob))
    }

    pub(crate) async fn get(&self, digest: &Digest) -> Result<api::Component> {
        let mut tx = self.store.read().await.map_err(error::store)?;
        tx.blob(digest).await.map_err(error::store)?.map(to_api).ok_or_else(|| unknown_component(digest))
    }

    /// Removes the bytes of a component if nothing that is live refers to them any more.
    pub(crate) async fn collect(&self, digest: &Digest) -> Result<()> {
        let _alone = self.coming_and_going.write().await;
        let mut tx = self.store.write().await.map_err(error::store)?;
        if tx.bytes_referenced(digest).await.map_err(error::store)? {
            return Ok(());
        }
        tx.delete_blob(digest).await.map_err(error::store)?;
        tx.commit().await.map_err(error::store)?;
        self.storage.delete(digest).await.map_err(storage_problem)?;
        self.runtime.forget(digest);
        tracing::info!(%digest, "component collected: nothing refers to it any more");
        Ok(())
    }
}

pub(crate) fn unknown_component(digest: &Digest) -> Problem {
    Problem::new(ErrorCode::ComponentNotFound, format!("no component with the digest {digest} was uploaded"))
        .hint("upload its bytes with `PUT /v1/components/{sha256}` first")
}

fn inspect(bytes: &[u8]) -> Result<ComponentInfo> {
    let info = hotswap_component::Component::inspect(bytes).and_then(|info| info.require_handler().map(|()| info));
    info.map_err(|error| {
        let code =
            if matches!(error, ComponentError::NoHandler { .. }) { ErrorCode::ComponentNoHandler } else { ErrorCode::ComponentInvalid };
        Problem::new(code, error.to_string())
    })
}

pub(crate) fn storage_problem(error: StorageError) -> Problem {
    match &error {
        StorageError::Mismatch { .. } => {
            Problem::new(ErrorCode::DigestMismatch, error.to_string()).hint("the upload was cut short or changed on its way; send it again")
        }
        StorageError::TooLarge { .. } => Problem::new(ErrorCode::TooLarge, error.to_string()),
        StorageError::NotFound { digest } => unknown_component(digest),
        StorageError::Interrupted { .. } => Problem::new(ErrorCode::Malformed, error.to_string()).hint("send the upload again"),
        StorageError::Vanished { .. } => Problem::new(ErrorCode::Unavailable, error.to_string()).hint("send them again"),
        StorageError::Full { .. } | StorageError::Io { .. } | StorageError::Remote { .. } => {
            tracing::error!(%error, "the storage of components cannot be used");
            Problem::new(ErrorCode::Unavailable, error.to_string())
        }
        _ => error::internal(&error),
    }
}

fn to_api(blob: store::Blob) -> api::Component {
    api::Component { sha256: blob.digest, size: blob.size, imports: blob.imports, exports: blob.exports }
}
