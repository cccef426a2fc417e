//! The registry's generation as this server knows it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use hotswap_store::{Store, StoreError};

use super::KNOWN_FOR;

#[derive(Debug)]
pub(super) struct Generation {
    store: Store,
    known: Mutex<Known>,
    /// One asks for all who wait.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    identity: Arc<str>,
    generation: i64,
    /// When the database was asked; nothing: whatever is known is too old.
    asked: Option<Instant>,
    /// How often it was said that what is known is too old.
    forgotten: u64,
}

impl Generation {
    pub(super) fn new(store: Store) -> Self {
        Self { store, known: Mutex::default(), asking: tokio::sync::Mutex::default() }
    }

    /// Of which database, and which generation it had a short while ago.
    pub(super) async fn present(&self) -> Result<(Arc<str>, i64), StoreError> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let _one = self.asking.lock().await;
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let (asked, forgotten) = (Instant::now(), self.lock().forgotten);
        let mut tx = self.store.read().await?;
        let generation = tx.registry_generation().await?;
        let identity: Arc<str> = tx.database_identity().await?.into();
        let mut known = self.lock();
        // A change of our own that came meanwhile may not be in what was read: then it is good for this once.
        let asked = (known.forgotten == forgotten).then_some(asked);
        *known = Known { identity: identity.clone(), generation, asked, forgotten: known.forgotten };
        Ok((identity, generation))
    }

    pub(super) fn forget(&self) {
        let mut known = self.lock();
        known.asked = None;
        known.forgotten += 1;
    }

    fn known(&self) -> Option<(Arc<str>, i64)> {
        let known = self.lock();
        known.asked.filter(|asked| asked.elapsed() < KNOWN_FOR).map(|_| (known.identity.clone(), known.generation))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
