//! Why a rollout goes back. Asked before anything else, whatever it waits for: a pause or a gate keeps nobody from it.

use hotswap_model::Timestamp;

use crate::decide::{Ahead, ahead, comparison, own_deadline};
use crate::strategy::Gate;
use crate::{Bounds, Observation, Outcome, Phase, Progress, Reason, Spec, Verdict, worse};

pub(crate) fn reason_to_go_back(spec: &Spec, progress: &Progress, seen: &Observation) -> Option<Reason> {
    if let Some(message) = &seen.load_error {
        return Some(Reason::LoadFailed { message: message.clone() });
    }
    by_requests(spec, progress, seen)
        .or_else(|| by_instances(spec, progress, seen))
        .or_else(|| by_tests(seen))
        .or_else(|| by_comparison(spec, progress, seen))
        .or_else(|| by_deadline(spec, progress, seen))
}

fn by_requests(spec: &Spec, progress: &Progress, seen: &Observation) -> Option<Reason> {
    // Over the whole rollout, so that evidence adds up; and over this phase alone, so that what went well before does not
    // hide what goes wrong now.
    let bounds = Bounds::from(&spec.health_check);
    let (new, old) = (seen.counts.since(progress.base), seen.old_counts.since(progress.old_base));
    let surely = |counts| Verdict::of(bounds, counts).unhealthy().cloned();
    surely(seen.counts).or_else(|| surely(new + seen.probed)).or_else(|| worse::than_the_old_one(spec, progress, new, old))
}

fn by_instances(spec: &Spec, progress: &Progress, seen: &Observation) -> Option<Reason> {
    let (available, wanted) = (seen.available, progress.shape(spec).instances);
    let scaling = matches!(progress.phase, Phase::Starting | Phase::Scaling { .. });
    match &seen.probe_failures {
        Some(failure) if !scaling => {
            let allowed = spec.health_check.http.as_ref().map_or(1, |probe| probe.unhealthy_after);
            if failure.failed >= allowed {
                let (ordinal, failed, last_error) = (failure.ordinal, failure.failed, failure.error.clone());
                return Some(Reason::Probes { ordinal, failed, available, wanted, last_error });
            }
        }
        failure if available < wanted && seen.now >= healthy_deadline(spec, progress, seen) => {
            return Some(Reason::NotAvailable {
                available,
                wanted,
                after: spec.health_check.healthy_deadline,
                last_error: failure.as_ref().map(|failure| failure.error.clone()),
            });
        }
        _ => {}
    }
    None
}

fn by_tests(seen: &Observation) -> Option<Reason> {
    let failed = |checked: &Option<Result<(), String>>| checked.as_ref().and_then(|checked| checked.as_ref().err().cloned());
    if let Some(message) = failed(&seen.tests) {
        return Some(Reason::SmokeTest { message });
    }
    failed(&seen.hooks_before).or_else(|| failed(&seen.hooks_after)).map(|message| Reason::Webhook { message })
}

/// An A/B test that the new revision hasn't won goes back, if it is to act by itself.
fn by_comparison(spec: &Spec, progress: &Progress, seen: &Observation) -> Option<Reason> {
    let step = progress.stage(spec)?;
    if step.gate != (Gate::Comparison { person: false }) || progress.promoted_by.is_some() {
        return None;
    }
    let comparison = comparison(spec, progress, seen);
    match comparison.outcome? {
        Outcome::A { .. } | Outcome::NotEnoughData => Some(Reason::Compared { comparison }),
        Outcome::B { .. } | Outcome::NoDifference => None,
    }
}

fn by_deadline(spec: &Spec, progress: &Progress, seen: &Observation) -> Option<Reason> {
    let step = progress.stage(spec);
    let own = step.and_then(|step| own_deadline(spec, &step));
    let at = match own {
        Some(own) => progress.entered_at + own,
        None => whole_deadline(spec, progress, seen),
    };
    if seen.now < at {
        return None;
    }
    let (waiting_for, stage) = (ahead(spec, progress, seen), progress.describe(spec));
    let waiting_for = match waiting_for {
        Ahead::Complete => return None,
        Ahead::Wait(obstacle) => obstacle.to_string(),
        Ahead::Go(_) if own.is_some() => return None,
        Ahead::Go(_) => "the stages after it".to_owned(),
    };
    Some(match own {
        Some(after) => Reason::NotPromoted { after, stage, waiting_for },
        None => Reason::ProgressDeadline { after: spec.health_check.progress_deadline, stage, waiting_for },
    })
}

fn whole_deadline(spec: &Spec, progress: &Progress, seen: &Observation) -> Timestamp {
    seen.started_at + spec.health_check.progress_deadline + progress.clock_stopped
}

fn healthy_deadline(spec: &Spec, progress: &Progress, seen: &Observation) -> Timestamp {
    let since = match progress.phase {
        Phase::Scaling { .. } => seen.instances_since.max(progress.entered_at),
        _ => seen.instances_since,
    };
    since + spec.health_check.healthy_deadline
}

/// When this phase can come to an end by itself. There is always one, paused and gated or not.
pub(crate) fn deadlines(spec: &Spec, progress: &Progress, seen: &Observation) -> Vec<Timestamp> {
    let own = progress.stage(spec).and_then(|step| own_deadline(spec, &step));
    let mut deadlines = vec![own.map_or_else(|| whole_deadline(spec, progress, seen), |own| progress.entered_at + own)];
    if seen.available < progress.shape(spec).instances {
        deadlines.push(healthy_deadline(spec, progress, seen));
    }
    deadlines
}
