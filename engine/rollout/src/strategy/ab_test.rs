//! A/B test: both revisions serve until one is known to be better, or time is up; then all traffic goes to one. How they are
//! compared is in [`crate::compare`].

use hotswap_model::AbTest;

use super::{Gate, Step};
use crate::Spec;

pub(super) fn steps(ab_test: &AbTest, spec: &Spec) -> Vec<Step> {
    let both = Step { gate: Gate::Comparison { person: !ab_test.auto_promote }, ..Step::beside_the_old_one(spec, ab_test.weight) };
    vec![both, Step::all_traffic(spec)]
}
