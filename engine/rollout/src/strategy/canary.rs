//! Canary: a part of the traffic first, then more, by the steps of the spec; then all.

use hotswap_model::{Canary, Span};

use super::Next;

pub(super) fn after(canary: &Canary, passed: Option<usize>) -> Next {
    let index = passed.map_or(0, |passed| passed.saturating_add(1));
    match canary.steps.get(index) {
        Some(step) => Next::Stage { index, weight: step.weight },
        None => Next::All,
    }
}

pub(super) fn hold(canary: &Canary, stage: usize) -> Span {
    canary.steps.get(stage).map_or(Span::ZERO, |step| step.hold)
}

#[cfg(test)]
mod tests {
    use hotswap_model::CanaryStep;

    use super::*;

    #[test]
    fn the_steps_come_in_order_and_then_all_traffic() {
        let canary = Canary { steps: [10, 50].map(|weight| CanaryStep { weight, hold: Span::from_secs(5) }).into() };
        assert_eq!(after(&canary, None), Next::Stage { index: 0, weight: 10 });
        assert_eq!(after(&canary, Some(0)), Next::Stage { index: 1, weight: 50 });
        assert_eq!(after(&canary, Some(1)), Next::All);
        assert_eq!(after(&canary, Some(7)), Next::All);
        assert_eq!(hold(&canary, 1), Span::from_secs(5));
    }
}
