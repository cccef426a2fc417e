//! What the calls of one loaded plugin use: counted while they run, read as a `Usage`.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hotswap_runtime::{Fault, Usage};

/// The counters of one loaded plugin.
#[derive(Default)]
pub(crate) struct Meter {
    calls: AtomicU64,
    cpu_nanos: AtomicU64,
    memory_now: AtomicU64,
    memory_peak: AtomicU64,
    faults: Mutex<BTreeMap<&'static str, u64>>,
}

impl Meter {
    pub(crate) fn call_begun(&self) {
        self.calls.fetch_add(1, Relaxed);
    }

    pub(crate) fn faulted(&self, fault: &Fault) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        *faults.entry(fault.kind()).or_default() += 1;
    }

    /// One sandbox grew by this much, to this much.
    pub(crate) fn memory_grown(&self, grown: u64, total: u64) {
        self.memory_now.fetch_add(grown, Relaxed);
        self.memory_peak.fetch_max(total, Relaxed);
    }

    pub(crate) fn memory_freed(&self, freed: u64) {
        self.memory_now.fetch_sub(freed, Relaxed);
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            calls: self.calls.load(Relaxed),
            faults: self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            cpu: Duration::from_nanos(self.cpu_nanos.load(Relaxed)),
            memory_now: self.memory_now.load(Relaxed),
            memory_peak: self.memory_peak.load(Relaxed),
        }
    }
}

/// A future whose time inside `poll` is counted as the plugin's.
pub(crate) struct Metered<F> {
    future: Pin<Box<F>>,
    meter: Arc<Meter>,
}

impl<F> Metered<F> {
    pub(crate) fn new(future: F, meter: Arc<Meter>) -> Self {
        Self { future: Box::pin(future), meter }
    }
}

impl<F: Future> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let begun = Instant::now();
        let polled = self.future.as_mut().poll(context);
        let nanos = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.meter.cpu_nanos.fetch_add(nanos, Relaxed);
        polled
    }
}
