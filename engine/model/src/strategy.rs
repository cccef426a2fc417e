//! How a deployment goes from one revision to the next: what is asked for, not how it is done.

use serde::{Deserialize, Serialize};

use crate::Span;
use crate::fault::Collector;

/// How traffic moves to a new revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Strategy {
    /// All at once, as soon as the new revision is available.
    Direct {},
    /// A part of the traffic first, then more.
    Canary(Canary),
}

/// The name of a strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum StrategyKind {
    /// [`Strategy::Direct`].
    Direct,
    /// [`Strategy::Canary`].
    Canary,
}

/// A part of the traffic first, then more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Canary {
    /// The stages, by rising weight. After the last of them all traffic goes to the new revision.
    #[serde(default = "Canary::default_steps")]
    pub steps: Vec<CanaryStep>,
}

/// One stage of a canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CanaryStep {
    /// Percent of the requests that go to the new revision, 1 to 100.
    pub weight: u8,
    /// How long the stage is watched, at least.
    #[serde(default = "CanaryStep::default_hold")]
    pub hold: Span,
}

impl CanaryStep {
    /// How long a stage is watched where nothing is said.
    pub fn default_hold() -> Span {
        Span::from_secs(30)
    }
}

impl Canary {
    /// The stages where none are given: 10, 30, 50 and 100 percent.
    pub fn default_steps() -> Vec<CanaryStep> {
        [10, 30, 50, 100].map(|weight| CanaryStep { weight, hold: CanaryStep::default_hold() }).into()
    }
}

impl Default for Strategy {
    fn default() -> Self {
        Strategy::Direct {}
    }
}

impl Strategy {
    /// The strategy's name.
    pub fn kind(&self) -> StrategyKind {
        match self {
            Strategy::Direct {} => StrategyKind::Direct,
            Strategy::Canary(_) => StrategyKind::Canary,
        }
    }

    /// The time its stages hold, at least.
    pub fn holds(&self) -> Span {
        match self {
            Strategy::Direct {} => Span::ZERO,
            Strategy::Canary(canary) => canary.steps.iter().map(|step| step.hold).sum(),
        }
    }

    pub(crate) fn collect(&self, faults: &mut Collector) {
        let Strategy::Canary(canary) = self else { return };
        faults.check(!canary.steps.is_empty(), "strategy.canary.steps", || "is empty; give at least one step, or leave it out for 10, 30, 50, 100".into());
        let mut before = 0;
        for (index, step) in canary.steps.iter().enumerate() {
            let field = format!("strategy.canary.steps[{index}].weight");
            if !(1..=100).contains(&step.weight) {
                faults.add(field, format!("is {}; a weight is a percentage from 1 to 100", step.weight));
            } else if step.weight <= before {
                faults.add(field, format!("is {}, not more than the {before} before it; weights must rise", step.weight));
            }
            before = before.max(step.weight);
        }
    }
}

impl StrategyKind {
    /// The strategy's name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            StrategyKind::Direct => "direct",
            StrategyKind::Canary => "canary",
        }
    }
}
