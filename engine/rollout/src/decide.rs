//! What a rollout does next: what holds for every strategy. What differs is in [`crate::strategy`], a file each.

use std::fmt;

use hotswap_model::{DeploymentSpec, HealthCheck, Span, Strategy, Timestamp};

use crate::strategy::{self, Next};
use crate::text::Grouped;
use crate::{Bounds, Counts, Health, Phase, Progress, Reason, Verdict};

/// What of a rollout does not change while it is under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// How traffic moves.
    pub strategy: Strategy,
    /// When the new revision counts as healthy.
    pub health_check: HealthCheck,
    /// Whether it goes back by itself.
    pub auto_rollback: bool,
    /// From what it starts.
    pub kind: Kind,
}

/// From what a rollout starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// There is no old revision: all traffic at once, and nothing to go back to.
    First,
    /// Another program, or the same with another configuration.
    Update,
    /// The program is unchanged: no stages and no `min_healthy_time`.
    Promotion,
}

impl Spec {
    /// What a rollout of `spec` goes by.
    pub fn new(spec: &DeploymentSpec, kind: Kind) -> Self {
        Self { strategy: spec.strategy.clone(), health_check: spec.health_check.clone(), auto_rollback: spec.auto_rollback, kind }
    }

    fn min_healthy_time(&self) -> Span {
        match self.kind {
            Kind::First | Kind::Update => self.health_check.min_healthy_time,
            Kind::Promotion => Span::ZERO,
        }
    }
}

/// What is seen of a rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The caller's clock.
    pub now: Timestamp,
    /// When the rollout began: `progress_deadline` counts from here.
    pub started_at: Timestamp,
    /// Since when the new revision's instances are being brought up: the rollout's start or, after a restart of the server,
    /// that restart. `healthy_deadline` counts from here.
    pub instances_since: Timestamp,
    /// Instances the new revision should have.
    pub instances_wanted: u32,
    /// Instances it has that are loaded and whose last probe passed.
    pub available: u32,
    /// What came of its requests since the rollout began.
    pub counts: Counts,
    /// Why it could not be loaded, if that is so.
    pub load_error: Option<String>,
    /// The instance that failed the most probes in a row, if one failed its last.
    pub probe_failures: Option<ProbeFailure>,
}

/// An instance that fails its probes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeFailure {
    /// Which instance.
    pub ordinal: u32,
    /// Probes it failed in a row.
    pub failed: u32,
    /// What came of the last one.
    pub error: String,
}

impl Observation {
    fn all_available(&self) -> bool {
        self.available >= self.instances_wanted
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Nothing. Ask again when something new is seen, and at the latest then.
    Wait {
        /// After `now`, and not after the next deadline.
        until: Timestamp,
    },
    /// Write this down, then give the new revision its weight.
    Advance {
        /// Where the rollout is from now on.
        to: Progress,
    },
    /// The new revision has been well with all traffic: take the old one away.
    Complete,
    /// Give the new revision no more traffic and take it away; see [`Progress::rolling_back`]. On a first rollout the
    /// deployment has failed.
    Abort {
        /// Why.
        reason: Reason,
    },
    /// Leave everything as it is and tell people; see [`Progress::halted`].
    Halt {
        /// Why.
        reason: Reason,
    },
}

/// What a rollout does next.
///
/// Pure: everything it may know is in `seen`. The weight never falls but by [`Decision::Abort`], and an abort stands: asked
/// again, the answer is the same. A reason to go back goes before any reason to go on.
pub fn decide(spec: &Spec, progress: &Progress, seen: &Observation) -> Decision {
    match &progress.phase {
        Phase::RollingBack { reason } => return Decision::Abort { reason: reason.clone() },
        Phase::Halted { reason } => return Decision::Halt { reason: reason.clone() },
        Phase::Starting | Phase::Stage { .. } | Phase::Watching => {}
    }
    if let Some(reason) = reason_to_go_back(spec, progress, seen) {
        return if spec.auto_rollback || spec.kind == Kind::First { Decision::Abort { reason } } else { Decision::Halt { reason } };
    }
    match ahead(spec, progress, seen) {
        Ahead::Wait(obstacle) => Decision::Wait { until: obstacle.until().into_iter().fold(next_deadline(spec, seen), Timestamp::min) },
        Ahead::Go(to) => Decision::Advance { to },
        Ahead::Complete => Decision::Complete,
    }
}

fn reason_to_go_back(spec: &Spec, progress: &Progress, seen: &Observation) -> Option<Reason> {
    if let Some(message) = &seen.load_error {
        return Some(Reason::LoadFailed { message: message.clone() });
    }
    // Over the whole rollout, so that evidence adds up; and over this phase alone, so that what went well before does not
    // hide what goes wrong now.
    let bounds = Bounds::from(&spec.health_check);
    for counts in [seen.counts, seen.counts.since(progress.base)] {
        if let Some(reason) = Verdict::of(bounds, counts).unhealthy() {
            return Some(reason.clone());
        }
    }
    let (available, wanted) = (seen.available, seen.instances_wanted);
    let after = spec.health_check.healthy_deadline;
    match &seen.probe_failures {
        Some(failure) if progress.phase != Phase::Starting => {
            let allowed = spec.health_check.http.as_ref().map_or(1, |probe| probe.unhealthy_after);
            if failure.failed >= allowed {
                let (ordinal, failed, last_error) = (failure.ordinal, failure.failed, failure.error.clone());
                return Some(Reason::Probes { ordinal, failed, available, wanted, last_error });
            }
        }
        failure if !seen.all_available() && seen.now >= seen.instances_since + after => {
            return Some(Reason::NotAvailable {
                available,
                wanted,
                after,
                last_error: failure.as_ref().map(|failure| failure.error.clone()),
            });
        }
        _ => {}
    }
    let after = spec.health_check.progress_deadline;
    if seen.now >= seen.started_at + after {
        let waiting_for = match ahead(spec, progress, seen) {
            Ahead::Complete => return None,
            Ahead::Wait(obstacle) => obstacle.to_string(),
            Ahead::Go(_) => "the stages after it".to_owned(),
        };
        return Some(Reason::ProgressDeadline { after, stage: progress.describe(spec), waiting_for });
    }
    None
}

/// The next deadline that can put an end to this. There is always one: whoever is past the last has been sent back.
fn next_deadline(spec: &Spec, seen: &Observation) -> Timestamp {
    let whole = seen.started_at + spec.health_check.progress_deadline;
    let available = seen.instances_since + spec.health_check.healthy_deadline;
    if !seen.all_available() && available > seen.now { whole.min(available) } else { whole }
}

/// The way on, if nothing speaks for going back.
enum Ahead {
    Wait(Obstacle),
    Go(Progress),
    Complete,
}

fn ahead(spec: &Spec, progress: &Progress, seen: &Observation) -> Ahead {
    let passed = match progress.phase {
        Phase::Starting => None,
        Phase::Stage { index } => Some(index),
        Phase::Watching | Phase::RollingBack { .. } | Phase::Halted { .. } => {
            return obstacle(progress, seen, spec, spec.min_healthy_time(), 0).map_or(Ahead::Complete, Ahead::Wait);
        }
    };
    let (hold, min_requests) = match passed {
        Some(index) => (strategy::hold(&spec.strategy, index), spec.health_check.min_requests),
        None => (Span::ZERO, 0),
    };
    if let Some(obstacle) = obstacle(progress, seen, spec, hold, min_requests) {
        return Ahead::Wait(obstacle);
    }
    let next = match spec.kind {
        Kind::Update => strategy::after(&spec.strategy, passed),
        Kind::First | Kind::Promotion => Next::All,
    };
    Ahead::Go(match next {
        Next::Stage { index, weight } => progress.enter(Phase::Stage { index }, weight, seen),
        Next::All => progress.enter(Phase::Watching, 100, seen),
    })
}

/// What a phase still waits for.
enum Obstacle {
    Instances { available: u32, wanted: u32 },
    Time { until: Timestamp },
    Requests { seen: u64, needed: u64 },
    Verdict(Verdict),
}

fn obstacle(progress: &Progress, seen: &Observation, spec: &Spec, hold: Span, min_requests: u64) -> Option<Obstacle> {
    if !seen.all_available() {
        return Some(Obstacle::Instances { available: seen.available, wanted: seen.instances_wanted });
    }
    let until = progress.entered_at + hold;
    if seen.now < until {
        return Some(Obstacle::Time { until });
    }
    let counts = seen.counts.since(progress.base);
    if counts.requests < min_requests {
        return Some(Obstacle::Requests { seen: counts.requests, needed: min_requests });
    }
    // Over the bound, but not surely: more requests will tell.
    let verdict = Verdict::of(Bounds { min_requests: 0, ..Bounds::from(&spec.health_check) }, counts);
    (verdict.health == Health::Degraded).then_some(Obstacle::Verdict(verdict))
}

impl Obstacle {
    fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Time { until } => Some(*until),
            Self::Instances { .. } | Self::Requests { .. } | Self::Verdict(_) => None,
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instances { available, wanted } => write!(f, "instances: {available} of {wanted} available"),
            Self::Time { .. } => f.write_str("its time to pass"),
            Self::Requests { seen, needed } => write!(f, "requests: {} of {} seen", Grouped(*seen), Grouped(*needed)),
            Self::Verdict(verdict) => write!(f, "a better verdict than {verdict}"),
        }
    }
}
