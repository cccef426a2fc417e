//! Which of two revisions is better, as far as their requests tell, while they still come.
//!
//! If both are equally good, each request that fails (or is slow) is one of B's with the probability of B's share of the requests,
//! whatever the rate is. So the failures alone are looked at, in the order they come: a two-sided mixture sequential probability ratio
//! test (Robbins 1970; Johari et al., "Always Valid Inference") of "the share is that of the requests", with a beta distribution around
//! that share as the mixture. It may be looked at after every request.

use std::fmt;

use hotswap_model::AbTest;
use serde::{Deserialize, Serialize};
use statrs::function::beta::ln_beta;

use crate::Counts;
use crate::text::{Grouped, Percent};

/// The chance of calling one of two equally good revisions better, by one measure; there are two measures, so by either it is twice
/// this: one time in 20, however long they are compared.
const ALPHA: f64 = 0.025;

/// How narrow the mixture is around the share of the requests: as if that many failures had been seen before. Differences of a
/// fifth to a half of the rate are found soonest.
const PRIOR: f64 = 20.0;

/// By what one revision is better than the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Fewer of its requests fail.
    Errors,
    /// Fewer of its requests are slow.
    Latency,
}

/// What came out of an A/B test. A is the old revision, B the new one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Outcome {
    /// A is better.
    A {
        /// By what.
        by: Measure,
    },
    /// B is better.
    B {
        /// By what.
        by: Measure,
    },
    /// Time is up, and neither is known to be better by as much as matters.
    NoDifference,
    /// Time is up, and one of them was hardly asked.
    NotEnoughData,
}

/// Both revisions at one moment, and what follows. Its text is a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What came of A's requests since it began.
    pub a: Counts,
    /// What came of B's requests since it began.
    pub b: Counts,
    /// What came out, if it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

impl Comparison {
    /// Compares what was counted so far. `time_is_up`: it ends now, one way or the other.
    ///
    /// Errors go before latency: who fails less is better, however slow.
    pub fn of(ab_test: &AbTest, a: Counts, b: Counts, time_is_up: bool) -> Self {
        let enough = a.requests.min(b.requests) >= ab_test.min_requests;
        let better = |by: Measure| match surely_better(by.events(a), a.requests, by.events(b), b.requests, ab_test.min_effect / 100.0)? {
            Variant::A => Some(Outcome::A { by }),
            Variant::B => Some(Outcome::B { by }),
        };
        let outcome = match enough {
            true => better(Measure::Errors).or_else(|| better(Measure::Latency)).or(time_is_up.then_some(Outcome::NoDifference)),
            false => time_is_up.then_some(Outcome::NotEnoughData),
        };
        Self { a, b, outcome }
    }
}

impl Measure {
    fn events(self, counts: Counts) -> u64 {
        match self {
            Measure::Errors => counts.failures,
            Measure::Latency => counts.slower,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variant {
    A,
    B,
}

/// Which has surely the lower rate, if it is lower by as much as matters.
fn surely_better(a: u64, a_requests: u64, b: u64, b_requests: u64, min_effect: f64) -> Option<Variant> {
    let share = b_requests as f64 / (a_requests + b_requests) as f64;
    if log_likelihood_ratio(a, b, share) < -ALPHA.ln() {
        return None;
    }
    let (a_rate, b_rate) = (a as f64 / a_requests as f64, b as f64 / b_requests as f64);
    let (better, worse, variant) = if a_rate < b_rate { (a_rate, b_rate, Variant::A) } else { (b_rate, a_rate, Variant::B) };
    ((worse - better) / worse >= min_effect).then_some(variant)
}

/// The natural logarithm of how much better "B's share of the failures is another than `share`" explains them.
fn log_likelihood_ratio(a: u64, b: u64, share: f64) -> f64 {
    if share <= 0.0 || share >= 1.0 || a + b == 0 {
        return 0.0;
    }
    let (a, b) = (a as f64, b as f64);
    let (prior_a, prior_b) = (PRIOR * (1.0 - share), PRIOR * share);
    ln_beta(prior_a + a, prior_b + b) - ln_beta(prior_a, prior_b) - a * (-share).ln_1p() - b * share.ln()
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outcome {
            Some(Outcome::A { by }) => write!(f, "the old version is better by {by}: ")?,
            Some(Outcome::B { by }) => write!(f, "the new version is better by {by}: ")?,
            Some(Outcome::NoDifference) => f.write_str("no difference that matters was found: ")?,
            Some(Outcome::NotEnoughData) => f.write_str("not enough requests to compare: ")?,
            None => f.write_str("undecided: ")?,
        }
        let share = |part: u64, whole: u64| Percent(part as f64 / whole.max(1) as f64);
        let Self { a, b, .. } = self;
        write!(
            f,
            "{} of {} requests failed on the old one ({}), ",
            Grouped(a.failures),
            Grouped(a.requests),
            share(a.failures, a.requests)
        )?;
        write!(f, "{} of {} on the new one ({}); ", Grouped(b.failures), Grouped(b.requests), share(b.failures, b.requests))?;
        write!(f, "{} and {} were slow", share(a.slower, a.requests), share(b.slower, b.requests))
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Measure::Errors => "errors",
            Measure::Latency => "latency",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::random::Random;

    /// Two variants that fail and are slow at these rates, half of the requests each, looked at after every 50th request.
    fn compared(rates: [f64; 2], slow: [f64; 2], requests: u64, weight: f64, random: &mut Random) -> Outcome {
        let ab_test = AbTest { min_requests: 200, min_effect: 5.0, ..AbTest::default() };
        let (mut counts, mut asked) = ([Counts::default(); 2], 0);
        loop {
            asked += 1;
            let variant = usize::from(random.fraction() < weight);
            counts[variant].requests += 1;
            counts[variant].failures += u64::from(random.fraction() < rates[variant]);
            counts[variant].slower += u64::from(random.fraction() < slow[variant]);
            if asked % 50 == 0
                && let Some(outcome) = Comparison::of(&ab_test, counts[0], counts[1], asked >= requests).outcome
            {
                return outcome;
            }
        }
    }

    #[test]
    fn of_a_thousand_tests_of_equals_at_most_five_in_a_hundred_find_a_winner() {
        let mut random = Random::new(7);
        for (rate, slow, weight) in [(0.01, 0.1, 0.5), (0.2, 0.1, 0.5), (0.02, 0.1, 0.1)] {
            let winners = (0..1_000)
                .filter(|_| matches!(compared([rate; 2], [slow; 2], 5_000, weight, &mut random), Outcome::A { .. } | Outcome::B { .. }))
                .count();
            assert!(winners <= 50, "{winners} of 1,000 at {rate}, weight {weight}");
        }
    }

    #[test]
    fn what_is_better_is_found_and_by_what() {
        let mut random = Random::new(11);
        let mut count =
            |rates, slow, wanted: Outcome| (0..100).filter(|_| compared(rates, slow, 20_000, 0.5, &mut random) == wanted).count();
        assert!(count([0.05, 0.02], [0.1, 0.1], Outcome::B { by: Measure::Errors }) >= 95);
        assert!(count([0.02, 0.05], [0.1, 0.1], Outcome::A { by: Measure::Errors }) >= 95);
        assert!(count([0.02, 0.02], [0.1, 0.05], Outcome::B { by: Measure::Latency }) >= 90);
        assert!(count([0.02, 0.02], [0.1, 0.15], Outcome::A { by: Measure::Latency }) >= 90);
    }

    #[test]
    fn before_time_is_up_and_enough_was_asked_nothing_is_said() {
        let (ab_test, worse) = (AbTest::default(), Counts { requests: 999, failures: 900, ..Counts::default() });
        let well = Counts { requests: 5_000, ..Counts::default() };
        assert_eq!(Comparison::of(&ab_test, well, worse, false).outcome, None);
        assert_eq!(Comparison::of(&ab_test, well, worse, true).outcome, Some(Outcome::NotEnoughData));
        assert_eq!(Comparison::of(&ab_test, well, well, false).outcome, None);
        assert_eq!(Comparison::of(&ab_test, well, well, true).outcome, Some(Outcome::NoDifference));
        let worse = Counts { requests: 1_000, ..worse };
        assert_eq!(Comparison::of(&ab_test, well, worse, false).outcome, Some(Outcome::A { by: Measure::Errors }));
    }

    #[test]
    fn a_difference_that_does_not_matter_is_none() {
        let counts = |failures| Counts { requests: 1_000_000, failures, ..Counts::default() };
        let ab_test = AbTest { min_effect: 20.0, ..AbTest::default() };
        assert_eq!(Comparison::of(&ab_test, counts(50_000), counts(45_000), false).outcome, None);
        let ab_test = AbTest { min_effect: 9.0, ..AbTest::default() };
        assert_eq!(Comparison::of(&ab_test, counts(50_000), counts(45_000), false).outcome, Some(Outcome::B { by: Measure::Errors }));
    }

    #[test]
    fn a_comparison_is_a_sentence_with_its_numbers() {
        let a = Counts { requests: 5_000, failures: 200, slower: 500, ..Counts::default() };
        let b = Counts { requests: 5_100, failures: 51, slower: 408, ..Counts::default() };
        assert_eq!(
            Comparison::of(&AbTest::default(), a, b, false).to_string(),
            "the new version is better by errors: 200 of 5,000 requests failed on the old one (4 %), 51 of 5,100 on the new one (1 %); 10 % and 8 % were slow"
        );
    }
}
