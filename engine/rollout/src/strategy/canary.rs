//! Canary: a part of the traffic first, then more, by the steps of the spec; then all.

use hotswap_model::{Canary, CanaryStep};

use super::{Gate, Step};
use crate::Spec;

pub(super) fn steps(canary: &Canary, spec: &Spec) -> Vec<Step> {
    let mut instances = 0;
    let step = |step: &CanaryStep| {
        instances = step.instances.unwrap_or(spec.instances).clamp(instances, spec.instances);
        Step {
            instances,
            hold: step.hold,
            counts: true,
            gate: if step.manual { Gate::Person } else { Gate::Open },
            ..Step::beside_the_old_one(spec, step.weight)
        }
    };
    canary.steps.iter().map(step).chain([Step::all_traffic(spec)]).collect()
}
