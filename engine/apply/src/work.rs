//! What every operation of an apply shares: the values known so far, the state as it becomes, the slots, and who is told.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use hotswap_lang::Diagnostic;
use hotswap_plan::{Act, Action, ObjectType, Observer, OpenResources, Plan, ProviderAddress, ResourceChange, Underway, World};
use hotswap_sdk::{Operation, Progress, Stop};
use hotswap_state::Object;
use hotswap_value::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    journal::{self, Intent, JournalError, Outcome},
    keeper::Keeper,
    object,
};

/// An apply under way.
pub(crate) struct Work<'a> {
    pub(crate) world: World<'a>,
    pub(crate) plan: &'a Plan,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) stop: Stop,
    pub(crate) observer: Observer,
    pub(crate) open: Arc<OpenResources>,
    /// Makes the keys of this apply its own.
    pub(crate) nonce: String,
    /// Changes that could have begun and did not, since the user asked to stop.
    pub(crate) held_back: AtomicUsize,
}

/// A change being carried out: who is told of it, and the slot it holds.
pub(crate) struct Running {
    underway: Underway,
    slot: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Work<'_> {
    /// Waits for a slot and tells that the change begins; `None` if the user wants to stop: then nothing more is begun.
    pub(crate) async fn begin(&self, change: &ResourceChange, action: Action) -> Option<Running> {
        let slot = tokio::select! {
            biased;
            () = self.stop.requested() => {
                self.held_back.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            slot = Arc::clone(&self.slots).acquire_owned() => slot.ok()?,
        };
        let before = if change.before.is_null() { &change.after } else { &change.before };
        let underway = self.observer.begin(&change.address, change.deposed.as_deref(), Act::Change(action), before.clone());
        Some(Running { underway, slot: Arc::new(Mutex::new(Some(slot))) })
    }

    /// The provider of a change, its type, and whether it is configured.
    pub(crate) fn provider(&self, change: &ResourceChange) -> Result<(ProviderAddress, &Arc<ObjectType>), Box<Diagnostic>> {
        let missing = |detail: String| Box::new(Diagnostic::error("No provider for an object", detail).for_object(&change.address));
        let address: ProviderAddress = change.provider.parse().map_err(|error| missing(format!("{error}.")))?;
        let ty = self
            .world
            .providers()
            .object_type(&address.source, &change.address.resource)
            .ok_or_else(|| missing(format!("The provider {} has no type {:?}.", address.source, &*change.address.resource.ty)))?;
        Ok((address, ty))
    }

    /// Writes down what is about to be done; its number, and the operation to do it under.
    pub(crate) async fn intend(&self, intent: Intent, running: &Running) -> Result<(u64, Operation), Box<Diagnostic>> {
        let key = self.key(&intent);
        let operation = Operation::new(key.clone(), running.watcher());
        let intent = Intent { key, ..intent };
        let address = intent.address.clone();
        let journal = Arc::clone(self.keeper.journal());
        let written = tokio::task::spawn_blocking(move || journal.intend(intent)).await;
        match written {
            Ok(Ok(number)) => Ok((number, operation)),
            Ok(Err(error)) => Err(Box::new(journal_error(&error).for_object(address))),
            Err(error) => Err(Box::new(Diagnostic::error("The journal was not written", format!("{error}.")).for_object(address))),
        }
    }

    /// The key of an operation: nobody else's, and the same when it is repeated.
    fn key(&self, intent: &Intent) -> String {
        let mut hash = Sha256::new();
        let act = match &intent.act {
            journal::Act::Create => "create",
            journal::Act::Update => "update",
            journal::Act::Delete { .. } => "delete",
        };
        let address = intent.address.to_string();
        let parts = [self.plan.base.lineage.as_bytes(), address.as_bytes(), act.as_bytes(), self.nonce.as_bytes()];
        for part in parts.into_iter().chain(intent.planned.as_deref()) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Puts an outcome into the state and the journal.
    pub(crate) fn conclude(&self, number: u64, change: &ResourceChange, kept: Option<Object>, urgent: bool) -> Result<(), Box<Diagnostic>> {
        let outcome = Outcome { number, object: kept.as_ref().map(object::to_journal) };
        self.keeper.change(Some(number), urgent, |state| match (kept, &change.deposed) {
            (Some(object), None) => state.set_current(&change.address, &change.provider, object),
            (None, None) => drop(state.remove_current(&change.address)),
            (Some(object), Some(key)) => state.set_deposed(&change.address, key, &change.provider, object),
            (None, Some(key)) => drop(state.remove_deposed(&change.address, key)),
        });
        let written = self.keeper.journal().conclude(outcome);
        written.map_err(|error| Box::new(journal_error(&error).for_object(&change.address)))
    }
}

impl Running {
    pub(crate) fn finished(&self, object: Value) {
        self.underway.finished(object);
    }

    pub(crate) fn failed(&self) {
        self.underway.failed();
    }

    /// Passes progress on; once the operation only waits it holds no slot any more.
    fn watcher(&self) -> Arc<hotswap_sdk::Watcher> {
        let (underway, slot) = (self.underway.clone(), Arc::clone(&self.slot));
        Arc::new(move |progress| {
            if progress == Progress::Waiting {
                drop(slot.lock().unwrap_or_else(PoisonError::into_inner).take());
            }
            underway.progress(progress);
        })
    }
}

/// What is told when the journal can't be written: nothing is done that could not be found again.
pub(crate) fn journal_error(error: &JournalError) -> Diagnostic {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let detail =
        format!("{error}{cause}. What would have been done next was not done. Make room or put the folder right, and apply again.");
    Diagnostic::error("The journal was not written", detail)
}
