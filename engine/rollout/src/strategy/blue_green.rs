//! Blue-green: the new revision runs whole and unseen, is tested, then gets all traffic at once.

use hotswap_model::BlueGreen;

use super::{Gate, Step};
use crate::Spec;

pub(super) fn steps(blue_green: &BlueGreen, spec: &Spec) -> Vec<Step> {
    let unseen = Step { gate: Gate::Tests { person: !blue_green.auto_promote }, ..Step::beside_the_old_one(spec, 0) };
    vec![unseen, Step::all_traffic(spec)]
}
