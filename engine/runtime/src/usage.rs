//! What a plugin's calls used. Prices and quotas are not here.

use std::collections::BTreeMap;
use std::time::Duration;

/// What the calls of one loaded plugin used so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// Calls begun.
    pub calls: u64,
    /// Faults by [`crate::Fault::kind`], those after the head of a response included.
    pub faults: BTreeMap<&'static str, u64>,
    /// Time spent executing: the sum over all calls, host functions included, waiting excluded.
    pub cpu: Duration,
    /// Linear memory held by running sandboxes now, in bytes.
    pub memory_now: u64,
    /// The most linear memory one sandbox held, in bytes.
    pub memory_peak: u64,
}
