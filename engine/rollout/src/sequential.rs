//! The sequential test: how sure may one be, after every request, that a rate is over its bound?
//!
//! A one-sided mixture likelihood ratio (Robbins 1970; Johari et al., "Always Valid Inference"). Only the numbers; what
//! they mean for a revision is in [`crate::health`].

use statrs::function::beta::ln_beta;

/// The chance of ever calling a rate that is at its bound, or below it, "over": 1 in 1,000, however long it is watched.
///
/// This is the promise of one test. A rollout tests each bound over the whole of it and anew in each phase that has
/// traffic, so one of three stages and two bounds sends back at most 1 in 100 versions that are just at both bounds; those
/// at 0.8 times a bound are all but never sent back.
pub const ALPHA: f64 = 0.001;

/// The natural logarithm of how much better "the rate is over `bound`" explains the requests than "the rate is `bound`".
///
/// With n requests, k failures and the bound p0, and every rate in (p0, 1] taken as equally likely:
/// `ln( integral from p0 to 1 of p^k (1-p)^(n-k) dp / (1-p0) / (p0^k (1-p0)^(n-k)) )`.
///
/// Rises with failures, falls with requests that did not fail. Accurate to about 1e-7 for millions of requests.
/// `bound` is a fraction; outside (0, 1) it is taken as the nearest rate inside. More failures than requests count as all.
pub fn log_likelihood_ratio(requests: u64, failures: u64, bound: f64) -> f64 {
    let bound = inside(bound);
    let failures = failures.min(requests);
    let a = failures as f64 + 1.0;
    let b = (requests - failures) as f64 + 1.0;
    let (ln_bound, ln_rest) = (bound.ln(), (-bound).ln_1p());
    if bound < (a + 1.0) / (a + b + 2.0) {
        // More failed than the bound allows: nearly all of the beta function's mass is above the bound, so what is below
        // it is taken off. It may underflow to nothing, and then nothing is the right answer.
        let ln_whole = ln_beta(a, b);
        let below = (a * ln_bound + b * ln_rest - a.ln() - ln_whole + continued_fraction(a, b, bound).ln()).exp();
        ln_whole + (-below.min(1.0 - f64::EPSILON)).ln_1p() - failures as f64 * ln_bound - b * ln_rest
    } else {
        // Few failed: the powers before the continued fraction of the mass above are those of the divisor, and cancel.
        ln_bound - b.ln() + continued_fraction(b, a, 1.0 - bound).ln()
    }
}

/// Whether it is settled that the rate is over `bound`, at most one time in `1 / alpha` by mistake.
///
/// May be asked after every request, or after some; the promise is about all answers together. Fewer failures than the
/// bound allows never settle it.
pub fn exceeds(requests: u64, failures: u64, bound: f64, alpha: f64) -> bool {
    failures as f64 > inside(bound) * requests as f64 && log_likelihood_ratio(requests, failures, bound) >= -alpha.ln()
}

/// After how many requests that all fail it is settled that the rate is over `bound`.
pub fn failures_to_verdict(bound: f64, alpha: f64) -> u64 {
    first(|failures| exceeds(failures, failures, bound, alpha)).unwrap_or(u64::MAX)
}

/// The least number from 1 on for which `holds`, where it holds for all that follow.
fn first(holds: impl Fn(u64) -> bool) -> Option<u64> {
    let mut high = 1_u64;
    while !holds(high) {
        high = high.checked_mul(2).filter(|high| *high < 1 << 52)?;
    }
    Some(first_in(high / 2, high, holds))
}

/// The least number in (`low`, `high`] for which `holds`, where it does for `high` and for all from the first on.
pub(crate) fn first_in(mut low: u64, mut high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle }
    }
    high
}

fn inside(bound: f64) -> f64 {
    if bound.is_nan() { 1.0 - 1e-12 } else { bound.clamp(1e-12, 1.0 - 1e-12) }
}

/// The continued fraction of the incomplete beta function, by Lentz's method: `B(x; a, b) = x^a (1-x)^b / a * fraction`.
///
/// For `x` up to `(a+1) / (a+b+2)` it needs about the square root of the larger of `a` and `b` steps.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const STEPS: u32 = 1_000_000;
    let kept_off_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / kept_off_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..=STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / kept_off_zero(1.0 + even * d);
        c = kept_off_zero(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / kept_off_zero(1.0 + odd * d);
        c = kept_off_zero(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by Simpson's rule, over where the integrand is worth anything.
    fn integrated(requests: u64, failures: u64, bound: f64) -> f64 {
        let (n, k) = (requests as f64, failures as f64);
        let exponent = |p: f64| {
            let failed = if k == 0.0 { 0.0 } else { k * (p / bound).ln() };
            let passed = if n == k { 0.0 } else { (n - k) * ((1.0 - p) / (1.0 - bound)).ln() };
            failed + passed
        };
        let peak = (k / n).clamp(bound, 1.0);
        // Where the peak is at the bound the integrand falls off from there, at the rate of its slope.
        let slope = (n - k) / (1.0 - bound) - k / bound;
        let width = (bound.max(peak) * (1.0 - peak) / n).sqrt().max(1.0 / n).min(if slope > 0.0 { 1.0 / slope } else { 1.0 });
        let (low, high) = ((peak - 60.0 * width).max(bound), (peak + 60.0 * width).min(1.0));
        const PARTS: u32 = 20_000;
        let step = (high - low) / f64::from(PARTS);
        let highest = exponent(peak);
        let sum: f64 = (0..=PARTS)
            .map(|part| {
                let weight = if part == 0 || part == PARTS {
                    1.0
                } else if part % 2 == 1 {
                    4.0
                } else {
                    2.0
                };
                weight * (exponent((low + step * f64::from(part)).min(1.0)) - highest).exp()
            })
            .sum();
        highest + (sum * step / 3.0).ln() - (1.0 - bound).ln()
    }

    #[test]
    fn the_ratio_is_the_integral_from_few_requests_to_millions() {
        for bound in [0.01, 0.05, 0.5] {
            for (requests, failures) in [
                (1, 0),
                (1, 1),
                (3, 3),
                (20, 0),
                (20, 1),
                (100, 5),
                (100, 60),
                (5_000, 49),
                (5_000, 251),
                (1_000_000, 9_990),
                (1_000_000, 50_500),
                (3_000_000, 1_500_400),
            ] {
                let (ours, theirs) = (log_likelihood_ratio(requests, failures, bound), integrated(requests, failures, bound));
                assert!(
                    (ours - theirs).abs() < 1e-6 * theirs.abs().max(1.0),
                    "{failures} of {requests}, bound {bound}: {ours}, not {theirs}"
                );
            }
        }
    }

    #[test]
    fn the_least_evidence_that_settles_it() {
        assert_eq!([0.01, 0.05, 0.5].map(|bound| failures_to_verdict(bound, ALPHA)), [2, 3, 13]);
        assert!(!exceeds(0, 0, 0.05, ALPHA));
        assert!(!exceeds(2, 2, 0.05, ALPHA));
        assert!(exceeds(3, 3, 0.05, ALPHA));
        assert!(failures_to_verdict(0.999_999, ALPHA) > 1_000_000);
    }

    #[test]
    fn nonsense_gets_an_answer_and_no_panic() {
        for bound in [f64::NAN, -1.0, 0.0, 1.0, 7.0, f64::INFINITY] {
            assert!(!log_likelihood_ratio(10, 20, bound).is_nan(), "{bound}");
            assert!(!exceeds(0, 0, bound, ALPHA), "{bound}");
        }
        assert!(!log_likelihood_ratio(u64::MAX, u64::MAX / 2, 0.05).is_nan());
    }

    proptest! {
        #[test]
        fn one_more_failure_is_more_evidence_and_one_more_success_is_less(
            requests in 1_u64..3_000_000, share in 0.0..1.0_f64, bound in 0.001..0.9_f64,
        ) {
            let failures = (share * requests as f64) as u64;
            let now = log_likelihood_ratio(requests, failures, bound);
            let slack = 1e-6 * now.abs().max(1.0);
            prop_assert!(log_likelihood_ratio(requests + 1, failures + 1, bound) > now - slack);
            prop_assert!(log_likelihood_ratio(requests + 1, failures, bound) < now + slack);
        }

        #[test]
        fn small_numbers_agree_with_the_integral(requests in 1_u64..400, share in 0.0..=1.0_f64, bound in 0.005..0.6_f64) {
            let failures = (share * requests as f64) as u64;
            let (ours, theirs) = (log_likelihood_ratio(requests, failures, bound), integrated(requests, failures, bound));
            prop_assert!((ours - theirs).abs() < 1e-6 * theirs.abs().max(1.0), "{} of {}, bound {}: {}, not {}", failures, requests, bound, ours, theirs);
        }

        #[test]
        fn a_rate_at_the_bound_or_below_is_never_called_over(requests in 0_u64..10_000_000, bound in 0.001..0.9_f64) {
            prop_assert!(!exceeds(requests, (bound * requests as f64) as u64, bound, ALPHA));
        }
    }
}
