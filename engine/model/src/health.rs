//! When a revision counts as healthy: bounds on what is seen of it, and how long to look.

use serde::{Deserialize, Serialize};

use crate::Span;
use crate::fault::Collector;

/// When a revision counts as healthy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthCheck {
    /// Asks every instance over HTTP whether it is well; absent: an instance is available once it is loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpProbe>,
    /// Percent of requests that may fail, more than 0 and less than 100; null: failures do not count.
    pub error_rate: Option<f64>,
    /// Milliseconds within which 99 of 100 requests must be answered; absent: latency does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_p99_ms: Option<u64>,
    /// Bounds against the old revision, over the same time; absent: it isn't compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// Requests a stage must have seen before it may be left; 0: time alone decides.
    pub min_requests: u64,
    /// What happens when a stage's time has passed and it hasn't seen `min_requests`.
    #[serde(skip_serializing_if = "NoTraffic::is_wait")]
    pub no_traffic: NoTraffic,
    /// How long the new revision must have been healthy with all traffic before the rollout is complete.
    pub min_healthy_time: Span,
    /// How long the new revision's instances may take to become available.
    pub healthy_deadline: Span,
    /// How long the whole rollout may take; stages that wait for somebody, or compare variants, have deadlines of their own and
    /// aren't counted.
    pub progress_deadline: Span,
    /// How long a stage may wait for somebody to promote it.
    #[serde(skip_serializing_if = "is_default_promotion_deadline")]
    pub promotion_deadline: Span,
}

/// How much worse than the old revision the new one may be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Compare {
    /// By how many percent of the old one's its error rate may be higher; null: it isn't compared.
    pub error_rate: Option<f64>,
    /// By how many percent of the old one's its 99th percentile may be higher; null: it isn't compared.
    pub latency: Option<f64>,
}

impl Default for Compare {
    fn default() -> Self {
        Self { error_rate: Some(50.0), latency: Some(100.0) }
    }
}

/// What happens when a stage's time has passed without enough requests to judge it by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NoTraffic {
    /// It waits for them.
    #[default]
    Wait,
    /// The platform asks the missing ones itself, at the path of `http`; they count for nobody else.
    Probe,
    /// It goes on without.
    Proceed,
}

impl NoTraffic {
    /// The names of the choices.
    pub const NAMES: &[&str] = &["wait", "probe", "proceed"];

    /// Every choice.
    pub const ALL: [NoTraffic; 3] = [NoTraffic::Wait, NoTraffic::Probe, NoTraffic::Proceed];

    /// The choice as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            NoTraffic::Wait => "wait",
            NoTraffic::Probe => "probe",
            NoTraffic::Proceed => "proceed",
        }
    }

    /// The choice of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == name)
    }

    fn is_wait(&self) -> bool {
        *self == Self::Wait
    }
}

fn is_default_promotion_deadline(deadline: &Span) -> bool {
    *deadline == HealthCheck::DEFAULT_PROMOTION_DEADLINE
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            http: None,
            error_rate: Some(5.0),
            latency_p99_ms: None,
            compare: None,
            min_requests: 0,
            no_traffic: NoTraffic::Wait,
            min_healthy_time: Span::from_secs(10),
            healthy_deadline: Span::from_secs(300),
            progress_deadline: Span::from_secs(600),
            promotion_deadline: Self::DEFAULT_PROMOTION_DEADLINE,
        }
    }
}

/// A probe over HTTP, sent to each instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HttpProbe {
    /// The path asked for; a status from 200 to 399 means well.
    pub path: String,
    /// From one probe of an instance to its next.
    #[serde(default = "HttpProbe::default_interval")]
    pub interval: Span,
    /// How long an answer may take.
    #[serde(default = "HttpProbe::default_timeout")]
    pub timeout: Span,
    /// Failures in a row after which an instance counts as unavailable.
    #[serde(default = "HttpProbe::default_unhealthy_after")]
    pub unhealthy_after: u32,
}

impl HttpProbe {
    /// The interval where nothing is said.
    pub fn default_interval() -> Span {
        Span::from_secs(10)
    }

    /// The timeout where nothing is said.
    pub fn default_timeout() -> Span {
        Span::from_secs(2)
    }

    /// The failures in a row where nothing is said.
    pub fn default_unhealthy_after() -> u32 {
        3
    }
}

impl HealthCheck {
    /// How long a stage may wait for somebody where nothing is said: a day.
    pub const DEFAULT_PROMOTION_DEADLINE: Span = Span::from_secs(24 * 3_600);

    pub(crate) fn collect(&self, holds: Span, faults: &mut Collector) {
        if let Some(rate) = self.error_rate {
            faults.check(rate > 0.0 && rate < 100.0, "health_check.error_rate", || {
                format!("is {rate}; it is a percentage, more than 0 and less than 100")
            });
        }
        faults.check(self.latency_p99_ms != Some(0), "health_check.latency_p99_ms", || "must be at least 1".into());
        if let Some(compare) = &self.compare {
            for (field, percent) in [("error_rate", compare.error_rate), ("latency", compare.latency)] {
                let Some(percent) = percent else { continue };
                faults.check(percent > 0.0 && percent.is_finite(), &format!("health_check.compare.{field}"), || {
                    format!("is {percent}; it is a percentage, more than 0")
                });
            }
        }
        faults.check(self.no_traffic != NoTraffic::Probe || self.http.is_some(), "health_check.no_traffic", || {
            "is \"probe\", but there is no `http` to say which path to ask".into()
        });
        faults.check(self.promotion_deadline > Span::ZERO, "health_check.promotion_deadline", || "must be more than 0s".into());
        if let Some(probe) = &self.http {
            faults.check(probe.path.starts_with('/') && !probe.path.contains(char::is_whitespace), "health_check.http.path", || {
                format!("is {:?}; it must begin with / and have no spaces", probe.path)
            });
            faults.check(probe.interval >= Span::from_millis(100), "health_check.http.interval", || "must be at least 100ms".into());
            faults.check(probe.timeout >= Span::from_millis(10), "health_check.http.timeout", || "must be at least 10ms".into());
            faults.check(probe.unhealthy_after >= 1, "health_check.http.unhealthy_after", || "must be at least 1".into());
        }
        faults.check(self.healthy_deadline > Span::ZERO, "health_check.healthy_deadline", || "must be more than 0s".into());
        let least = holds + self.min_healthy_time;
        faults.check(self.progress_deadline > least, "health_check.progress_deadline", || {
            format!(
                "is {}, but the stages and min_healthy_time take at least {least}; raise it or shorten the holds",
                self.progress_deadline
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_switched_off_reads_back_as_switched_off() {
        let off = Compare { error_rate: None, latency: None };
        let check = HealthCheck { error_rate: None, compare: Some(off), ..HealthCheck::default() };
        let text = serde_json::to_string(&check).unwrap();
        assert_eq!(serde_json::from_str::<HealthCheck>(&text).unwrap(), check, "{text}");
        assert_eq!(serde_json::from_str::<HealthCheck>("{}").unwrap(), HealthCheck::default());
    }
}
