//! What of a rollout does not change while it is under way.

use hotswap_model::{AbTest, DeploymentSpec, HealthCheck, Span, Strategy};

use crate::Observation;

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
    /// Instances the new revision has in the end.
    pub instances: u32,
    /// Instances the old revision has at the beginning; 0 if there is none.
    pub old_instances: u32,
    /// Whether webhooks are called before it.
    pub hooks_before: bool,
    /// Whether webhooks are called before it counts as complete.
    pub hooks_after: bool,
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
    /// What a rollout of `spec` goes by, from a revision with so many instances.
    pub fn new(spec: &DeploymentSpec, kind: Kind, old_instances: u32) -> Self {
        Self {
            strategy: spec.strategy.clone(),
            health_check: spec.health_check.clone(),
            auto_rollback: spec.auto_rollback,
            kind,
            instances: spec.instances,
            old_instances,
            hooks_before: false,
            hooks_after: false,
        }
    }

    pub(crate) fn min_healthy_time(&self) -> Span {
        match self.kind {
            Kind::First | Kind::Update => self.health_check.min_healthy_time,
            Kind::Promotion => Span::ZERO,
        }
    }

    pub(crate) fn ab_test(&self) -> Option<&AbTest> {
        match &self.strategy {
            Strategy::AbTest(ab_test) => Some(ab_test),
            _ => None,
        }
    }

    /// How long variants are compared at most.
    pub(crate) fn comparison_time(&self) -> Span {
        self.ab_test().map_or(Span::ZERO, |ab_test| ab_test.duration)
    }

    /// Whether there is a smoke test.
    pub(crate) fn tested(&self) -> bool {
        matches!(&self.strategy, Strategy::BlueGreen(blue_green) if !blue_green.smoke_tests.is_empty())
    }

    /// From how many milliseconds on an answer counts as slower than the old revision's.
    ///
    /// In an A/B test: than 90 of 100 of the old one's answers, for the more of them are counted the sooner a difference is seen.
    /// Elsewhere: than 99 of 100 of them, with what `compare.latency` allows on top.
    pub(crate) fn slower_than_ms(&self, seen: &Observation) -> Option<u64> {
        let latency = seen.old_latency?;
        if self.ab_test().is_some() {
            return Some(latency.p90_ms);
        }
        let allowed = self.health_check.compare?.latency?;
        Some((latency.p99_ms as f64 * (1.0 + allowed / 100.0)).ceil() as u64)
    }
}
