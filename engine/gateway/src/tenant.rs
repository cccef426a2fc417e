//! What a tenant may ask of the gateway. Quotas on what it may hold are not the gateway's.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// Whether a tenant is served, and how fast it may ask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TenantPolicy {
    /// Answer 403 to all its requests.
    pub suspended: bool,
    /// Requests a second over all its deployments; none: without limit.
    pub requests_per_second: Option<u32>,
    /// Requests that may come at once before the rate counts; none: as many as the rate.
    pub burst: Option<u32>,
}

/// A policy in force.
pub(crate) struct Admission {
    pub(crate) policy: TenantPolicy,
    limiter: Option<DefaultDirectRateLimiter>,
}

impl Admission {
    pub(crate) fn new(policy: TenantPolicy) -> Self {
        // A rate of 0 lets nothing through by way of suspension, not of a limiter, which can't express it.
        let limiter = policy.requests_per_second.and_then(NonZeroU32::new).map(|rate| {
            let burst = policy.burst.and_then(NonZeroU32::new).unwrap_or(rate);
            RateLimiter::direct(Quota::per_second(rate).allow_burst(burst))
        });
        Self { policy, limiter }
    }

    /// Spends one request, or says how long to wait until the next is allowed.
    pub(crate) fn spend(&self) -> Result<(), Duration> {
        match (&self.limiter, self.policy.requests_per_second) {
            (Some(limiter), _) => limiter.check().map_err(|until| until.wait_time_from(DefaultClock::default().now())),
            (None, Some(_)) => Err(Duration::from_secs(60)),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_next_is_told_how_long_to_wait() {
        let admission = Admission::new(TenantPolicy { requests_per_second: Some(1), burst: Some(3), ..TenantPolicy::default() });
        for _ in 0..3 {
            admission.spend().unwrap();
        }
        let wait = admission.spend().unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
    }

    #[test]
    fn no_rate_is_no_limit_and_a_rate_of_nothing_lets_nothing_through() {
        let free = Admission::new(TenantPolicy::default());
        assert!((0..10_000).all(|_| free.spend().is_ok()));
        let none = Admission::new(TenantPolicy { requests_per_second: Some(0), ..TenantPolicy::default() });
        assert!(none.spend().is_err());
    }
}
