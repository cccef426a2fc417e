//! How far a rollout is: what the controller writes down before it acts, and reads again after a restart.

use hotswap_model::{NoTraffic, SmokeTest, Span, Strategy, Timestamp};
use serde::{Deserialize, Serialize};

use crate::strategy::{Gate, Step, steps};
use crate::{Comparison, Counts, Observation, Reason, Spec};

/// Where a rollout is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Phase {
    /// The first instances of the new revision are brought up and probed; it has no traffic.
    Starting,
    /// More instances are brought up for a stage; traffic is as it was before it.
    Scaling {
        /// For which, from 0.
        index: usize,
    },
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
    /// Instances the new revision should have; absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<u32>,
    /// Instances the old revision should have; absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_instances: Option<u32>,
    /// Since when it is in this phase.
    pub entered_at: Timestamp,
    /// What had been counted of the new revision by then.
    #[serde(default)]
    pub base: Counts,
    /// What had been counted of the old revision by then.
    #[serde(default)]
    pub old_base: Counts,
    /// From how many milliseconds on an answer counts as [`Counts::slower`], fixed when the new revision first gets traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slower_than_ms: Option<u64>,
    /// Who promoted the stage it is in, if somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promoted_by: Option<String>,
    /// Who keeps it where it is, if somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_by: Option<String>,
    /// Who wants it to go back, if somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_by: Option<String>,
    /// What came of the comparison, once something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// How long it was, up to this phase, in stages with a deadline of their own.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clock_stopped: Span,
}

/// What should be there: who has how many instances, and how much of the traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Percent of the requests that the new revision is given; the old one has the rest.
    pub weight: u8,
    /// Instances of the new revision.
    pub instances: u32,
    /// Instances of the old revision; 0: it stays loaded, so that they are back at once.
    pub old_instances: u32,
}

impl Progress {
    /// The beginning.
    pub fn start(now: Timestamp, spec: &Spec) -> Self {
        let first = steps(spec).first().copied();
        Self {
            phase: Phase::Starting,
            weight: 0,
            instances: first.map(|step| step.instances),
            old_instances: first.map(|step| step.old_meanwhile),
            entered_at: now,
            base: Counts::default(),
            old_base: Counts::default(),
            slower_than_ms: None,
            promoted_by: None,
            paused_by: None,
            abort_by: None,
            comparison: None,
            clock_stopped: Span::ZERO,
        }
    }

    /// What should be there now.
    pub fn shape(&self, spec: &Spec) -> Shape {
        let (instances, old_instances) = match &self.phase {
            Phase::RollingBack { .. } => (0, spec.old_instances),
            // Absent in what an earlier release wrote, which knew no other numbers.
            _ => (self.instances.unwrap_or(spec.instances), self.old_instances.unwrap_or(spec.old_instances)),
        };
        Shape { weight: self.weight, instances, old_instances }
    }

    /// What follows on [`crate::Decision::Abort`]: no traffic for the new revision, for good.
    pub fn rolling_back(&self, reason: Reason, now: Timestamp) -> Self {
        Self { phase: Phase::RollingBack { reason }, weight: 0, paused_by: None, entered_at: now, ..self.clone() }
    }

    /// What follows on [`crate::Decision::Halt`]: everything stays as it is.
    pub fn halted(&self, reason: Reason, now: Timestamp) -> Self {
        Self { phase: Phase::Halted { reason }, entered_at: now, ..self.clone() }
    }

    /// Somebody lets it leave a stage that waits for that. Of no effect elsewhere.
    #[must_use]
    pub fn promoted(self, by: &str) -> Self {
        match self.phase {
            Phase::Stage { .. } => Self { promoted_by: Some(by.to_owned()), ..self },
            _ => self,
        }
    }

    /// Somebody keeps it where it is. Going back is not kept from it, and deadlines go on.
    #[must_use]
    pub fn paused(self, by: &str) -> Self {
        match self.phase {
            Phase::RollingBack { .. } | Phase::Halted { .. } => self,
            _ => Self { paused_by: Some(by.to_owned()), ..self },
        }
    }

    /// Somebody sends it back, whatever it waits for, and whether or not it goes back by itself.
    #[must_use]
    pub fn aborted(self, by: &str) -> Self {
        Self { abort_by: Some(by.to_owned()), ..self }
    }

    /// It may go on again.
    #[must_use]
    pub fn resumed(self) -> Self {
        Self { paused_by: None, ..self }
    }

    /// Instances are brought up for a step.
    pub(crate) fn scale(&self, index: usize, step: &Step, seen: &Observation, spec: &Spec) -> Self {
        let moved = self.moved(Phase::Scaling { index }, seen, spec);
        Self { instances: Some(step.instances), old_instances: Some(step.old_meanwhile), ..moved }
    }

    /// A step begins, as of what is seen. Weight never falls.
    pub(crate) fn enter(&self, phase: Phase, step: &Step, seen: &Observation, spec: &Spec) -> Self {
        Self {
            weight: step.weight.max(self.weight).min(100),
            instances: Some(step.instances),
            old_instances: Some(step.old_instances),
            ..self.moved(phase, seen, spec)
        }
    }

    fn moved(&self, phase: Phase, seen: &Observation, spec: &Spec) -> Self {
        let stopped = self.stage(spec).filter(|step| step.gate.stops_the_clock()).map_or(Span::ZERO, |_| self.since_entered(seen.now));
        Self {
            phase,
            entered_at: seen.now,
            base: seen.counts,
            old_base: seen.old_counts,
            promoted_by: None,
            clock_stopped: self.clock_stopped + stopped,
            slower_than_ms: self.slower_than_ms.or_else(|| spec.slower_than_ms(seen)),
            ..self.clone()
        }
    }

    /// The smoke tests that the stage it is in waits for; none in others.
    pub fn smoke_tests<'s>(&self, spec: &'s Spec) -> &'s [SmokeTest] {
        match (self.stage(spec).map(|step| step.gate), &spec.strategy) {
            (Some(Gate::Tests { .. }), Strategy::BlueGreen(blue_green)) => &blue_green.smoke_tests,
            _ => &[],
        }
    }

    /// How many requests the platform should ask the new revision itself, since its users ask too few.
    pub fn requests_to_ask(&self, spec: &Spec, seen: &Observation) -> u64 {
        let check = &spec.health_check;
        let due = self.stage(spec).is_some_and(|step| step.counts && seen.now >= self.entered_at + step.hold);
        if check.no_traffic != NoTraffic::Probe || !due {
            return 0;
        }
        check.min_requests.saturating_sub((seen.counts.since(self.base) + seen.probed).requests)
    }

    /// Whether it is in a stage that somebody may promote, and hasn't been.
    pub fn may_be_promoted(&self, spec: &Spec) -> bool {
        self.promoted_by.is_none() && self.stage(spec).is_some_and(|step| step.gate.waits_for_somebody())
    }

    /// The step of the stage it is in.
    pub(crate) fn stage(&self, spec: &Spec) -> Option<Step> {
        match &self.phase {
            Phase::Stage { index } => steps(spec).get(*index).copied(),
            _ => None,
        }
    }

    /// How long it has been in this phase.
    pub fn since_entered(&self, now: Timestamp) -> Span {
        now.since(self.entered_at)
    }

    /// Where it is, in words: `stage 2 of 3 (50 %)`.
    pub fn describe(&self, spec: &Spec) -> String {
        let stages = steps(spec).len().saturating_sub(1);
        let place = match &self.phase {
            Phase::Starting => "starting".to_owned(),
            Phase::Scaling { index } if *index >= stages => "bringing up the last instances".to_owned(),
            Phase::Scaling { index } => format!("bringing up instances for stage {} of {stages} ({} %)", index + 1, self.weight),
            Phase::Stage { index } => format!("stage {} of {stages} ({} %)", index + 1, self.weight),
            Phase::Watching => format!("all traffic ({} %)", self.weight),
            Phase::RollingBack { .. } => "rolling back".to_owned(),
            Phase::Halted { .. } => format!("halted ({} %)", self.weight),
        };
        match &self.paused_by {
            Some(by) => format!("{place}, paused by {by}"),
            None => place,
        }
    }
}

fn is_zero(span: &Span) -> bool {
    *span == Span::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn progress_reads_back_and_passes_over_what_a_later_release_adds() {
        let spec = serde_json::from_str(r#"{"plugin":"greeter","version":"1.0.0","instances":3}"#).unwrap();
        let spec = Spec::new(&spec, Kind::Update, 2);
        let start = Progress::start(Timestamp::from_micros(5), &spec);
        let stage = Progress { phase: Phase::Stage { index: 1 }, weight: 50, instances: Some(2), ..start.clone() };
        let back = stage.rolling_back(Reason::Requested { by: "admin".into() }, Timestamp::from_micros(9));
        for progress in [start.clone(), stage.paused("mary"), back] {
            let mut json = serde_json::to_value(&progress).unwrap();
            json["colour"] = "blue".into();
            json["phase"]["hue"] = 3.into();
            json["base"]["retries"] = 1.into();
            assert_eq!(serde_json::from_value::<Progress>(json).unwrap(), progress);
        }
        let short = serde_json::from_str::<Progress>(r#"{"phase":{"name":"starting"},"weight":0,"entered_at":5}"#).unwrap();
        assert_eq!(short, Progress { instances: None, old_instances: None, ..start.clone() });
        assert_eq!(short.shape(&spec), start.shape(&spec));
        assert_eq!(short.shape(&spec), Shape { weight: 0, instances: 3, old_instances: 2 });
    }
}
