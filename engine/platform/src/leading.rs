//! Leading and standing by. Of the servers on one database one runs rollouts and serves traffic; the others answer the API, and one of
//! them takes over when that one is gone.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use hotswap_model::Span;
use hotswap_store::{Leadership, Page, StoreError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::server::ServeError;
use crate::service::REMEMBERED_FOR;
use crate::{Platform, clock};

/// Answers kept under an idempotency key are forgotten after this.
const KEEP_ANSWERS: Span = Span::from_secs(24 * 3_600);

/// How often a server that stands by asks whether it may lead, and one that leads whether it still does.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// How often the one that leads looks for what others have accepted.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Whether this server leads, and as the how-manieth that did.
#[derive(Debug, Default)]
pub(crate) struct Leading {
    generation: AtomicI64,
}

impl Leading {
    /// Whether it leads, as far as it knows.
    pub(crate) fn leads(&self) -> bool {
        self.generation() != 0
    }

    /// Its number among all that led; 0 while it stands by.
    pub(crate) fn generation(&self) -> i64 {
        self.generation.load(Ordering::Acquire)
    }

    fn set(&self, generation: i64) {
        self.generation.store(generation, Ordering::Release);
    }
}

/// A server that leads.
pub(crate) struct Leader {
    leadership: Leadership,
    gateway: JoinHandle<()>,
    /// Up to where it knows what was accepted.
    fleet: i64,
}

impl Leader {
    /// Begins to lead: sets the gateway up as the database says and lets it serve.
    pub(crate) async fn begin(platform: &Platform, leadership: Leadership, listener: TcpListener) -> Result<Self, StoreError> {
        platform.leading.set(leadership.generation);
        // Requests that come before the routes are set wait in the listener's queue.
        let fleet = take_up(platform).await?;
        let (gateway, stopping) = (platform.gateway.clone(), platform.stopping.clone());
        let gateway = tokio::spawn(async move { gateway.serve(listener, stopping).await });
        Ok(Self { leadership, gateway, fleet })
    }

    /// Leads until the server stops.
    ///
    /// # Errors
    /// [`ServeError::Superseded`] if another server leads meanwhile.
    pub(crate) async fn lead(mut self, platform: &Platform) -> Result<(), ServeError> {
        if platform.store.is_shared() {
            self.lead_among_others(platform).await?;
        } else {
            platform.stopping.cancelled().await;
        }
        if let Err(error) = self.gateway.await {
            tracing::error!(%error, "the gateway failed while it stopped");
        }
        self.leadership.let_go().await;
        Ok(())
    }

    async fn lead_among_others(&mut self, platform: &Platform) -> Result<(), ServeError> {
        let (mut look, mut ask) = (tokio::time::interval(LOOK_EVERY), tokio::time::interval(ASK_EVERY));
        loop {
            tokio::select! {
                () = platform.stopping.cancelled() => return Ok(()),
                _ = look.tick() => self.follow(platform).await,
                _ = ask.tick() => {
                    if !self.leadership.holds().await {
                        self.regain(platform).await?;
                    }
                }
            }
        }
    }

    /// The connection that holds leadership is lost. While the database is away nobody leads, and traffic goes on. When it is back,
    /// this server goes on if no other has led meanwhile: what it knows is then still what is true.
    async fn regain(&mut self, platform: &Platform) -> Result<(), ServeError> {
        tracing::warn!("the connection that holds leadership is lost; traffic goes on");
        loop {
            match platform.store.lead().await {
                Ok(Some(again)) if again.generation == self.leadership.generation + 1 => {
                    platform.leading.set(again.generation);
                    self.leadership = again;
                    tracing::info!("this server leads again");
                    return Ok(());
                }
                Ok(_) => return Err(ServeError::Superseded),
                Err(_) => tokio::select! {
                    () = platform.stopping.cancelled() => return Ok(()),
                    () = tokio::time::sleep(ASK_EVERY) => {}
                },
            }
        }
    }

    /// Does what follows from what other servers have accepted.
    async fn follow(&mut self, platform: &Platform) {
        match self.changes(platform).await {
            Ok(()) => {}
            Err(error) => tracing::debug!(%error, "what others have accepted cannot be read"),
        }
    }

    async fn changes(&mut self, platform: &Platform) -> Result<(), StoreError> {
        let mut tx = platform.store.read().await?;
        if tx.fleet_generation().await? == self.fleet {
            return Ok(());
        }
        let changes = tx.fleet_changes(self.fleet).await?;
        drop(tx);
        for tenant in &changes.tenants {
            platform.tell_gateway(&tenant.spec);
        }
        for deployment in &changes.deployments {
            platform.controller.look_at(&deployment.id, &deployment.address());
        }
        for ended in &changes.ended {
            platform.controller.look_again(ended);
        }
        self.fleet = changes.generation;
        Ok(())
    }
}

/// Waits until this server may lead; nothing if it stops before that.
pub(crate) async fn stand_by(platform: &Platform) -> Option<Leadership> {
    tracing::info!("another server on this database leads; this one stands by: it answers the API, and takes over when that one is gone");
    loop {
        tokio::select! {
            () = platform.stopping.cancelled() => return None,
            () = tokio::time::sleep(ASK_EVERY) => {}
        }
        // Who follows a rollout here looks for what the other server has written.
        platform.controller.tell_changes();
        match platform.store.lead().await {
            Ok(None) => {}
            Ok(Some(leadership)) => return Some(leadership),
            Err(error) => tracing::debug!(%error, "whether another server leads cannot be asked"),
        }
    }
}

/// Where the gateway listens once this server leads: until then nobody is to connect to it.
pub(crate) async fn listen_again(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Sets the gateway up as the database says, and starts a worker for every deployment: rollouts go on where they were. Gives the
/// generation of what was read.
async fn take_up(platform: &Platform) -> Result<i64, StoreError> {
    let mut tx = platform.store.write().await?;
    let now = clock::now();
    tx.prune_idempotent_answers(now - KEEP_ANSWERS).await?;
    tx.prune_tokens(now - REMEMBERED_FOR).await?;
    tx.commit().await?;
    let mut tx = platform.store.read().await?;
    let fleet = tx.fleet_generation().await?;
    for tenant in tx.list_tenants(&Page::all()).await? {
        platform.tell_gateway(&tenant.spec);
    }
    let deployments = tx.list_deployments(None, &Page::all()).await?;
    drop(tx);
    for deployment in &deployments {
        platform.controller.look_at(&deployment.id, &deployment.address());
    }
    for deployment in &deployments {
        platform.controller.served(&deployment.id).await;
    }
    tracing::info!(deployments = deployments.len(), "everything that should serve serves");
    Ok(fleet)
}

/// Reads the plugins, so that the first who searches need not wait for it.
pub(crate) async fn read_plugins(platform: Arc<Platform>) {
    let read = async { platform.search.bring_up_to_date(&mut platform.store.read().await?).await };
    let read: Result<(), hotswap_registry::RegistryError> = read.await;
    if let Err(error) = read {
        // What is wrong is told to who searches.
        tracing::warn!(%error, "the plugins cannot be read for searching yet");
    }
}
