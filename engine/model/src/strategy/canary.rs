//! Canary: a part of the traffic first, then more.

use serde::{Deserialize, Serialize};

use crate::Span;
use crate::fault::Collector;

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
    /// How many instances the new revision has in this stage; absent: all of them. All of them again once it has all traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<u32>,
    /// How long the stage is watched, at least.
    #[serde(default = "CanaryStep::default_hold")]
    pub hold: Span,
    /// Whether the stage is left only when somebody promotes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub manual: bool,
}

impl CanaryStep {
    /// A stage with every instance, left by itself.
    pub fn new(weight: u8, hold: Span) -> Self {
        Self { weight, instances: None, hold, manual: false }
    }

    /// How long a stage is watched where nothing is said.
    pub fn default_hold() -> Span {
        Span::from_secs(30)
    }
}

impl Canary {
    /// The stages where none are given: 10, 30, 50 and 100 percent.
    pub fn default_steps() -> Vec<CanaryStep> {
        [10, 30, 50, 100].map(|weight| CanaryStep::new(weight, CanaryStep::default_hold())).into()
    }

    pub(super) fn holds(&self) -> Span {
        self.steps.iter().map(|step| step.hold).sum()
    }

    pub(super) fn collect(&self, instances: u32, faults: &mut Collector) {
        faults.check(!self.steps.is_empty(), "strategy.canary.steps", || {
            "is empty; give at least one step, or leave it out for 10, 30, 50, 100".into()
        });
        let mut before = 0;
        for (index, step) in self.steps.iter().enumerate() {
            let field = format!("strategy.canary.steps[{index}]");
            if !(1..=100).contains(&step.weight) {
                faults.add(format!("{field}.weight"), format!("is {}; a weight is a percentage from 1 to 100", step.weight));
            } else if step.weight <= before {
                faults
                    .add(format!("{field}.weight"), format!("is {}, not more than the {before} before it; weights must rise", step.weight));
            }
            before = before.max(step.weight);
            let Some(count) = step.instances else { continue };
            faults.check((1..=instances).contains(&count), &format!("{field}.instances"), || {
                format!("is {count}; a stage has 1 to {instances} instances, as many as the deployment has")
            });
            let had = self.steps[..index].iter().map(|step| step.instances.unwrap_or(instances)).max().unwrap_or(0);
            faults.check(count >= had, &format!("{field}.instances"), || {
                format!("is {count}, fewer than the {had} before it; instances may only be added from stage to stage")
            });
        }
    }
}
