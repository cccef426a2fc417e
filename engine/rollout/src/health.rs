//! Whether a revision is well, as far as its requests tell. Probes and deadlines are in [`crate::decide`].

use std::fmt;
use std::ops::Add;

use hotswap_model::HealthCheck;
use serde::{Deserialize, Serialize};

use crate::Reason;
use crate::sequential::{ALPHA, exceeds, first_in};
use crate::text::{Grouped, Percent};

/// What came of the requests that the new revision was given since the rollout began. Only rises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Requests that were answered, one way or another.
    pub requests: u64,
    /// Of these, the ones that failed.
    pub failures: u64,
    /// Of these, the ones that took longer than `latency_p99_ms`.
    pub slow: u64,
    /// Of these, the ones that took longer than [`crate::Progress::slower_than_ms`].
    pub slower: u64,
}

impl Add for Counts {
    type Output = Counts;

    fn add(self, other: Counts) -> Counts {
        Counts {
            requests: self.requests.saturating_add(other.requests),
            failures: self.failures.saturating_add(other.failures),
            slow: self.slow.saturating_add(other.slow),
            slower: self.slower.saturating_add(other.slower),
        }
    }
}

impl Counts {
    /// What came after `base` was read. If the count has begun anew since then, that is all of it.
    pub fn since(self, base: Counts) -> Counts {
        // `slower` is counted from a later moment on than the others, and may begin anew alone.
        let slower = self.slower.checked_sub(base.slower).unwrap_or(self.slower);
        match (self.requests.checked_sub(base.requests), self.failures.checked_sub(base.failures), self.slow.checked_sub(base.slow)) {
            (Some(requests), Some(failures), Some(slow)) => Counts { requests, failures, slow, slower },
            _ => self,
        }
    }
}

/// What requests may do. Each bound is a sequential test of its own with [`ALPHA`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// The fraction of requests that may fail.
    pub error_rate: Option<f64>,
    /// How many may be slow, and what slow is.
    pub latency: Option<LatencyBound>,
    /// Requests without which nothing is known.
    pub min_requests: u64,
}

/// At most 1 % of the requests may take longer than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatencyBound {
    /// Milliseconds.
    pub p99_ms: u64,
}

impl LatencyBound {
    /// The fraction of requests that may be slow: what a 99th percentile is.
    pub const RATE: f64 = 0.01;
}

impl From<&HealthCheck> for Bounds {
    fn from(check: &HealthCheck) -> Self {
        Self {
            error_rate: check.error_rate.map(|percent| percent / 100.0),
            latency: check.latency_p99_ms.map(|p99_ms| LatencyBound { p99_ms }),
            min_requests: check.min_requests,
        }
    }
}

/// How well a revision is.
#[derive(Debug, Clone, PartialEq)]
pub enum Health {
    /// Within every bound, as seen.
    Healthy,
    /// Over a bound as seen, by too little or over too few requests to be sure.
    Degraded,
    /// Over a bound, at most one time in 1,000 by mistake.
    Unhealthy(Reason),
    /// Too few requests to say anything.
    Unknown {
        /// Requests seen.
        seen: u64,
        /// Requests asked for by `min_requests`.
        needed: u64,
    },
}

/// How well a revision is, and the numbers behind it. Its text is a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// How well.
    pub health: Health,
    /// Over what.
    pub counts: Counts,
    /// By what measure.
    pub bounds: Bounds,
}

impl Verdict {
    /// Judges `counts` by `bounds`.
    ///
    /// Enough evidence against a revision is enough, even before `min_requests` have been seen.
    pub fn of(bounds: Bounds, counts: Counts) -> Verdict {
        Verdict { health: health(bounds, counts), counts, bounds }
    }

    /// Why a rollout must go back, if it must.
    pub fn unhealthy(&self) -> Option<&Reason> {
        match &self.health {
            Health::Unhealthy(reason) => Some(reason),
            _ => None,
        }
    }
}

fn health(bounds: Bounds, counts: Counts) -> Health {
    let Counts { requests, failures, slow, .. } = counts;
    let mut degraded = false;
    if let Some(bound) = bounds.error_rate {
        if exceeds(requests, failures, bound, ALPHA) {
            return Health::Unhealthy(Reason::ErrorRate { requests, failures, bound });
        }
        degraded |= failures as f64 > bound * requests as f64;
    }
    if let Some(bound) = bounds.latency {
        if exceeds(requests, slow, LatencyBound::RATE, ALPHA) {
            return Health::Unhealthy(Reason::Latency { requests, slow, bound_ms: bound.p99_ms });
        }
        degraded |= slow as f64 > LatencyBound::RATE * requests as f64;
    }
    match degraded {
        _ if requests == 0 || requests < bounds.min_requests => Health::Unknown { seen: requests, needed: bounds.min_requests },
        true => Health::Degraded,
        false => Health::Healthy,
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.health {
            Health::Healthy => f.write_str("healthy")?,
            Health::Degraded => f.write_str("degraded, not yet surely")?,
            Health::Unhealthy(reason) => return write!(f, "unhealthy: {reason}"),
            Health::Unknown { seen: 0, needed: 0 } => return f.write_str("unknown: no requests yet"),
            Health::Unknown { seen, needed } => {
                return write!(f, "unknown: {} of the {} requests it takes", Grouped(*seen), Grouped(*needed));
            }
        }
        let Counts { requests, failures, slow, .. } = self.counts;
        let share = |part: u64| Percent(part as f64 / requests.max(1) as f64);
        write!(f, ": {} of {} requests failed ({}", Grouped(failures), Grouped(requests), share(failures))?;
        match self.bounds.error_rate {
            Some(bound) => write!(f, ", bound {})", Percent(bound))?,
            None => f.write_str(")")?,
        }
        if let Some(bound) = self.bounds.latency {
            let bound_ms = Grouped(bound.p99_ms);
            write!(f, ", {} took longer than {bound_ms} ms ({}, bound {})", Grouped(slow), share(slow), Percent(LatencyBound::RATE))?;
        }
        Ok(())
    }
}

/// The least failure rate that this many requests catch more often than not; `None` if they are too few for any.
///
/// `bound` is a fraction, and so is the answer. Counted at the last of the requests; the test looks after each, so it
/// catches a little more than this says.
pub fn detectable_rate(requests: u64, bound: f64) -> Option<f64> {
    if !exceeds(requests, requests, bound, ALPHA) {
        return None;
    }
    // Half of the time at least `k` of `n` requests fail if the rate is k / n.
    let failures = first_in(0, requests, |failures| exceeds(requests, failures, bound, ALPHA));
    Some(failures as f64 / requests as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(min_requests: u64) -> Bounds {
        Bounds::from(&HealthCheck { error_rate: Some(5.0), latency_p99_ms: Some(200), min_requests, ..HealthCheck::default() })
    }

    fn verdict(min_requests: u64, requests: u64, failures: u64, slow: u64) -> String {
        Verdict::of(bounds(min_requests), Counts { requests, failures, slow, slower: 0 }).to_string()
    }

    #[test]
    fn a_verdict_is_a_sentence_with_its_numbers() {
        assert_eq!(verdict(0, 0, 0, 0), "unknown: no requests yet");
        assert_eq!(verdict(100, 99, 1, 0), "unknown: 99 of the 100 requests it takes");
        assert_eq!(
            verdict(100, 1_200, 3, 1),
            "healthy: 3 of 1,200 requests failed (0.25 %, bound 5 %), 1 took longer than 200 ms (0.083 %, bound 1 %)"
        );
        assert_eq!(
            verdict(0, 10, 1, 0),
            "degraded, not yet surely: 1 of 10 requests failed (10 %, bound 5 %), 0 took longer than 200 ms (0 %, bound 1 %)"
        );
        assert_eq!(
            verdict(0, 141, 34, 0),
            "unhealthy: error rate 24.1 % is over the bound of 5 %: 34 of 141 requests failed (odds 1 : 1,000 of a false alarm)"
        );
        assert_eq!(
            verdict(0, 50, 0, 9),
            "unhealthy: 18 % of requests took longer than 200 ms, at most 1 % may: 9 of 50 (odds 1 : 1,000 of a false alarm)"
        );
    }

    #[test]
    fn enough_evidence_needs_no_minimum_of_requests() {
        assert!(Verdict::of(bounds(1_000), Counts { requests: 3, failures: 3, slow: 0, slower: 0 }).unhealthy().is_some());
    }

    #[test]
    fn what_is_not_bounded_does_not_count() {
        let none = Bounds { error_rate: None, latency: None, min_requests: 0 };
        assert_eq!(Verdict::of(none, Counts { requests: 100, failures: 100, slow: 100, slower: 0 }).health, Health::Healthy);
    }

    #[test]
    fn a_count_that_began_anew_counts_from_there() {
        let base = Counts { requests: 100, failures: 5, slow: 1, slower: 0 };
        assert_eq!(
            Counts { requests: 150, failures: 6, slow: 1, slower: 0 }.since(base),
            Counts { requests: 50, failures: 1, slow: 0, slower: 0 }
        );
        let anew = Counts { requests: 7, failures: 0, slow: 0, slower: 0 };
        assert_eq!(anew.since(base), anew);
    }

    #[test]
    fn more_requests_catch_lesser_rates() {
        assert_eq!(detectable_rate(2, 0.05), None);
        assert_eq!(detectable_rate(3, 0.05), Some(1.0));
        let rates: Vec<f64> = [10, 150, 1_000, 100_000].iter().filter_map(|n| detectable_rate(*n, 0.05)).collect();
        assert!(rates.is_sorted_by(|more, less| more > less), "{rates:?}");
        assert!((0.13..0.17).contains(&rates[1]), "{rates:?}");
        assert!(rates[3] < 0.06 && rates[3] > 0.05, "{rates:?}");
    }
}
