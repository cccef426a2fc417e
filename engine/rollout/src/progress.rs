//! How far a rollout is: what the controller writes down before it acts, and reads again after a restart.

use hotswap_model::{Span, Strategy, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Counts, Kind, Observation, Reason, Spec};

/// Where a rollout is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Phase {
    /// The new revision is loaded and probed; it has no traffic.
    Starting,
    /// A stage of the strategy.
    Stage {
        /// Which, from 0.
        index: usize,
    },
    /// The new revision has all traffic; `min_healthy_time` runs.
    Watching,
    /// Traffic goes back to the old revision, for good. On a first rollout: the new one is taken away.
    RollingBack {
        /// Why.
        reason: Reason,
    },
    /// Stopped where it was, with the weight it had.
    Halted {
        /// Why.
        reason: Reason,
    },
}

/// How far a rollout is. Written as JSON; fields may be added, and unknown ones are passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Where it is.
    pub phase: Phase,
    /// Percent of the requests that the new revision is given.
    pub weight: u8,
    /// Since when it is in this phase.
    pub entered_at: Timestamp,
    /// What had been counted by then.
    #[serde(default)]
    pub base: Counts,
}

impl Progress {
    /// The beginning.
    pub fn start(now: Timestamp) -> Self {
        Self { phase: Phase::Starting, weight: 0, entered_at: now, base: Counts::default() }
    }

    /// What follows on [`crate::Decision::Abort`]: no traffic for the new revision, for good.
    pub fn rolling_back(&self, reason: Reason, now: Timestamp) -> Self {
        Self { phase: Phase::RollingBack { reason }, weight: 0, entered_at: now, base: self.base }
    }

    /// What follows on [`crate::Decision::Halt`]: everything stays as it is.
    pub fn halted(&self, reason: Reason, now: Timestamp) -> Self {
        Self { phase: Phase::Halted { reason }, weight: self.weight, entered_at: now, base: self.base }
    }

    /// The next phase, as of what is seen. Weight never falls.
    pub(crate) fn enter(&self, phase: Phase, weight: u8, seen: &Observation) -> Self {
        Self { phase, weight: weight.max(self.weight).min(100), entered_at: seen.now, base: seen.counts }
    }

    /// How long it has been in this phase.
    pub fn since_entered(&self, now: Timestamp) -> Span {
        now.since(self.entered_at)
    }

    /// Where it is, in words: `stage 2 of 3 (50 %)`.
    pub fn describe(&self, spec: &Spec) -> String {
        match &self.phase {
            Phase::Starting => "starting".to_owned(),
            Phase::Stage { index } => format!("stage {} of {} ({} %)", index + 1, stages(spec), self.weight),
            Phase::Watching => format!("all traffic ({} %)", self.weight),
            Phase::RollingBack { .. } => "rolling back".to_owned(),
            Phase::Halted { .. } => format!("halted ({} %)", self.weight),
        }
    }
}

fn stages(spec: &Spec) -> usize {
    match (&spec.strategy, spec.kind) {
        (Strategy::Canary(canary), Kind::Update) => canary.steps.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_reads_back_and_passes_over_what_a_later_release_adds() {
        let start = Progress::start(Timestamp::from_micros(5));
        let stage = Progress { phase: Phase::Stage { index: 1 }, weight: 50, ..start.clone() };
        let back = stage.rolling_back(Reason::Requested { by: "admin".into() }, Timestamp::from_micros(9));
        for progress in [start.clone(), stage, back] {
            let mut json = serde_json::to_value(&progress).unwrap();
            json["colour"] = "blue".into();
            json["phase"]["hue"] = 3.into();
            json["base"]["retries"] = 1.into();
            assert_eq!(serde_json::from_value::<Progress>(json).unwrap(), progress);
        }
        let short = r#"{"phase":{"name":"starting"},"weight":0,"entered_at":5}"#;
        assert_eq!(serde_json::from_str::<Progress>(short).unwrap(), start);
    }
}
