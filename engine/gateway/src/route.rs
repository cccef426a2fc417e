//! Which revisions of a deployment serve, and how much each: the route, and the choice it makes for a request.
//! How a route is found is the table's.

use std::sync::Arc;

use crate::RevisionGroup;
use crate::choice::Audience;

/// A revision and its share.
#[derive(Debug, Clone)]
pub struct Target {
    /// The revision.
    pub group: Arc<RevisionGroup>,
    /// Its share of the requests, in percent.
    pub weight: u8,
}

/// Where the requests of one deployment go.
#[derive(Debug, Clone, Default)]
pub struct Route {
    /// The revisions that serve. Their weights sum to 100, or there are none: then the deployment is known and answers
    /// 503.
    pub targets: Vec<Target>,
    /// Who takes part; everybody else goes to the oldest revision that has weight, and is left out of what is judged. Absent: everybody.
    pub audience: Option<Audience>,
    /// Whether a client without a key of its own is given a cookie by which it stays with its revision.
    pub sticky: bool,
    /// What names a revision in the header `x-hotswap-revision`: with it alone the newest, with `/NUMBER` behind it that one, whatever
    /// its weight. Such requests are left out of what is judged. Absent: none can be named.
    pub preview_key: Option<String>,
    /// Whoever sets a route under a lower generation than the present one is refused.
    pub generation: i64,
}

/// Why a route was not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// Another executor has taken over.
    #[error("the route of {tenant}/{deployment} was set under generation {present}; generation {given} is over")]
    StaleGeneration {
        /// Whose route.
        tenant: String,
        /// Of which deployment.
        deployment: String,
        /// The generation given.
        given: i64,
        /// The generation of the present route.
        present: i64,
    },
    /// The weights don't make a whole.
    #[error("the weights of {tenant}/{deployment} sum to {sum}; they must sum to 100")]
    Weights {
        /// Whose route.
        tenant: String,
        /// Of which deployment.
        deployment: String,
        /// What they sum to.
        sum: u32,
    },
}

impl Route {
    /// The sum of the weights.
    pub(crate) fn sum(&self) -> u32 {
        self.targets.iter().map(|target| u32::from(target.weight)).sum()
    }

    /// Puts the newest revision first. So keys only ever move from an old revision to a new one while the new one's
    /// weight rises, and only back while it falls.
    pub(crate) fn order(&mut self) {
        self.targets.sort_by_key(|target| std::cmp::Reverse(target.group.labels.revision));
    }

    /// The revision for a point in 0..100, if any has weight.
    pub(crate) fn at(&self, point: u8) -> Option<&Arc<RevisionGroup>> {
        let mut upto = 0_u32;
        self.targets
            .iter()
            .find(|target| {
                upto += u32::from(target.weight);
                u32::from(point) < upto
            })
            .map(|target| &target.group)
    }
}

/// The point of the `n`th request: the golden-ratio sequence, which fills every share evenly at every length.
pub(crate) fn point_in_turn(n: u64) -> u8 {
    percent(n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// The point of a client's key. The same in every process, and different from deployment to deployment.
pub(crate) fn point_of_key(tenant: &str, deployment: &str, key: &[u8]) -> u8 {
    let parts = [tenant.as_bytes(), b"/", deployment.as_bytes(), b"/", key];
    let hash = parts
        .iter()
        .copied()
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    // FNV leaves the high bits poor: mix them as splitmix64 does.
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    percent(hash ^ (hash >> 31))
}

/// Scales the whole range of `u64` to 0..100.
fn percent(of: u64) -> u8 {
    ((u128::from(of) * 100) >> 64) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_share_is_met_closely_over_any_few_hundred_requests() {
        for weight in [1_u8, 10, 25, 50, 90] {
            for start in [0_u64, 17, 1_000_003] {
                let hits = (start..start + 300).filter(|&n| point_in_turn(n) < weight).count() as f64;
                let due = 3.0 * f64::from(weight);
                assert!((hits - due).abs() <= 3.0, "weight {weight} from {start}: {hits} of 300");
            }
        }
    }

    #[test]
    fn keys_spread_evenly_and_differently_in_each_deployment() {
        let below = |deployment: &str| {
            (0..10_000).filter(|n: &u32| point_of_key("acme", deployment, n.to_string().as_bytes()) < 10).collect::<Vec<_>>()
        };
        let (one, other) = (below("hello"), below("shop"));
        assert!((900..1_100).contains(&one.len()), "{}", one.len());
        assert!((900..1_100).contains(&other.len()), "{}", other.len());
        let both = one.iter().filter(|n| other.contains(n)).count();
        assert!((50..170).contains(&both), "{both} keys are in both");
    }

    #[test]
    fn a_key_has_the_same_point_in_every_process() {
        assert_eq!(["alice", "bob", "carol"].map(|key| point_of_key("acme", "hello", key.as_bytes())), [96, 57, 1]);
    }
}
