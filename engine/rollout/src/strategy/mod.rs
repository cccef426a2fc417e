//! The strategies, a file each: every one says which steps a rollout takes. What holds for every step is in [`crate::decide`].

mod ab_test;
mod blue_green;
mod canary;
mod direct;
mod rolling;

use hotswap_model::{Span, StageGate, Strategy};

use crate::{Kind, Spec};

/// One step of a rollout.
///
/// It is entered in two parts: first the new revision gets its instances, with the traffic as it was; once they are available the
/// traffic moves, and the old revision gives up the instances it needs no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// Percent of the requests that the new revision is given.
    pub(crate) weight: u8,
    /// Instances of the new revision. Never fewer than in the step before.
    pub(crate) instances: u32,
    /// Instances the old revision keeps while the new one's are brought up.
    pub(crate) old_meanwhile: u32,
    /// Instances the old revision keeps from then on.
    pub(crate) old_instances: u32,
    /// How long it is watched, at least.
    pub(crate) hold: Span,
    /// Whether `min_requests` must have been seen before it may be left.
    pub(crate) counts: bool,
    /// What else it waits for.
    pub(crate) gate: Gate,
}

/// What a step waits for beside time and health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Nothing.
    Open,
    /// Somebody who promotes it.
    Person,
    /// The smoke tests, and then perhaps somebody.
    Tests {
        /// Whether somebody must promote it, too.
        person: bool,
    },
    /// The comparison of both revisions, and then perhaps somebody.
    Comparison {
        /// Whether somebody must promote it, too.
        person: bool,
    },
}

impl Gate {
    /// Whether its time is its own: the deadline of the whole rollout stands still meanwhile.
    pub(crate) fn stops_the_clock(self) -> bool {
        match self {
            Gate::Open => false,
            Gate::Person | Gate::Comparison { .. } => true,
            Gate::Tests { person } => person,
        }
    }

    /// As people are told it before.
    pub(crate) fn as_planned(self) -> Vec<StageGate> {
        let first = match self {
            Gate::Open | Gate::Person => None,
            Gate::Tests { .. } => Some(StageGate::Tests),
            Gate::Comparison { .. } => Some(StageGate::Comparison),
        };
        first.into_iter().chain(self.waits_for_somebody().then_some(StageGate::Promotion)).collect()
    }

    /// Whether somebody must promote it.
    pub(crate) fn waits_for_somebody(self) -> bool {
        match self {
            Gate::Open => false,
            Gate::Person => true,
            Gate::Tests { person } | Gate::Comparison { person } => person,
        }
    }
}

/// The steps of a rollout, in order. The last one gives the new revision all its instances and all traffic.
pub(crate) fn steps(spec: &Spec) -> Vec<Step> {
    match (&spec.strategy, spec.kind) {
        (Strategy::Direct {}, _) | (_, Kind::First | Kind::Promotion) => direct::steps(spec),
        (Strategy::Rolling(rolling), Kind::Update) => rolling::steps(rolling, spec),
        (Strategy::Canary(canary), Kind::Update) => canary::steps(canary, spec),
        (Strategy::BlueGreen(blue_green), Kind::Update) => blue_green::steps(blue_green, spec),
        (Strategy::AbTest(ab_test), Kind::Update) => ab_test::steps(ab_test, spec),
    }
}

impl Step {
    /// A step that leaves the old revision its instances: what may go wrong finds the way back at once.
    fn beside_the_old_one(spec: &Spec, weight: u8) -> Self {
        Self {
            weight,
            instances: spec.instances,
            old_meanwhile: spec.old_instances,
            old_instances: spec.old_instances,
            hold: Span::ZERO,
            counts: false,
            gate: Gate::Open,
        }
    }

    /// The last step. The old revision has no traffic any more, and stays until the new one is known to be well.
    fn all_traffic(spec: &Spec) -> Self {
        Self { hold: spec.min_healthy_time(), ..Self::beside_the_old_one(spec, 100) }
    }
}
