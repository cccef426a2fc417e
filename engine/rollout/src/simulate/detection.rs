//! How many requests it takes to know that a version is bad, found by trying.

use std::fmt;

use super::random::Random;
use crate::sequential::{ALPHA, exceeds};
use crate::text::{Grouped, Percent};

/// How soon a failure rate is caught. Its text is a row of a Markdown table under [`HEADER`].
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// The fraction of requests that may fail.
    pub bound: f64,
    /// The fraction that does.
    pub rate: f64,
    /// Versions tried.
    pub runs: u64,
    /// Versions caught. If `rate` is not over `bound` these are false alarms.
    pub caught: u64,
    /// Requests until half of the versions were caught; `None` if fewer were.
    pub median: Option<u64>,
    /// Requests until 95 % of the versions were caught; `None` if fewer were.
    pub p95: Option<u64>,
}

/// The head of a Markdown table of [`Detection`]s.
pub const HEADER: &str =
    "| bound | failure rate | caught | requests to verdict, median | 95th percentile |\n| --- | --- | --- | --- | --- |";

/// Watches `runs` versions that fail `rate` of their requests, up to `max_requests` each, and looks after every request.
pub fn requests_to_verdict(bound: f64, rate: f64, runs: u64, max_requests: u64, seed: u64) -> Detection {
    let mut random = Random::new(seed);
    let mut verdicts: Vec<u64> = (0..runs).filter_map(|_| one_run(bound, rate, max_requests, Random::new(random.bits()))).collect();
    verdicts.sort_unstable();
    let quantile = |percent: u64| {
        let rank = (runs * percent).div_ceil(100).max(1) - 1;
        usize::try_from(rank).ok().and_then(|rank| verdicts.get(rank).copied())
    };
    Detection { bound, rate, runs, caught: verdicts.len() as u64, median: quantile(50), p95: quantile(95) }
}

fn one_run(bound: f64, rate: f64, max_requests: u64, mut random: Random) -> Option<u64> {
    let mut failures = 0;
    (1..=max_requests).find(|requests| {
        // A request that does not fail never settles it.
        let failed = random.fraction() < rate;
        failures += u64::from(failed);
        failed && exceeds(*requests, failures, bound, ALPHA)
    })
}

/// The table of failure rates against bounds of 1 % and 5 %, in Markdown: 1,000 versions each, up to 4,000 requests.
pub fn table(seed: u64) -> String {
    let rates = [(0.01, [0.008, 0.01, 0.02, 0.04, 0.2, 0.5, 1.0]), (0.05, [0.04, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0])];
    let rows = rates.iter().flat_map(|(bound, rates)| rates.iter().map(|rate| requests_to_verdict(*bound, *rate, 1_000, 4_000, seed)));
    rows.fold(HEADER.to_owned(), |table, row| format!("{table}\n{row}"))
}

impl fmt::Display for Detection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| Grouped(number).to_string());
        let (bound, rate, caught, runs) = (Percent(self.bound), Percent(self.rate), Grouped(self.caught), Grouped(self.runs));
        write!(f, "| {bound} | {rate} | {caught} of {runs} | {} | {} |", number(self.median), number(self.p95))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(bound: f64, rate: f64) -> Detection {
        requests_to_verdict(bound, rate, 1_000, 4_000, 1)
    }

    #[test]
    fn below_the_bound_there_are_no_false_alarms() {
        assert_eq!(tried(0.05, 0.04).caught, 0);
        assert_eq!(tried(0.01, 0.008).caught, 0);
    }

    #[test]
    fn at_the_bound_false_alarms_are_as_rare_as_promised() {
        assert!(tried(0.05, 0.05).caught <= 4);
        assert!(tried(0.01, 0.01).caught <= 4);
    }

    #[test]
    fn the_worse_a_version_the_fewer_requests_it_takes() {
        let between = |rate: f64, median: std::ops::Range<u64>, p95: std::ops::Range<u64>| {
            let found = tried(0.05, rate);
            assert_eq!(found.caught, 1_000, "{found}");
            assert!(median.contains(&found.median.unwrap()) && p95.contains(&found.p95.unwrap()), "{found}");
        };
        between(0.1, 350..560, 750..1_250);
        between(0.2, 40..80, 100..170);
        between(0.5, 7..12, 15..26);
        between(1.0, 3..4, 3..4);
    }

    #[test]
    fn what_is_rarely_caught_has_no_95th_percentile() {
        let found = tried(0.01, 0.02);
        assert!((650..850).contains(&found.caught), "{found}");
        assert!(found.median.is_some() && found.p95.is_none(), "{found}");
        assert!(found.to_string().ends_with("| - |"), "{found}");
    }

    #[test]
    fn the_same_seed_gives_the_same_row() {
        assert_eq!(requests_to_verdict(0.05, 0.3, 50, 500, 9), requests_to_verdict(0.05, 0.3, 50, 500, 9));
        assert_ne!(requests_to_verdict(0.05, 0.3, 50, 500, 9), requests_to_verdict(0.05, 0.3, 50, 500, 10));
    }
}
