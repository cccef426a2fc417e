//! One loaded revision as the gateway sees it: the plugin, its slots, its signals. Its share of traffic is the
//! route's.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use hotswap_runtime::{Busy, Labels, Plugin, SlotGuard, SlotPool, SlotState};
use http::HeaderValue;
use tokio_util::sync::CancellationToken;

use crate::Signals;

/// One loaded revision of a deployment.
pub struct RevisionGroup {
    pub(crate) labels: Labels,
    pub(crate) plugin: Arc<dyn Plugin>,
    pub(crate) slots: SlotPool,
    pub(crate) signals: Signals,
    pub(crate) revision_header: HeaderValue,
    pub(crate) version_header: HeaderValue,
    closing: CancellationToken,
    /// Whether the gateway's metrics know it.
    pub(crate) exported: AtomicBool,
}

impl RevisionGroup {
    /// A revision that serves nobody yet. `latency_bound` is what [`crate::SignalCounts::slow`] is judged by.
    #[must_use]
    pub fn new(labels: Labels, plugin: Arc<dyn Plugin>, slots: SlotPool, latency_bound: Option<Duration>) -> Arc<Self> {
        Arc::new(Self {
            revision_header: HeaderValue::from(labels.revision),
            version_header: HeaderValue::from_str(&labels.version).unwrap_or(HeaderValue::from_static("unknown")),
            labels,
            plugin,
            slots,
            signals: Signals::new(latency_bound),
            closing: CancellationToken::new(),
            exported: AtomicBool::new(false),
        })
    }

    /// Whose revision it is.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The plugin that answers.
    #[must_use]
    pub fn plugin(&self) -> &Arc<dyn Plugin> {
        &self.plugin
    }

    /// Its slots.
    #[must_use]
    pub fn slots(&self) -> &SlotPool {
        &self.slots
    }

    /// What was seen of its user traffic.
    #[must_use]
    pub fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Waits until every request this revision accepted has ended, its response's body included; it accepts no more.
    ///
    /// Take it out of its route first. A request that chose this revision before that and comes to its slots after
    /// takes the new route. Returns at once if nothing is in flight. May be called again, and cancelled: the revision
    /// stays closed.
    pub async fn drain(&self) {
        self.slots.close();
        self.closing.cancel();
        self.slots.drain().await;
    }

    /// A free slot, waiting up to `wait` for one.
    pub(crate) async fn enter(&self, wait: Duration) -> Result<SlotGuard, Busy> {
        tokio::select! {
            biased;
            slot = self.slots.acquire(wait) => slot,
            () = self.stranded() => Err(Busy::Closed),
        }
    }

    /// Resolves if a drain begins while no slot serves: who waits then waits in vain.
    async fn stranded(&self) {
        self.closing.cancelled().await;
        if self.slots.states().contains(&SlotState::Draining) {
            std::future::pending::<()>().await;
        }
    }
}

impl fmt::Debug for RevisionGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevisionGroup").field("labels", &self.labels).field("slots", &self.slots).finish_non_exhaustive()
    }
}
