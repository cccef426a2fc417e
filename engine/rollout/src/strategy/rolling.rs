//! Rolling: instances change places, a batch at a time; traffic follows their number.

use hotswap_model::Rolling;

use super::Step;
use crate::Spec;

/// A step a batch.
///
/// With N instances wanted and M there, no more than `max(N, M) + max_surge` are there at a time, and no fewer than
/// `min(N, M) - max_unavailable` are available. The last instance of the old revision stays until the new ones are available even
/// if that makes one too many: whoever has traffic has an instance. The last batch takes the last of the old revision's instances: its program stays
/// loaded, so that they are back at once if they must be.
pub(super) fn steps(rolling: &Rolling, spec: &Spec) -> Vec<Step> {
    let (wanted, had) = (spec.instances, spec.old_instances);
    let batch = rolling.batch(wanted);
    let most = wanted.max(had) + rolling.surge(wanted);
    let least = wanted.min(had).saturating_sub(rolling.max_unavailable);
    let (mut steps, mut new, mut old) = (Vec::new(), 0, had);
    while new + batch < wanted {
        new += batch;
        let old_meanwhile = old.min(most.saturating_sub(new).max(1));
        old = old_meanwhile.min(share_of_the_rest(had, wanted - new, wanted).max(least.saturating_sub(new)).max(1));
        steps.push(Step {
            instances: new,
            old_meanwhile,
            old_instances: old,
            hold: rolling.pause_between,
            counts: true,
            ..Step::beside_the_old_one(spec, weight(new, old))
        });
    }
    steps.push(Step { old_meanwhile: old.min(most.saturating_sub(wanted).max(1)), old_instances: 0, ..Step::all_traffic(spec) });
    steps
}

/// What of `had` is left when `rest` of `wanted` are still to come, rounded up.
fn share_of_the_rest(had: u32, rest: u32, wanted: u32) -> u32 {
    let share = (u64::from(had) * u64::from(rest)).div_ceil(u64::from(wanted.max(1)));
    u32::try_from(share).unwrap_or(had)
}

/// The share of the new instances in all, in percent; both revisions are given something.
fn weight(new: u32, old: u32) -> u8 {
    let (new, all) = (u64::from(new), u64::from(new) + u64::from(old));
    let percent = (new * 100 + all / 2) / all.max(1);
    u8::try_from(percent.clamp(1, 99)).unwrap_or(99)
}
