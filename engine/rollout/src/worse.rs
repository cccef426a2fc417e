//! Whether the new revision is surely worse than the old one, by more than it may be.
//!
//! Errors: if the new one failed exactly `1 + x` times as often, a request that failed would be one of the new one's with the
//! probability `(1 + x) s / ((1 + x) s + 1 - s)`, where `s` is its share of the requests, whatever the rate is. So "worse by more" is
//! the one-sided test of [`crate::exceeds`] over the failures alone. Latency: the bound is fixed when the new one first gets traffic,
//! from what the old one took until then; 1 % of the answers may be slower.

use crate::sequential::{ALPHA, exceeds};
use crate::{Counts, LatencyBound, Progress, Reason, Spec};

pub(crate) fn than_the_old_one(spec: &Spec, progress: &Progress, new: Counts, old: Counts) -> Option<Reason> {
    let compare = spec.health_check.compare?;
    if let Some(more_percent) = compare.error_rate
        && old.requests > 0
        && new.requests > 0
    {
        let share = new.requests as f64 / (new.requests + old.requests) as f64;
        let most = (1.0 + more_percent / 100.0) * share;
        if exceeds(new.failures + old.failures, new.failures, most / (most + 1.0 - share), ALPHA) {
            return Some(Reason::WorseErrors { new, old, more_percent });
        }
    }
    if let (Some(more_percent), Some(than_ms), None) = (compare.latency, progress.slower_than_ms, spec.ab_test())
        && exceeds(new.requests, new.slower, LatencyBound::RATE, ALPHA)
    {
        return Some(Reason::WorseLatency { requests: new.requests, slower: new.slower, than_ms, more_percent });
    }
    None
}
