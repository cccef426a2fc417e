//! What is remembered of a slot's health probes. When to probe, and what follows, is the prober's.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

/// One probe of one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// When it ended.
    pub at: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// `Ok` with what the plugin answered, or why the probe failed.
    pub result: Result<String, String>,
}

/// The last probes of one slot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProbeHistory {
    last: VecDeque<Probe>,
    consecutive_failures: u32,
    consecutive_successes: u32,
}

impl ProbeHistory {
    /// How many probes are remembered.
    pub const KEPT: usize = 16;

    /// Adds a probe; the oldest is forgotten once [`Self::KEPT`] are held.
    pub fn record(&mut self, probe: Probe) {
        if probe.result.is_ok() {
            self.consecutive_successes = self.consecutive_successes.saturating_add(1);
            self.consecutive_failures = 0;
        } else {
            self.consecutive_failures = self.consecutive_failures.saturating_add(1);
            self.consecutive_successes = 0;
        }
        if self.last.len() == Self::KEPT {
            self.last.pop_front();
        }
        self.last.push_back(probe);
    }

    /// The probes remembered, oldest first.
    pub fn probes(&self) -> impl DoubleEndedIterator<Item = &Probe> {
        self.last.iter()
    }

    /// The last probe.
    #[must_use]
    pub fn last(&self) -> Option<&Probe> {
        self.last.back()
    }

    /// How many probes failed since the last that passed.
    #[must_use]
    pub fn consecutive_failures(&self) -> u32 {
        self.consecutive_failures
    }

    /// How many probes passed since the last that failed.
    #[must_use]
    pub fn consecutive_successes(&self) -> u32 {
        self.consecutive_successes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(result: Result<&str, &str>) -> Probe {
        Probe { at: SystemTime::UNIX_EPOCH, took: Duration::from_millis(1), result: result.map(Into::into).map_err(Into::into) }
    }

    #[test]
    fn a_passed_probe_ends_a_run_of_failures() {
        let mut history = ProbeHistory::default();
        history.record(probe(Err("500")));
        history.record(probe(Err("500")));
        assert_eq!(history.consecutive_failures(), 2);
        history.record(probe(Ok("200")));
        assert_eq!(history.consecutive_failures(), 0);
        assert_eq!(history.consecutive_successes(), 1);
        assert_eq!(history.last(), Some(&probe(Ok("200"))));
    }

    #[test]
    fn only_the_last_probes_are_kept_but_the_run_is_counted_on() {
        let mut history = ProbeHistory::default();
        for _ in 0..100 {
            history.record(probe(Err("refused")));
        }
        assert_eq!(history.probes().count(), ProbeHistory::KEPT);
        assert_eq!(history.consecutive_failures(), 100);
    }
}
