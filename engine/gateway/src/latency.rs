//! Latencies counted in fixed buckets of atomics: log-linear ones to read quantiles from, and the few that are
//! exported. Nothing here locks, and recording takes two atomic additions.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Sub-buckets of each power of two: a quantile is read within 1/16.
const SUB: u64 = 16;
const SUB_BITS: u32 = SUB.trailing_zeros();
/// Powers of two above the exact range, in microseconds: up to about 9.5 hours.
const OCTAVES: u64 = 31;
const BUCKETS: usize = ((OCTAVES + 1) * SUB) as usize;

/// How long the requests of a revision took, from being given a slot to the head of the response.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latency {
    /// How many were measured.
    pub count: u64,
    /// Half were no slower.
    pub p50: Duration,
    /// 90 % were no slower.
    pub p90: Duration,
    /// 95 % were no slower.
    pub p95: Duration,
    /// 99 % were no slower.
    pub p99: Duration,
}

/// A histogram of log-linear buckets. Takes no memory to speak of until the first value.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    buckets: OnceLock<Box<[AtomicU64]>>,
}

impl Histogram {
    pub(crate) fn record(&self, took: Duration) {
        let buckets = self.buckets.get_or_init(|| (0..BUCKETS).map(|_| AtomicU64::new(0)).collect());
        buckets[bucket(took)].fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> Latency {
        let Some(buckets) = self.buckets.get() else { return Latency::default() };
        let counts: Vec<u64> = buckets.iter().map(|bucket| bucket.load(Relaxed)).collect();
        let count: u64 = counts.iter().sum();
        let quantile = |percent: u64| {
            let rank = (count * percent).div_ceil(100).max(1);
            let mut seen = 0;
            counts
                .iter()
                .position(|in_bucket| {
                    seen += in_bucket;
                    seen >= rank
                })
                .map_or(Duration::ZERO, upper_bound)
        };
        Latency { count, p50: quantile(50), p90: quantile(90), p95: quantile(95), p99: quantile(99) }
    }
}

impl Histogram {
    /// How many were slower, within 1/16: those in the bucket of `than` are not.
    pub(crate) fn slower(&self, than: Duration) -> u64 {
        let Some(buckets) = self.buckets.get() else { return 0 };
        buckets[bucket(than) + 1..].iter().map(|bucket| bucket.load(Relaxed)).sum()
    }
}

fn bucket(took: Duration) -> usize {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    if micros < SUB {
        return micros as usize;
    }
    let octave = micros.ilog2() - SUB_BITS;
    let within = (micros >> octave) - SUB;
    (((u64::from(octave) + 1) * SUB + within) as usize).min(BUCKETS - 1)
}

/// The largest value of a bucket.
fn upper_bound(bucket: usize) -> Duration {
    let (octave, within) = (bucket as u64 / SUB, bucket as u64 % SUB);
    Duration::from_micros(match octave {
        0 => within,
        _ => ((SUB + within + 1) << (octave - 1)) - 1,
    })
}

/// The upper bounds of the buckets that are exported, in seconds.
const BOUNDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// A histogram as metrics have it.
#[derive(Debug, Default)]
pub(crate) struct Exported {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Exported {
    pub(crate) fn record(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        self.buckets[BOUNDS.partition_point(|&bound| bound < seconds)].fetch_add(1, Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    /// The sum in seconds, the count, and each bucket's bound with what is in that bucket alone.
    pub(crate) fn read(&self) -> (f64, u64, Vec<(f64, u64)>) {
        let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(self.buckets.iter().map(|bucket| bucket.load(Relaxed))).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        (self.micros.load(Relaxed) as f64 / 1e6, count, buckets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_read_within_a_sixteenth() {
        let histogram = Histogram::default();
        for micros in 1..=100_000 {
            histogram.record(Duration::from_micros(micros));
        }
        let read = histogram.read();
        assert_eq!(read.count, 100_000);
        for (found, due) in [(read.p50, 50_000_f64), (read.p95, 95_000.0), (read.p99, 99_000.0)] {
            let found = found.as_micros() as f64;
            assert!(found >= due && found <= due * (1.0 + 1.0 / 16.0), "{found} for {due}");
        }
    }

    #[test]
    fn what_is_slower_is_counted_within_a_sixteenth() {
        let histogram = Histogram::default();
        assert_eq!(histogram.slower(Duration::ZERO), 0);
        for micros in 1..=100_000 {
            histogram.record(Duration::from_micros(micros));
        }
        let slower = histogram.slower(Duration::from_micros(90_000));
        assert!((4_300..=10_000).contains(&slower), "{slower}");
        assert_eq!(histogram.slower(Duration::MAX), 0);
    }

    #[test]
    fn every_value_lies_within_its_own_bucket() {
        for micros in (0..2_000).chain([65_535, 65_536, 1 << 30, (1 << 30) + 12_345]) {
            let own = bucket(Duration::from_micros(micros));
            assert!(upper_bound(own).as_micros() >= u128::from(micros), "{micros}");
            assert!(own == 0 || upper_bound(own - 1).as_micros() < u128::from(micros), "{micros}");
        }
        assert_eq!(bucket(Duration::MAX), BUCKETS - 1);
    }

    #[test]
    fn nothing_measured_is_no_latency() {
        assert_eq!(Histogram::default().read(), Latency::default());
    }
}
