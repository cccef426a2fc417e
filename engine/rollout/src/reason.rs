//! Why a rollout goes back or stops: facts, a stable word, and a sentence for people.

use std::fmt;

use hotswap_model::Span;
use serde::{Deserialize, Serialize};

use crate::text::{Grouped, Percent};
use crate::{ALPHA, Comparison, Counts, LatencyBound};

/// Why a rollout goes back or stops. Its text is a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// More requests fail than may.
    ErrorRate {
        /// Requests seen.
        requests: u64,
        /// Of these, failed.
        failures: u64,
        /// The fraction that may fail.
        bound: f64,
    },
    /// More than 1 % of the requests are slow.
    Latency {
        /// Requests seen.
        requests: u64,
        /// Of these, slow.
        slow: u64,
        /// Milliseconds from which on one is slow.
        bound_ms: u64,
    },
    /// More of its requests fail than of the old revision's, by more than may be.
    WorseErrors {
        /// The new revision's requests.
        new: Counts,
        /// The old revision's, in the same time.
        old: Counts,
        /// By how many percent it may be more.
        more_percent: f64,
    },
    /// More than 1 % of the requests are slower than the old revision's by more than may be.
    WorseLatency {
        /// Requests seen.
        requests: u64,
        /// Of these, slower.
        slower: u64,
        /// Milliseconds from which on one is slower.
        than_ms: u64,
        /// By how many percent it may be more than the old revision's.
        more_percent: f64,
    },
    /// An A/B test that the new revision didn't win.
    Compared {
        /// Both, with what came out.
        comparison: Comparison,
    },
    /// A smoke test was answered otherwise than it must be.
    SmokeTest {
        /// Which, and how.
        message: String,
    },
    /// A webhook that matters failed.
    Webhook {
        /// Which, and how.
        message: String,
    },
    /// A stage that has a deadline of its own took too long.
    NotPromoted {
        /// The time it had.
        after: Span,
        /// Which.
        stage: String,
        /// What it waited for.
        waiting_for: String,
    },
    /// An instance that was available fails its probes.
    Probes {
        /// Which instance.
        ordinal: u32,
        /// Probes it failed in a row.
        failed: u32,
        /// Instances that are available.
        available: u32,
        /// Instances that should be.
        wanted: u32,
        /// What came of the last probe.
        last_error: String,
    },
    /// The instances did not become available in time.
    NotAvailable {
        /// Instances that are available.
        available: u32,
        /// Instances that should be.
        wanted: u32,
        /// The time they had: `healthy_deadline`.
        after: Span,
        /// What came of the last probe that failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_error: Option<String>,
    },
    /// The rollout as a whole took too long.
    ProgressDeadline {
        /// The time it had: `progress_deadline`.
        after: Span,
        /// Where it was.
        stage: String,
        /// What it waited for.
        waiting_for: String,
    },
    /// The revision could not be loaded.
    LoadFailed {
        /// What the runtime says.
        message: String,
    },
    /// Somebody asked for it.
    Requested {
        /// Who.
        by: String,
    },
}

impl Reason {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ErrorRate { .. } => "error_rate",
            Self::Latency { .. } => "latency",
            Self::WorseErrors { .. } => "worse_errors",
            Self::WorseLatency { .. } => "worse_latency",
            Self::Compared { .. } => "compared",
            Self::SmokeTest { .. } => "smoke_test",
            Self::Webhook { .. } => "webhook",
            Self::NotPromoted { .. } => "not_promoted",
            Self::Probes { .. } => "probes",
            Self::NotAvailable { .. } => "not_available",
            Self::ProgressDeadline { .. } => "progress_deadline",
            Self::LoadFailed { .. } => "load_failed",
            Self::Requested { .. } => "requested",
        }
    }
}

/// How likely the test that found it was to find it by mistake.
struct Odds;

impl fmt::Display for Odds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(odds 1 : {} of a false alarm)", Grouped((1.0 / ALPHA).round() as u64))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: u64, whole: u64| Percent(part as f64 / whole.max(1) as f64);
        match self {
            Self::ErrorRate { requests, failures, bound } => {
                let (rate, bound) = (share(*failures, *requests), Percent(*bound));
                write!(
                    f,
                    "error rate {rate} is over the bound of {bound}: {} of {} requests failed {}",
                    Grouped(*failures),
                    Grouped(*requests),
                    Odds
                )
            }
            Self::Latency { requests, slow, bound_ms } => {
                let (rate, bound_ms, may) = (share(*slow, *requests), Grouped(*bound_ms), Percent(LatencyBound::RATE));
                write!(
                    f,
                    "{rate} of requests took longer than {bound_ms} ms, at most {may} may: {} of {} {}",
                    Grouped(*slow),
                    Grouped(*requests),
                    Odds
                )
            }
            Self::WorseErrors { new, old, more_percent } => {
                let (rate, old_rate) = (share(new.failures, new.requests), share(old.failures, old.requests));
                write!(
                    f,
                    "error rate {rate} is more than the old version's {old_rate} by more than {}: {} of {} requests failed, and {} of {} there {Odds}",
                    Percent(more_percent / 100.0),
                    Grouped(new.failures),
                    Grouped(new.requests),
                    Grouped(old.failures),
                    Grouped(old.requests),
                )
            }
            Self::WorseLatency { requests, slower, than_ms, more_percent } => {
                write!(
                    f,
                    "{} of requests took longer than {} ms, the old version's 99th percentile and {} more; at most {} may: {} of {} {Odds}",
                    share(*slower, *requests),
                    Grouped(*than_ms),
                    Percent(more_percent / 100.0),
                    Percent(LatencyBound::RATE),
                    Grouped(*slower),
                    Grouped(*requests),
                )
            }
            Self::Compared { comparison } => write!(f, "{comparison}"),
            Self::SmokeTest { message } => write!(f, "a smoke test failed: {message}"),
            Self::Webhook { message } => write!(f, "a webhook failed: {message}"),
            Self::NotPromoted { after, stage, waiting_for } => {
                write!(f, "{stage} was not over within {after}: it waited for {waiting_for}")
            }
            Self::Probes { ordinal, failed, available, wanted, last_error } => {
                write!(
                    f,
                    "instance {ordinal} failed {failed} probes in a row ({last_error}): {available} of {wanted} instances are available"
                )
            }
            Self::NotAvailable { available, wanted, after, last_error } => {
                write!(f, "{available} of {wanted} instances became available within {after}")?;
                last_error.iter().try_for_each(|error| write!(f, "; the last probe: {error}"))
            }
            Self::ProgressDeadline { after, stage, waiting_for } => {
                write!(f, "the rollout was not complete within {after}: in {stage} it waited for {waiting_for}")
            }
            Self::LoadFailed { message } => write!(f, "the revision could not be loaded: {message}"),
            Self::Requested { by } => write!(f, "requested by {by}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Measure, Outcome};

    fn all() -> Vec<Reason> {
        vec![
            Reason::ErrorRate { requests: 12_141, failures: 1_034, bound: 0.005 },
            Reason::Latency { requests: 300, slow: 12, bound_ms: 1_500 },
            Reason::Probes { ordinal: 2, failed: 3, available: 3, wanted: 4, last_error: "status 503".into() },
            Reason::NotAvailable { available: 1, wanted: 4, after: Span::from_secs(300), last_error: Some("status 503".into()) },
            Reason::NotAvailable { available: 0, wanted: 4, after: Span::from_secs(90), last_error: None },
            Reason::ProgressDeadline {
                after: Span::from_secs(600),
                stage: "stage 1 of 3 (10 %)".into(),
                waiting_for: "requests: 37 of 100 seen".into(),
            },
            Reason::LoadFailed { message: "unknown import `wasi:sockets/tcp`".into() },
            Reason::WorseErrors {
                new: Counts { requests: 1_000, failures: 60, ..Counts::default() },
                old: Counts { requests: 9_000, failures: 90, ..Counts::default() },
                more_percent: 50.0,
            },
            Reason::WorseLatency { requests: 1_200, slower: 60, than_ms: 84, more_percent: 100.0 },
            Reason::Compared {
                comparison: Comparison {
                    a: Counts { requests: 1_000, failures: 2, slower: 100, ..Counts::default() },
                    b: Counts { requests: 1_000, failures: 40, slower: 90, ..Counts::default() },
                    outcome: Some(Outcome::A { by: Measure::Errors }),
                },
            },
            Reason::SmokeTest { message: "GET /health answered 503, not 200".into() },
            Reason::Webhook { message: "https://example.com/before answered 500".into() },
            Reason::NotPromoted {
                after: Span::from_secs(86_400),
                stage: "stage 1 of 3 (10 %)".into(),
                waiting_for: "somebody to promote it".into(),
            },
            Reason::Requested { by: "admin".into() },
        ]
    }

    #[test]
    fn every_reason_is_a_sentence() {
        let sentences: Vec<_> = all().iter().map(Reason::to_string).collect();
        insta::assert_snapshot!(sentences.join("\n"));
    }

    #[test]
    fn every_reason_reads_back_and_carries_its_code() {
        for reason in all() {
            let json = serde_json::to_value(&reason).unwrap();
            assert_eq!(json["code"], reason.code());
            assert_eq!(serde_json::from_value::<Reason>(json).unwrap(), reason);
        }
    }
}
