//! What a rollout does next: what holds for every strategy. Which steps it takes is in [`crate::strategy`], why it goes back in
//! [`crate::go_back`].

use std::fmt;

use hotswap_model::{NoTraffic, Span, Timestamp};

use crate::go_back::{deadlines, reason_to_go_back};
use crate::strategy::{Gate, Step, steps};
use crate::text::Grouped;
use crate::{Bounds, Comparison, Counts, Health, Kind, Observation, Outcome, Phase, Progress, Reason, Spec, Verdict};

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Nothing. Ask again when something new is seen, and at the latest then.
    Wait {
        /// After `now`, and not after the next deadline.
        until: Timestamp,
    },
    /// Write this down, then make it so: instances and traffic as [`Progress::shape`] has them.
    Advance {
        /// Where the rollout is from now on.
        to: Box<Progress>,
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
        _ if let Some(by) = &progress.abort_by => return Decision::Abort { reason: Reason::Requested { by: by.clone() } },
        Phase::Halted { reason } => return Decision::Halt { reason: reason.clone() },
        Phase::Starting | Phase::Scaling { .. } | Phase::Stage { .. } | Phase::Watching => {}
    }
    if let Some(reason) = reason_to_go_back(spec, progress, seen) {
        return if spec.auto_rollback || spec.kind == Kind::First { Decision::Abort { reason } } else { Decision::Halt { reason } };
    }
    match ahead(spec, progress, seen) {
        Ahead::Wait(obstacle) => {
            let next = deadlines(spec, progress, seen).into_iter().filter(|deadline| *deadline > seen.now).chain(obstacle.until()).min();
            // Whoever is past the last deadline has been sent back; a clock that jumps is asked again at once.
            Decision::Wait { until: next.unwrap_or(seen.now + crate::TICK) }
        }
        Ahead::Go(to) => Decision::Advance { to: Box::new(to) },
        Ahead::Complete => Decision::Complete,
    }
}

/// The way on, if nothing speaks for going back.
pub(crate) enum Ahead {
    Wait(Obstacle),
    Go(Progress),
    Complete,
}

pub(crate) fn ahead(spec: &Spec, progress: &Progress, seen: &Observation) -> Ahead {
    let steps = steps(spec);
    let (step, index) = match progress.phase {
        Phase::Stage { index } => (steps.get(index), index),
        Phase::Watching | Phase::RollingBack { .. } | Phase::Halted { .. } => (steps.last(), steps.len().saturating_sub(1)),
        Phase::Starting => return after_scaling(spec, progress, seen, &steps, 0),
        Phase::Scaling { index } => return after_scaling(spec, progress, seen, &steps, index),
    };
    if let Some(step) = step {
        if let Some(obstacle) = obstacle(spec, progress, seen, step) {
            return Ahead::Wait(obstacle);
        }
        if let Gate::Comparison { person: true } = step.gate
            && progress.comparison.is_none()
            && progress.promoted_by.is_none()
        {
            // Told once, and written down, before anybody promotes it.
            return Ahead::Go(Progress { comparison: Some(comparison(spec, progress, seen)), ..progress.clone() });
        }
    }
    match steps.get(index + 1) {
        Some(next) if next.instances > progress.shape(spec).instances => Ahead::Go(progress.scale(index + 1, next, seen, spec)),
        Some(next) => Ahead::Go(enter(spec, progress, seen, &steps, index + 1, next)),
        None if spec.hooks_after && seen.hooks_after.is_none() => Ahead::Wait(Obstacle::Hooks("after")),
        None => Ahead::Complete,
    }
}

fn after_scaling(spec: &Spec, progress: &Progress, seen: &Observation, steps: &[Step], index: usize) -> Ahead {
    if progress.paused_by.is_some() {
        return Ahead::Wait(Obstacle::Paused);
    }
    if progress.phase == Phase::Starting && spec.hooks_before && seen.hooks_before.is_none() {
        return Ahead::Wait(Obstacle::Hooks("before"));
    }
    if let Some(obstacle) = missing_instances(spec, progress, seen) {
        return Ahead::Wait(obstacle);
    }
    match steps.get(index).or(steps.last()) {
        Some(step) => Ahead::Go(enter(spec, progress, seen, steps, index, step)),
        None => Ahead::Complete,
    }
}

fn enter(spec: &Spec, progress: &Progress, seen: &Observation, steps: &[Step], index: usize, step: &Step) -> Progress {
    let phase = if index + 1 >= steps.len() { Phase::Watching } else { Phase::Stage { index } };
    progress.enter(phase, step, seen, spec)
}

/// What a phase still waits for.
pub(crate) enum Obstacle {
    Instances { available: u32, wanted: u32 },
    Time { until: Timestamp },
    Requests { seen: u64, needed: u64 },
    Verdict(Verdict),
    Paused,
    Promotion,
    Tests,
    Comparison { until: Timestamp },
    Hooks(&'static str),
}

fn missing_instances(spec: &Spec, progress: &Progress, seen: &Observation) -> Option<Obstacle> {
    let wanted = progress.shape(spec).instances;
    (seen.available < wanted).then_some(Obstacle::Instances { available: seen.available, wanted })
}

fn obstacle(spec: &Spec, progress: &Progress, seen: &Observation, step: &Step) -> Option<Obstacle> {
    if let Some(obstacle) = missing_instances(spec, progress, seen) {
        return Some(obstacle);
    }
    let until = progress.entered_at + step.hold;
    if seen.now < until {
        return Some(Obstacle::Time { until });
    }
    let counts = seen.counts.since(progress.base) + seen.probed;
    let check = &spec.health_check;
    if step.counts && counts.requests < check.min_requests && check.no_traffic != NoTraffic::Proceed {
        return Some(Obstacle::Requests { seen: counts.requests, needed: check.min_requests });
    }
    // Over the bound, but not surely: more requests will tell.
    let verdict = Verdict::of(Bounds { min_requests: 0, ..Bounds::from(check) }, counts);
    if verdict.health == Health::Degraded {
        return Some(Obstacle::Verdict(verdict));
    }
    if progress.paused_by.is_some() {
        return Some(Obstacle::Paused);
    }
    gate(spec, progress, seen, step)
}

fn gate(spec: &Spec, progress: &Progress, seen: &Observation, step: &Step) -> Option<Obstacle> {
    let waits = step.gate.waits_for_somebody() && progress.promoted_by.is_none();
    match step.gate {
        Gate::Open => None,
        Gate::Person => waits.then_some(Obstacle::Promotion),
        Gate::Tests { .. } if spec.tested() && seen.tests.is_none() => Some(Obstacle::Tests),
        Gate::Tests { .. } => waits.then_some(Obstacle::Promotion),
        Gate::Comparison { .. } if progress.promoted_by.is_some() => None,
        Gate::Comparison { .. } if comparison(spec, progress, seen).outcome.is_none() => {
            Some(Obstacle::Comparison { until: progress.entered_at + spec.comparison_time() })
        }
        Gate::Comparison { .. } => (waits && progress.comparison.is_some()).then_some(Obstacle::Promotion),
    }
}

/// Both revisions compared, over the stage they are compared in.
pub(crate) fn comparison(spec: &Spec, progress: &Progress, seen: &Observation) -> Comparison {
    let (a, b): (Counts, Counts) = (seen.old_counts.since(progress.old_base), seen.counts.since(progress.base));
    match (&progress.comparison, spec.ab_test()) {
        (Some(told), _) => *told,
        (None, Some(ab_test)) => Comparison::of(ab_test, a, b, seen.now >= progress.entered_at + ab_test.duration),
        (None, None) => Comparison { a, b, outcome: Some(Outcome::NoDifference) },
    }
}

impl Obstacle {
    fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Time { until } | Self::Comparison { until } => Some(*until),
            _ => None,
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
            Self::Paused => f.write_str("somebody to resume it"),
            Self::Promotion => f.write_str("somebody to promote it"),
            Self::Tests => f.write_str("its smoke tests"),
            Self::Comparison { .. } => f.write_str("a difference between the versions"),
            Self::Hooks(when) => write!(f, "the webhooks that come {when} it"),
        }
    }
}

/// What a rollout waits for, in words: `requests: 37 of 100 seen`. `None`: it is about to go on, or it is over.
pub fn waiting_for(spec: &Spec, progress: &Progress, seen: &Observation) -> Option<String> {
    match ahead(spec, progress, seen) {
        Ahead::Wait(obstacle) => Some(obstacle.to_string()),
        Ahead::Go(_) | Ahead::Complete => None,
    }
}

/// How long the stage a rollout is in has a deadline of its own for, if it has one.
pub(crate) fn own_deadline(spec: &Spec, step: &Step) -> Option<Span> {
    let promotion = spec.health_check.promotion_deadline;
    match step.gate {
        Gate::Open | Gate::Tests { person: false } => None,
        Gate::Person | Gate::Tests { person: true } => Some(step.hold + promotion),
        Gate::Comparison { person: false } => Some(step.hold + spec.comparison_time() + spec.health_check.progress_deadline),
        Gate::Comparison { person: true } => Some(step.hold + spec.comparison_time() + promotion),
    }
}
