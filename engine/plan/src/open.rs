//! Ephemeral resources in a run: opened when their block's turn comes, renewed while the run goes on, closed at its end.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use futures::{StreamExt, stream::FuturesUnordered};
use hotswap_lang::{Diagnostic, Diagnostics, Severity};
use hotswap_sdk::{EphemeralResource, OpenRequest, OpenResponse};
use hotswap_value::{
    Value,
    address::{ResourceBlock, ResourceInstance},
};
use tokio::sync::{Notify, RwLock};

use crate::{
    Findings, Outcome, World,
    event::{Act, Event, EventKind, Observer},
    schema_value::sensitive_paths,
};

/// The ephemeral resources that are open in a run. What is opened is closed by [`OpenResources::close`], also if whoever asked for it
/// was dropped meanwhile.
pub struct OpenResources {
    observer: Observer,
    /// Held for reading by whatever opens or renews; false once nothing is to be opened any more.
    accepts: RwLock<bool>,
    open: Mutex<Vec<Open>>,
    /// Something was opened that has to be renewed.
    opened: Notify,
}

/// One that is open.
#[derive(Clone)]
struct Open {
    address: ResourceInstance,
    resource: Arc<dyn EphemeralResource>,
    private: Vec<u8>,
    renew_at: Option<SystemTime>,
    /// What came up in renewing it.
    said: hotswap_sdk::Diagnostics,
}

impl OpenResources {
    /// Nothing is open yet.
    pub fn new(observer: Observer) -> Arc<Self> {
        Arc::new(Self { observer, accepts: RwLock::new(true), open: Mutex::default(), opened: Notify::new() })
    }

    /// Opens one. It goes on if the caller is dropped, and is closed all the same.
    async fn open(self: &Arc<Self>, address: &ResourceInstance, resource: Arc<dyn EphemeralResource>, config: Value) -> OpenResponse {
        let (this, address) = (Arc::clone(self), address.clone());
        let opening = tokio::spawn(async move {
            let accepts = this.accepts.read().await;
            if !*accepts {
                return interrupted().into();
            }
            this.open_now(address, resource, config).await
        });
        opening.await.unwrap_or_else(|_| interrupted().into())
    }

    async fn open_now(&self, address: ResourceInstance, resource: Arc<dyn EphemeralResource>, config: Value) -> OpenResponse {
        let underway = self.observer.begin(&address, None, Act::Open, Value::Null);
        let schema = resource.schema();
        let mut response = resource.open(OpenRequest { config: schema.with_defaults(config) }).await;
        if response.diagnostics.has_errors() {
            underway.failed();
            return response;
        }
        let (private, renew_at) = (response.private.clone(), response.renew_at);
        self.lock().push(Open { address, resource: Arc::clone(&resource), private, renew_at, said: hotswap_sdk::Diagnostics::new() });
        if renew_at.is_some() {
            self.opened.notify_one();
        }
        match schema.ty().conform(std::mem::take(&mut response.result)) {
            Ok(result) => {
                response.result = result;
                underway.finished(Value::Null);
            }
            Err(error) => {
                response.diagnostics.push(error.into());
                underway.failed();
            }
        }
        response
    }

    /// Renews what is open whenever it is due, until it is dropped.
    pub async fn keep(self: &Arc<Self>) -> Infallible {
        loop {
            let due = self.lock().iter().filter_map(|open| open.renew_at).min();
            tokio::select! {
                () = until(due) => self.renew().await,
                () = self.opened.notified() => {}
            }
        }
    }

    /// Renews what is due. A renewal goes on if the caller is dropped.
    async fn renew(self: &Arc<Self>) {
        let now = SystemTime::now();
        let mut due = Vec::new();
        for (index, open) in self.lock().iter_mut().enumerate() {
            // Whatever becomes of this renewal says when the next one is.
            if open.renew_at.take_if(|at| *at <= now).is_some() {
                due.push((index, open.clone()));
            }
        }
        let renewals = due.into_iter().map(|(index, open)| {
            let this = Arc::clone(self);
            tokio::spawn(async move { this.renew_one(index, open).await })
        });
        let mut renewals: FuturesUnordered<_> = renewals.collect();
        while renewals.next().await.is_some() {}
    }

    async fn renew_one(&self, index: usize, open: Open) {
        let accepts = self.accepts.read().await;
        if !*accepts {
            return;
        }
        let underway = self.observer.begin(&open.address, None, Act::Renew, Value::Null);
        let response = open.resource.renew(open.private).await;
        let failed = response.diagnostics.has_errors();
        if failed {
            underway.failed();
        } else {
            underway.finished(Value::Null);
        }
        if let Some(open) = self.lock().get_mut(index) {
            open.said.extend(response.diagnostics);
            if !failed {
                (open.private, open.renew_at) = (response.private, response.renew_at);
            }
        }
    }

    /// Closes everything, the last opened first, and lets nothing more be opened. What came up in renewing is told as well.
    pub async fn close(&self, world: &World<'_>) -> Diagnostics {
        // What is being opened or renewed is waited for: it can't be closed before it is there.
        *self.accepts.write().await = false;
        let open = std::mem::take(&mut *self.lock());
        let mut diagnostics = Vec::new();
        for open in open.into_iter().rev() {
            let underway = self.observer.begin(&open.address, None, Act::Close, Value::Null);
            let said = open.resource.close(open.private).await;
            if said.has_errors() {
                underway.failed();
            } else {
                underway.finished(Value::Null);
            }
            diagnostics.extend(world.locate(&open.address, &open.said));
            diagnostics.extend(world.locate(&open.address, &said));
        }
        diagnostics
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn interrupted() -> hotswap_sdk::Diagnostics {
    hotswap_sdk::Diagnostic::error("Not opened", "The run ended before it was opened.").into()
}

async fn until(due: Option<SystemTime>) {
    match due {
        Some(due) => tokio::time::sleep(due.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO)).await,
        None => std::future::pending().await,
    }
}

impl World<'_> {
    /// Opens every object of an ephemeral block. What its configuration says only while applying is not opened while planning: it is
    /// unknown then.
    pub async fn open(&self, block: &ResourceBlock, open: &Arc<OpenResources>, findings: &mut Findings) -> Outcome {
        let Some(objects) = self.expand(block, &mut findings.diagnostics) else { return Outcome::Failed };
        let mut opening: FuturesUnordered<_> = objects.iter().map(|object| self.open_object(object, open)).collect();
        let mut outcome = Outcome::Done;
        while let Some((ended, found)) = opening.next().await {
            findings.extend(found);
            if ended == Outcome::Failed {
                outcome = Outcome::Failed;
            }
        }
        outcome
    }

    async fn open_object(&self, address: &ResourceInstance, open: &Arc<OpenResources>) -> (Outcome, Findings) {
        let mut findings = Findings::default();
        let opened = self.try_to_open(address, open, &mut findings).await;
        (if opened.is_some() { Outcome::Done } else { Outcome::Failed }, findings)
    }

    /// Nothing if that failed, which is then among the findings.
    async fn try_to_open(&self, address: &ResourceInstance, open: &Arc<OpenResources>, findings: &mut Findings) -> Option<()> {
        let block = self.config().resource(address)?;
        let provider = self.provider_of(&address.module.path(), &address.resource)?;
        let ty = self.providers().object_type(&provider.source, &address.resource)?;
        let resource = self.providers().ephemeral_resource(&provider, &address.resource.ty)?;
        let (name, lifecycle) = (address.to_string(), &block.lifecycle);
        let scope = self.object_scope(address)?;
        if !findings.check(&name, &lifecycle.preconditions, "Precondition of ephemeral resource failed", Severity::Error, &scope) {
            return None;
        }
        let config = self.object_config(address, &mut findings.diagnostics)?;
        let validated = hotswap_sdk::validate::ephemeral_resource(&*resource, &config.value).await;
        findings.diagnostics.extend(self.locate(address, &validated));
        if validated.has_errors() {
            return None;
        }
        if !config.value.is_wholly_known() {
            open.observer.tell(Event { address: address.clone(), deposed: None, act: Act::Open, kind: EventKind::Deferred });
            self.set_object(address, Value::Unknown, Vec::new());
            return Some(());
        }
        let response = open.open(address, resource, config.value).await;
        findings.diagnostics.extend(self.locate(address, &response.diagnostics));
        if response.diagnostics.has_errors() {
            return None;
        }
        if !response.result.is_wholly_known() {
            let detail = "It was opened, and not all of it is known. This is a bug in the provider; please report it.";
            findings.diagnostics.push(Diagnostic::error("Ephemeral resource is not known", detail).at(block.header).for_object(address));
            return None;
        }
        let sensitive = sensitive_paths(&ty.schema, &response.result, &config.sensitive);
        self.set_object(address, response.result, sensitive);
        let scope = self.self_scope(address)?;
        let summary = "Postcondition of ephemeral resource failed";
        findings.check(&name, &lifecycle.postconditions, summary, Severity::Error, &scope).then_some(())
    }
}
