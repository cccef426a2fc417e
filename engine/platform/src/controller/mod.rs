//! The rollout controller: one worker for each deployment, which brings what serves to what is wanted, and keeps it so.
//!
//! A worker observes, decides (in `hotswap-rollout`), writes the decision down, then acts: so a server that dies at any point
//! goes on, or back, when it starts again.

mod asking;
mod loading;
mod observe;
mod prober;
mod worker;
mod write;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use hotswap_gateway::Gateway;
use hotswap_model::DeploymentId;
use hotswap_runtime::Runtime;
use hotswap_store::{DeploymentAddress, Store};
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::components::Components;
use crate::leading::Leading;
use crate::secrets::MasterKey;
use crate::telemetry::Metrics;
use worker::Worker;

/// After a worker failed, how long until it is started again.
const RESTART_AFTER: Duration = Duration::from_secs(1);

/// What every worker works with.
pub(crate) struct Tools {
    pub(crate) store: Store,
    pub(crate) components: Arc<Components>,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) master_key: Arc<MasterKey>,
    pub(crate) leading: Arc<Leading>,
    pub(crate) stopping: CancellationToken,
}

/// All workers.
pub(crate) struct Controller {
    tools: Arc<Tools>,
    workers: Arc<Mutex<HashMap<DeploymentId, Handle>>>,
    /// Routes set by a worker carry its number, so that one whose deployment has gone cannot undo what came after it.
    generations: AtomicI64,
    /// Told whenever something of any rollout was written down.
    changes: broadcast::Sender<()>,
}

/// How a worker is spoken to.
struct Handle {
    mail: Arc<Mail>,
    stage: watch::Receiver<Stage>,
}

/// How far a worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// It has not set its route yet.
    Starting,
    /// What should serve serves.
    Serving,
    /// Its deployment has gone, and its route with it.
    Gone,
}

/// What a worker is told between two of its rounds.
#[derive(Default)]
pub(crate) struct Mail {
    /// The database may say something else than the worker remembers.
    stale: AtomicBool,
    arrived: Notify,
}

impl Mail {
    fn read_again(&self) {
        self.stale.store(true, Ordering::Release);
        self.arrived.notify_one();
    }

    fn take_stale(&self) -> bool {
        self.stale.swap(false, Ordering::AcqRel)
    }

    /// Something that the worker should look at happened.
    pub(crate) fn poke(&self) {
        self.arrived.notify_one();
    }
}

impl Controller {
    pub(crate) fn new(tools: Tools) -> Self {
        Self { tools: Arc::new(tools), workers: Arc::default(), generations: AtomicI64::new(1), changes: broadcast::Sender::new(64) }
    }

    /// Tells the worker of a deployment that the database has something new for it; starts it if there is none yet. A server that stands
    /// by has no workers: the one that leads looks for itself.
    pub(crate) fn look_at(&self, id: &DeploymentId, address: &DeploymentAddress) {
        if self.tools.leading.leads() {
            self.mail_of(id, address).read_again();
        }
    }

    /// Tells the worker of a deployment, if there is one, that the database has something new for it.
    pub(crate) fn look_again(&self, id: &DeploymentId) {
        if let Some(handle) = lock(&self.workers).get(id) {
            handle.mail.read_again();
        }
    }

    /// Tells those who follow rollouts that something may have been written down.
    pub(crate) fn tell_changes(&self) {
        // Nobody may be listening.
        let _ = self.changes.send(());
    }

    /// Tells the worker that its deployment has ended; returns when no new request reaches it.
    pub(crate) async fn end(&self, id: &DeploymentId, address: &DeploymentAddress) {
        self.look_at(id, address);
        self.reached(id, Stage::Gone).await;
    }

    /// Returns when the worker has set its first route, or has found that there is none to set.
    pub(crate) async fn served(&self, id: &DeploymentId) {
        self.reached(id, Stage::Serving).await;
    }

    /// Something of a rollout was written down whenever this yields.
    pub(crate) fn changes(&self) -> broadcast::Receiver<()> {
        self.changes.subscribe()
    }

    async fn reached(&self, id: &DeploymentId, wanted: Stage) {
        let stage = lock(&self.workers).get(id).map(|handle| handle.stage.clone());
        if let Some(mut stage) = stage {
            // An error means that the worker is no more: nothing left to wait for.
            let _ = stage.wait_for(|stage| *stage >= wanted).await;
        }
    }

    fn mail_of(&self, id: &DeploymentId, address: &DeploymentAddress) -> Arc<Mail> {
        let mut workers = lock(&self.workers);
        if let Some(handle) = workers.get(id) {
            return handle.mail.clone();
        }
        let (mail, (told, stage)) = (Arc::new(Mail::default()), watch::channel(Stage::Starting));
        workers.insert(id.clone(), Handle { mail: mail.clone(), stage });
        drop(workers);
        let generation = self.generations.fetch_add(1, Ordering::Relaxed);
        let worker = Worker::new(self.tools.clone(), mail.clone(), told, self.changes.clone(), id.clone(), address.clone(), generation);
        tokio::spawn(supervise(worker, self.workers.clone()));
        mail
    }
}

/// Runs a worker to its end, and again from the database if it fails.
async fn supervise(mut worker: Worker, workers: Arc<Mutex<HashMap<DeploymentId, Handle>>>) {
    let id = worker.id().clone();
    let span = worker.span();
    while AssertUnwindSafe(worker.run()).catch_unwind().instrument(span.clone()).await.is_err() {
        tracing::error!(parent: &span, "the worker of this deployment failed; its traffic stays as it is, and it starts again");
        worker.forget();
        tokio::time::sleep(RESTART_AFTER).await;
    }
    lock(&workers).remove(&id);
}

/// What these locks guard is whole at every moment, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
