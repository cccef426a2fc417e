//! Direct: all traffic at once, as soon as the new revision is available.

use super::Step;
use crate::Spec;

pub(super) fn steps(spec: &Spec) -> Vec<Step> {
    vec![Step::all_traffic(spec)]
}
