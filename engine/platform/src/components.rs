//! Components: bytes that come in under their digest, are looked into, and go once nothing refers to them.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_component::{ComponentError, Inspector};
use hotswap_model::Digest;
use hotswap_runtime::Runtime;
use hotswap_storage::{DEFAULT_MAX_SIZE, Reading, Storage, StorageError};
use hotswap_store::{self as store, Store};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use tokio::sync::RwLock;

use crate::clock;
use crate::error::{self, Result};

/// The bytes of components, and what is known of them.
pub(crate) struct Components {
    pub(crate) store: Store,
    pub(crate) storage: Arc<dyn Storage>,
    runtime: Arc<dyn Runtime>,
    /// Many may come in at the same time; while one is collected, none comes in.
    coming_and_going: RwLock<()>,
    damaged: Counter,
}

impl Components {
    pub(crate) fn new(store: Store, storage: Arc<dyn Storage>, runtime: Arc<dyn Runtime>) -> Self {
        Self { store, storage, runtime, coming_and_going: RwLock::default(), damaged: Counter::default() }
    }

    /// Adds its series.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("hotswap_components_damaged", "Components found damaged in the storage and set aside", self.damaged.clone());
    }

    /// The bytes of a component, verified. As a whole: a compiler wants them so.
    pub(crate) async fn bytes(&self, digest: &Digest) -> Result<Bytes> {
        match self.storage.get(digest).await {
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// The bytes of a component piece by piece. The last comes once all are verified; if they are damaged, the stream ends
    /// without it.
    pub(crate) async fn read(self: &Arc<Self>, digest: &Digest) -> Result<(u64, impl Stream<Item = Result<Bytes>> + use<>)> {
        let Reading { size, bytes } = match self.storage.read(digest).await {
            Ok(reading) => reading,
            Err(error) => return Err(self.failed(error).await),
        };
        let components = self.clone();
        let bytes = bytes.then(move |piece| {
            let components = components.clone();
            async move {
                match piece {
                    Ok(piece) => Ok(piece),
                    Err(error) => Err(components.failed(error).await),
                }
            }
        });
        Ok((size, bytes))
    }

    /// What to tell of a storage that failed. Damaged bytes are written down as no longer kept, so that they can be uploaded
    /// again.
    pub(crate) async fn failed(&self, error: StorageError) -> Problem {
        if let StorageError::Corrupt { digest, .. } = &error {
            self.damaged.inc();
            tracing::error!(%digest, %error, "a component is damaged");
            let forgotten = async {
                let mut tx = self.store.write().await?;
                tx.delete_blob(digest).await?;
                tx.commit().await
            };
            if let Err(error) = forgotten.await {
                tracing::error!(%error, "that a component is damaged could not be written down");
            }
        }
        storage_problem(error)
    }

    /// Takes the bytes of a component: they are kept only if they have the digest, are a component and handle HTTP. They are
    /// looked into while they come, and are never in memory as a whole.
    pub(crate) async fn upload(
        &self,
        digest: Digest,
        announced: Option<u64>,
        bytes: impl Stream<Item = std::io::Result<Bytes>> + Send + Unpin + 'static,
    ) -> Result<api::Component> {
        if announced.is_some_and(|size| size > DEFAULT_MAX_SIZE) {
            return Err(storage_problem(StorageError::TooLarge { limit: DEFAULT_MAX_SIZE }));
        }
        let inspection = Arc::new(Mutex::new(Inspection::Going(Box::default())));
        let looking = inspection.clone();
        let bytes = bytes.map(move |piece| {
            let piece = piece?;
            let mut inspection = looking.lock().unwrap_or_else(PoisonError::into_inner);
            if inspection.update(&piece) { Ok(piece) } else { Err(std::io::ErrorKind::InvalidData.into()) }
        });
        let put = self.storage.put(&digest, Box::pin(bytes)).await;
        let inspection = std::mem::take(&mut *inspection.lock().unwrap_or_else(PoisonError::into_inner));
        let inspector = match (put, inspection) {
            // Nothing that could still have come would have made it right.
            (_, Inspection::Failed(error)) => return Err(component_problem(error)),
            (Err(error), _) => return Err(storage_problem(error)),
            (Ok(_), Inspection::Going(inspector)) => inspector,
        };
        // From here until the component is known to the database nothing collects it. The upload itself may take long, and
        // holds nobody up.
        let _kept = self.coming_and_going.read().await;
        if !self.storage.exists(&digest).await.map_err(storage_problem)? {
            return Err(collected(&digest));
        }
        let mut tx = self.store.read().await.map_err(error::store)?;
        if let Some(known) = tx.blob(&digest).await.map_err(error::store)? {
            return Ok(to_api(known));
        }
        drop(tx);
        // A text is translated only here.
        let inspected =
            tokio::task::spawn_blocking(move || inspector.finish(digest).and_then(|info| info.require_handler().map(|()| info)));
        let info = match inspected.await.map_err(|e| error::internal(&e))? {
            Ok(info) => info,
            Err(error) => {
                self.storage.delete(&digest).await.map_err(storage_problem)?;
                return Err(component_problem(error));
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
        self.collect_if(digest, |_| true).await.map(drop)
    }

    /// The same, if what is known of it is as wanted. Says whether they were removed.
    pub(crate) async fn collect_if(&self, digest: &Digest, wanted: impl FnOnce(Option<&store::Blob>) -> bool + Send) -> Result<bool> {
        let _alone = self.coming_and_going.write().await;
        let mut tx = self.store.write().await.map_err(error::store)?;
        if tx.bytes_referenced(digest).await.map_err(error::store)? {
            return Ok(false);
        }
        let known = tx.blob(digest).await.map_err(error::store)?;
        if !wanted(known.as_ref()) {
            return Ok(false);
        }
        tx.delete_blob(digest).await.map_err(error::store)?;
        tx.commit().await.map_err(error::store)?;
        self.storage.delete(digest).await.map_err(storage_problem)?;
        self.runtime.forget(digest);
        tracing::info!(%digest, "component collected: nothing refers to it any more");
        Ok(true)
    }
}

pub(crate) fn unknown_component(digest: &Digest) -> Problem {
    Problem::new(ErrorCode::ComponentNotFound, format!("no component with the digest {digest} was uploaded"))
        .hint("upload its bytes with `PUT /v1/components/{sha256}` first")
}

/// How a component looks so far.
enum Inspection {
    Going(Box<Inspector>),
    Failed(ComponentError),
}

impl Default for Inspection {
    fn default() -> Self {
        Self::Going(Box::default())
    }
}

impl Inspection {
    /// Looks at the next piece. Says whether it may still be a component.
    fn update(&mut self, piece: &[u8]) -> bool {
        match self {
            Self::Failed(_) => false,
            Self::Going(inspector) => match inspector.update(piece) {
                Ok(()) => true,
                Err(error) => {
                    *self = Self::Failed(error);
                    false
                }
            },
        }
    }
}

fn collected(digest: &Digest) -> Problem {
    Problem::new(ErrorCode::Unavailable, format!("component {digest} was collected while it was uploaded")).hint("send it again")
}

fn component_problem(error: ComponentError) -> Problem {
    let code = match error {
        ComponentError::NoHandler { .. } => ErrorCode::ComponentNoHandler,
        ComponentError::TextTooLarge { .. } => ErrorCode::TooLarge,
        _ => ErrorCode::ComponentInvalid,
    };
    Problem::new(code, error.to_string())
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
        StorageError::Corrupt { .. } => {
            Problem::new(ErrorCode::ComponentDamaged, error.to_string()).hint("upload the component again; what runs of it goes on")
        }
        _ => error::internal(&error),
    }
}

fn to_api(blob: store::Blob) -> api::Component {
    api::Component { sha256: blob.digest, size: blob.size, imports: blob.imports, exports: blob.exports }
}
