//! A/B test: both revisions serve for a while, and what they did is compared.

use serde::{Deserialize, Serialize};

use crate::Span;
use crate::fault::Collector;

/// Both revisions serve for a while, and their errors and latencies are compared. A is the old revision, B the new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AbTest {
    /// Percent of the requests that B is given, 1 to 99; of those `audience` picks, if it is given.
    pub weight: u8,
    /// Who takes part: requests with this header or cookie. Everybody else stays with A and isn't counted; absent: everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// Whether a client stays with the variant it had first: by its affinity header if it sends one, else by a cookie.
    pub sticky: bool,
    /// Requests each variant must have had before anything is said.
    pub min_requests: u64,
    /// By how many percent one must be better, of the other's rate, for it to matter.
    pub min_effect: f64,
    /// How long it is compared, at most.
    pub duration: Span,
    /// Whether what comes out is carried out; otherwise it is told, and somebody promotes or aborts.
    pub auto_promote: bool,
}

/// Requests that carry a certain header or cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Audience {
    /// The header's name; exactly one of `header` and `cookie`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The cookie's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookie: Option<String>,
    /// The value it must have; absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Default for AbTest {
    fn default() -> Self {
        Self {
            weight: 50,
            audience: None,
            sticky: true,
            min_requests: 1_000,
            min_effect: 10.0,
            duration: Span::from_secs(3_600),
            auto_promote: true,
        }
    }
}

impl AbTest {
    pub(super) fn collect(&self, faults: &mut Collector) {
        const FIELD: &str = "strategy.ab_test";
        faults.check((1..=99).contains(&self.weight), &format!("{FIELD}.weight"), || {
            format!("is {}; both variants need traffic: give a percentage from 1 to 99", self.weight)
        });
        faults.check(self.min_requests >= 1, &format!("{FIELD}.min_requests"), || "must be at least 1".into());
        faults.check(self.min_effect >= 0.0 && self.min_effect.is_finite(), &format!("{FIELD}.min_effect"), || {
            format!("is {}; it is a percentage, 0 or more", self.min_effect)
        });
        faults.check(self.duration > Span::ZERO, &format!("{FIELD}.duration"), || "must be more than 0s".into());
        let Some(audience) = &self.audience else { return };
        let token =
            |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
        match (&audience.header, &audience.cookie) {
            (Some(name), None) => {
                faults.check(token(name), &format!("{FIELD}.audience.header"), || format!("is {name:?}, which is no header's name"))
            }
            (None, Some(name)) => {
                faults.check(token(name), &format!("{FIELD}.audience.cookie"), || format!("is {name:?}, which is no cookie's name"))
            }
            (Some(_), Some(_)) => faults.add(format!("{FIELD}.audience"), "has both `header` and `cookie`; give one of them"),
            (None, None) => faults.add(format!("{FIELD}.audience"), "has neither `header` nor `cookie`; give one of them"),
        }
    }
}
