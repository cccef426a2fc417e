//! What is seen of a revision's user traffic, as counts that only grow. What follows from them is the controller's.
//! Probes are counted apart and are not in here's counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hotswap_runtime::Fault;
use tokio::sync::Notify;

use crate::Latency;
use crate::latency::{Exported, Histogram};

/// How the requests of a revision failed by the plugin's own doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PluginErrors {
    /// It answered with a status of 500 to 599.
    pub status: u64,
    /// It trapped.
    pub trap: u64,
    /// It did not finish in time.
    pub timeout: u64,
    /// It failed after it was refused memory.
    pub out_of_memory: u64,
    /// It returned without a response.
    pub no_response: u64,
    /// Its response could not be sent.
    pub bad_response: u64,
}

impl PluginErrors {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_kind().iter().map(|(_, count)| count).sum()
    }

    /// Each kind by its name: `status`, or a [`Fault::kind`].
    #[must_use]
    pub fn by_kind(&self) -> [(&'static str, u64); 6] {
        [
            ("status", self.status),
            ("trap", self.trap),
            ("timeout", self.timeout),
            ("out_of_memory", self.out_of_memory),
            ("no_response", self.no_response),
            ("bad_response", self.bad_response),
        ]
    }
}

/// The counts of a revision since it was loaded. A request is in at most one of `requests`, `dropped`, `cancelled` and
/// `client_errors`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignalCounts {
    /// Requests the plugin answered, or failed by its own doing.
    pub requests: u64,
    /// Of those, the ones it failed. Never more than `requests`.
    pub plugin_errors: u64,
    /// `plugin_errors` by kind.
    pub errors: PluginErrors,
    /// Of `requests`, those over the latency bound, failed ones included; 0 without a bound.
    pub slow: u64,
    /// What of `requests`, `plugin_errors` and `slow` is left out of what is judged: requests that named their revision, or weren't in
    /// the route's audience.
    pub aside: Aside,
    /// Requests that failed because of us: no slot in time, no sandbox, a failure of this host.
    pub dropped: u64,
    /// Requests whose client went away before the answer was complete and before the plugin failed.
    pub cancelled: u64,
    /// Requests whose client sent too large a body, or too slowly.
    pub client_errors: u64,
}

/// Requests that are left out of what is judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Aside {
    /// How many were answered, or failed by the plugin's own doing.
    pub requests: u64,
    /// Of those, the ones it failed.
    pub plugin_errors: u64,
    /// Of those, the ones over the latency bound.
    pub slow: u64,
}

/// Where a revision's traffic is counted.
#[derive(Debug)]
pub struct Signals {
    latency_bound: Option<Duration>,
    requests: AtomicU64,
    errors: [AtomicU64; 6],
    slow: AtomicU64,
    /// Requests, errors and slow ones that are left out.
    aside: [AtomicU64; 3],
    aside_latency: Histogram,
    dropped: AtomicU64,
    cancelled: AtomicU64,
    client_errors: AtomicU64,
    latency: Histogram,
    pub(crate) seconds: Exported,
    pub(crate) probes_passed: AtomicU64,
    pub(crate) probes_failed: AtomicU64,
    pub(crate) probes_skipped: AtomicU64,
    alarm: Notify,
}

/// An error of the plugin's own doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PluginError {
    Status,
    Trap,
    Timeout,
    OutOfMemory,
    NoResponse,
    BadResponse,
}

impl PluginError {
    /// The plugin's error a fault is; none if it is ours or the client's.
    pub(crate) fn of(fault: &Fault) -> Option<Self> {
        Some(match fault {
            Fault::Trap { .. } => Self::Trap,
            Fault::Timeout { .. } => Self::Timeout,
            Fault::OutOfMemory { .. } => Self::OutOfMemory,
            Fault::NoResponse => Self::NoResponse,
            other if other.is_the_plugins() => Self::BadResponse,
            _ => return None,
        })
    }
}

impl Signals {
    pub(crate) fn new(latency_bound: Option<Duration>) -> Self {
        Self {
            latency_bound,
            requests: AtomicU64::new(0),
            errors: Default::default(),
            slow: AtomicU64::new(0),
            aside: Default::default(),
            aside_latency: Histogram::default(),
            dropped: AtomicU64::new(0),
            cancelled: AtomicU64::new(0),
            client_errors: AtomicU64::new(0),
            latency: Histogram::default(),
            seconds: Exported::default(),
            probes_passed: AtomicU64::new(0),
            probes_failed: AtomicU64::new(0),
            probes_skipped: AtomicU64::new(0),
            alarm: Notify::new(),
        }
    }

    /// The counts as they are now.
    #[must_use]
    pub fn counts(&self) -> SignalCounts {
        // What is left out is written after what it is part of, and read before the rest.
        let [aside_requests, aside_errors, aside_slow] = [0, 1, 2].map(|which: usize| self.aside[which].load(Ordering::Acquire));
        // What is part of `requests` is read before it, and written after it: so never more than it.
        let [status, trap, timeout, out_of_memory, no_response, bad_response] =
            [0, 1, 2, 3, 4, 5].map(|kind: usize| self.errors[kind].load(Ordering::Acquire));
        let errors = PluginErrors { status, trap, timeout, out_of_memory, no_response, bad_response };
        let slow = self.slow.load(Ordering::Acquire);
        SignalCounts {
            aside: Aside { requests: aside_requests, plugin_errors: aside_errors, slow: aside_slow },
            requests: self.requests.load(Ordering::Acquire),
            plugin_errors: errors.total(),
            errors,
            slow,
            dropped: self.dropped.load(Ordering::Acquire),
            cancelled: self.cancelled.load(Ordering::Acquire),
            client_errors: self.client_errors.load(Ordering::Acquire),
        }
    }

    /// Latencies since the revision was loaded.
    #[must_use]
    pub fn latency(&self) -> Latency {
        self.latency.read()
    }

    /// How many requests since the revision was loaded took longer, within 1/16; without those that are left out.
    #[must_use]
    pub fn slower(&self, than: Duration) -> u64 {
        let aside = self.aside_latency.slower(than);
        self.latency.slower(than).saturating_sub(aside)
    }

    /// The bound [`SignalCounts::slow`] is judged by.
    #[must_use]
    pub fn latency_bound(&self) -> Option<Duration> {
        self.latency_bound
    }

    /// Waits until there are more plugin errors, slow or dropped requests than in `seen`, and returns the counts then.
    ///
    /// Returns at once if there already are, so none is missed between two calls. Cancel-safe.
    pub async fn changed(&self, seen: &SignalCounts) -> SignalCounts {
        loop {
            let alarm = self.alarm.notified();
            tokio::pin!(alarm);
            // Registered before the look.
            alarm.as_mut().enable();
            let now = self.counts();
            if now.plugin_errors > seen.plugin_errors || now.slow > seen.slow || now.dropped > seen.dropped {
                return now;
            }
            alarm.await;
        }
    }

    /// Counts a request the plugin answered, or failed with `error`, after `took`; `aside`: it is left out of what is judged.
    pub(crate) fn answered(&self, took: Duration, error: Option<PluginError>, aside: bool) {
        self.requests.fetch_add(1, Ordering::Release);
        self.latency.record(took);
        let slow = self.latency_bound.is_some_and(|bound| took > bound);
        if slow {
            self.slow.fetch_add(1, Ordering::Release);
        }
        if aside {
            self.aside_latency.record(took);
            self.aside[2].fetch_add(u64::from(slow), Ordering::Release);
            self.aside[0].fetch_add(1, Ordering::Release);
        }
        if let Some(error) = error {
            self.failed(error, aside);
        } else if slow {
            self.alarm.notify_waiters();
        }
    }

    /// Counts the error of a request that was counted as answered before, or is in the same breath.
    pub(crate) fn failed(&self, error: PluginError, aside: bool) {
        self.errors[error as usize].fetch_add(1, Ordering::Release);
        self.aside[1].fetch_add(u64::from(aside), Ordering::Release);
        self.alarm.notify_waiters();
    }

    pub(crate) fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Release);
        self.alarm.notify_waiters();
    }

    pub(crate) fn cancelled(&self) {
        self.cancelled.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn client_error(&self) {
        self.client_errors.fetch_add(1, Ordering::Release);
    }
}
