//! Loading the revisions of a deployment, and letting them go once their requests are answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hotswap_api::ErrorCode;
use hotswap_gateway::RevisionGroup;
use hotswap_model::{DeploymentSpec, Secrets, Span, Timestamp};
use hotswap_runtime::{Labels, RuntimeError, SandboxSpec, SlotPool, SlotState};
use hotswap_store::StoredRevision;
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use super::prober;
use super::worker::Worker;
use crate::clock;
use crate::error::{self, Result};

/// A revision that is loaded.
pub(super) struct Loaded {
    pub(super) group: Arc<RevisionGroup>,
    pub(super) since: Timestamp,
    revision: StoredRevision,
    prober: Option<Prober>,
}

/// Asks the instances of a revision whether they are well, as long as this lives.
struct Prober {
    /// Told when there are instances to ask that it doesn't know of.
    look: Arc<Notify>,
    _task: AbortOnDropHandle<()>,
}

/// What came of loading a revision.
pub(super) enum Load {
    /// It is loaded.
    Done,
    /// It cannot be: why, for people.
    Failed(String),
}

impl Worker {
    /// Loads a revision unless it is loaded.
    ///
    /// # Errors
    /// If the database or the disk fails: then nothing is said of the revision itself.
    pub(super) async fn load(&mut self, number: u64) -> Result<Load> {
        if self.loaded.contains_key(&number) {
            return Ok(Load::Done);
        }
        let stored = self.revision(number).await?;
        let revision = &stored.revision;
        let bytes = match self.tools.components.bytes(&revision.sha256).await {
            Ok(bytes) => bytes,
            Err(problem) if problem.code == ErrorCode::Unavailable => return Err(problem),
            Err(problem) => return Ok(Load::Failed(problem.detail)),
        };
        let mut config: BTreeMap<String, String> = serde_json::from_str(&stored.effective_config).map_err(|e| error::internal(&e))?;
        match self.secrets(&stored).await? {
            Ok(secrets) => config.extend(secrets),
            Err(why) => return Ok(Load::Failed(why)),
        }
        let labels = Labels {
            tenant: self.address.tenant.to_string(),
            deployment: self.address.name.to_string(),
            plugin: revision.spec.plugin.to_string(),
            version: revision.resolved_version.to_string(),
            revision: number,
        };
        let sandbox = SandboxSpec {
            memory_bytes: revision.spec.sandbox.memory_mb << 20,
            timeout: revision.spec.sandbox.timeout.to_std(),
            config,
            labels: labels.clone(),
        };
        let runtime = &self.tools.runtime;
        let plugin = match runtime.prepare(&revision.sha256, bytes).await {
            Ok(()) => runtime.load(&revision.sha256, sandbox).await,
            Err(error) => Err(error),
        };
        let plugin = match plugin {
            Ok(plugin) => plugin,
            Err(error) => return Ok(Load::Failed(story(&error))),
        };
        let slots = SlotPool::new(revision.spec.instances as usize);
        let health = &revision.spec.health_check;
        let group = RevisionGroup::new(labels, plugin, slots, health.latency_p99_ms.map(Duration::from_millis));
        let prober = match &health.http {
            Some(probe) => {
                let look = Arc::new(Notify::new());
                let task =
                    prober::probe_for_ever(self.tools.gateway.clone(), group.clone(), probe.clone(), self.mail.clone(), look.clone());
                Some(Prober { look, _task: AbortOnDropHandle::new(tokio::spawn(task)) })
            }
            None => {
                (0..group.slots().len()).for_each(|ordinal| group.slots().mark(ordinal, SlotState::Available));
                None
            }
        };
        tracing::info!(revision = number, plugin = %revision.spec.plugin, version = %revision.resolved_version, instances = revision.spec.instances, "revision loaded");
        self.loaded.insert(number, Loaded { group, since: clock::now(), revision: stored, prober });
        Ok(Load::Done)
    }

    /// The secrets of a revision in clear, or why they cannot be had.
    async fn secrets(&self, stored: &StoredRevision) -> Result<std::result::Result<BTreeMap<String, String>, String>> {
        let Some(pinned) = &stored.secret else { return Ok(Ok(BTreeMap::new())) };
        let mut tx = self.tools.store.read().await.map_err(error::store)?;
        let Some(sealed) = tx.secret(&pinned.id).await.map_err(error::store)? else {
            return Ok(Err("its secrets are not kept any more".to_owned()));
        };
        Ok(self.tools.master_key.open(&sealed).map(Secrets::into_revealed).map_err(|error| error.to_string()))
    }

    async fn revision(&self, number: u64) -> Result<StoredRevision> {
        let mut tx = self.tools.store.read().await.map_err(error::store)?;
        let found = tx.revision(&self.id, number).await.map_err(error::store)?;
        found.ok_or_else(|| error::internal(&std::io::Error::other(format!("revision {number} of {} is missing", self.id))))
    }

    /// Lets all other revisions go: they must be out of the route. Their last requests are answered in the background.
    pub(super) fn unload_all_but(&mut self, keep: &[u64]) {
        let gone: Vec<u64> = self.loaded.keys().copied().filter(|number| !keep.contains(number)).collect();
        for number in gone {
            if let Some(loaded) = self.loaded.remove(&number) {
                let components = self.tools.components.clone();
                tokio::spawn(async move {
                    loaded.finish(number).await;
                    let digest = loaded.revision.revision.sha256;
                    drop(loaded);
                    if let Err(problem) = components.collect(&digest).await {
                        tracing::warn!(%digest, %problem, "a component that may be unused was not collected");
                    }
                });
            }
        }
    }

    /// Waits until a revision that is out of the route has answered its last request, and lets it go.
    pub(super) async fn drain(&mut self, number: u64) {
        if let Some(loaded) = self.loaded.remove(&number) {
            loaded.finish(number).await;
        }
    }
}

impl Loaded {
    /// What was asked for.
    pub(super) fn spec(&self) -> &DeploymentSpec {
        &self.revision.revision.spec
    }

    /// How many instances it has.
    pub(super) fn instances(&self) -> u32 {
        u32::try_from(self.group.slots().len()).unwrap_or(u32::MAX)
    }

    /// Has so many instances from now on. New ones serve once they are known to be well; `well`: they are.
    pub(super) fn resize(&self, instances: u32, well: bool) {
        let state = if well || self.prober.is_none() { SlotState::Available } else { SlotState::Starting };
        self.group.slots().resize(instances as usize, state);
        if let Some(prober) = &self.prober {
            prober.look.notify_one();
        }
    }

    /// No request outlives its own timeout, so neither does this by much.
    async fn finish(&self, number: u64) {
        let limit = self.revision.revision.spec.sandbox.timeout + Span::from_secs(5);
        match tokio::time::timeout(limit.to_std(), self.group.drain()).await {
            Ok(()) => tracing::info!(revision = number, "revision drained"),
            Err(_) => tracing::warn!(revision = number, "revision still had requests after {limit}; they end with it"),
        }
    }
}

/// A runtime's error with its causes, for people.
fn story(error: &RuntimeError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
