//! What became of the requests: answered by which version, failed by the plugin, or dropped by us.
//! Sending them is in `traffic`.

use std::collections::BTreeMap;

use hyper::{HeaderMap, StatusCode};

use crate::screen;

/// Faults that are the plugin's own; the gateway says them in `x-hotswap-error`. Every other word there is the platform's.
const PLUGIN_FAULTS: [&str; 5] = ["trap", "timeout", "out_of_memory", "no_response", "bad_response"];

/// What became of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// This version answered it.
    Answered { version: String },
    /// This version failed it.
    PluginError { version: String },
    /// It failed because of the platform, for this reason.
    Dropped { reason: String },
}

impl Outcome {
    /// What an answer means.
    pub(crate) fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let version = text("x-hotswap-version");
        match (text("x-hotswap-error"), version) {
            (Some(fault), version) if PLUGIN_FAULTS.contains(&fault.as_str()) => {
                Self::PluginError { version: version.unwrap_or_else(|| "?".into()) }
            }
            (Some(fault), _) => Self::Dropped { reason: format!("{status}, {fault}") },
            (None, None) => Self::Dropped { reason: format!("{status}, and no version to say whose answer it is") },
            (None, Some(version)) if status.is_server_error() => Self::PluginError { version },
            (None, Some(version)) => Self::Answered { version },
        }
    }
}

/// How many requests became what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// By version: those it answered, and those it failed.
    versions: BTreeMap<String, (u64, u64)>,
    /// By reason.
    drops: BTreeMap<String, u64>,
}

impl Tally {
    /// Counts one more.
    pub(crate) fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Answered { version } => self.versions.entry(version).or_default().0 += 1,
            Outcome::PluginError { version } => self.versions.entry(version).or_default().1 += 1,
            Outcome::Dropped { reason } => *self.drops.entry(reason).or_default() += 1,
        }
    }

    /// What came after an earlier count.
    pub(crate) fn since(&self, earlier: &Tally) -> Tally {
        let mut new = self.clone();
        for (version, (answered, failed)) in &mut new.versions {
            let (before_answered, before_failed) = earlier.versions.get(version).copied().unwrap_or_default();
            *answered -= before_answered;
            *failed -= before_failed;
        }
        for (reason, number) in &mut new.drops {
            *number -= earlier.drops.get(reason).copied().unwrap_or_default();
        }
        new.versions.retain(|_, numbers| *numbers != (0, 0));
        new.drops.retain(|_, number| *number != 0);
        new
    }

    /// All requests whose outcome is known.
    pub(crate) fn sent(&self) -> u64 {
        self.to_plugins() + self.dropped()
    }

    fn to_plugins(&self) -> u64 {
        self.versions.values().map(|(answered, failed)| answered + failed).sum()
    }

    /// Requests that a version was given, answered or failed.
    pub(crate) fn given_to(&self, version: &str) -> u64 {
        self.versions.get(version).map_or(0, |(answered, failed)| answered + failed)
    }

    /// Requests that failed because of the plugin.
    pub(crate) fn plugin_errors(&self) -> u64 {
        self.versions.values().map(|(_, failed)| failed).sum()
    }

    /// Requests that failed because of this version.
    pub(crate) fn plugin_errors_of(&self, version: &str) -> u64 {
        self.versions.get(version).map_or(0, |(_, failed)| *failed)
    }

    /// Requests that failed because of the platform.
    pub(crate) fn dropped(&self) -> u64 {
        self.drops.values().sum()
    }

    /// The reasons requests were dropped for, and how often.
    pub(crate) fn drops(&self) -> impl Iterator<Item = (&str, u64)> {
        self.drops.iter().map(|(reason, number)| (reason.as_str(), *number))
    }

    /// Every version that was given requests, with how many it was given and how many it failed.
    pub(crate) fn versions(&self) -> impl Iterator<Item = (&str, u64, u64)> {
        self.versions.iter().map(|(version, (answered, failed))| (version.as_str(), answered + failed, *failed))
    }

    /// Percent of the plugins' requests that this version was given.
    pub(crate) fn share(&self, version: &str) -> f64 {
        match self.to_plugins() {
            0 => 0.0,
            all => 100.0 * self.given_to(version) as f64 / all as f64,
        }
    }

    /// The shares in a line: `1,204 requests: 1.0.0 89.9 %, 1.1.0 10.1 %`.
    pub(crate) fn shares(&self) -> String {
        let shares: Vec<_> = self.versions().map(|(version, _, _)| format!("{version} {:.1} %", self.share(version))).collect();
        let mut line = format!("{} requests: {}", screen::count(self.sent()), shares.join(", "));
        if self.plugin_errors() > 0 {
            line += &format!("; {} failed by the plugin", screen::count(self.plugin_errors()));
        }
        if self.dropped() > 0 {
            line += &format!("; {} dropped", screen::count(self.dropped()));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, headers: &[(&'static str, &'static str)]) -> Outcome {
        let headers = headers.iter().map(|(name, value)| ((*name).parse().expect("a name"), value.parse().expect("a value"))).collect();
        Outcome::of(StatusCode::from_u16(status).expect("a status"), &headers)
    }

    #[test]
    fn a_failure_is_the_plugins_or_ours_by_what_the_gateway_says() {
        let one = || "1.0.0".to_owned();
        assert_eq!(outcome(200, &[("x-hotswap-version", "1.0.0")]), Outcome::Answered { version: one() });
        assert_eq!(outcome(404, &[("x-hotswap-version", "1.0.0")]), Outcome::Answered { version: one() });
        assert_eq!(outcome(500, &[("x-hotswap-version", "1.0.0")]), Outcome::PluginError { version: one() });
        assert_eq!(outcome(502, &[("x-hotswap-version", "1.0.0"), ("x-hotswap-error", "trap")]), Outcome::PluginError { version: one() });
        for ours in
            [outcome(503, &[("x-hotswap-version", "1.0.0"), ("x-hotswap-error", "overloaded")]), outcome(404, &[]), outcome(200, &[])]
        {
            assert!(matches!(ours, Outcome::Dropped { .. }), "{ours:?}");
        }
    }

    #[test]
    fn a_difference_holds_what_came_in_between() {
        let answered = |version: &str| Outcome::Answered { version: version.into() };
        let mut tally = Tally::default();
        tally.add(answered("1.0.0"));
        let earlier = tally.clone();
        for _ in 0..9 {
            tally.add(answered("1.1.0"));
        }
        tally.add(Outcome::PluginError { version: "2.0.0".into() });
        let new = tally.since(&earlier);
        assert_eq!(new.shares(), "10 requests: 1.1.0 90.0 %, 2.0.0 10.0 %; 1 failed by the plugin");
        assert_eq!((tally.sent(), new.given_to("1.0.0"), new.dropped()), (11, 0, 0));
    }
}
