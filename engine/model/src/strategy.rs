//! How a deployment goes from one revision to the next: what is asked for, not how it is done.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::Span;
use crate::fault::Collector;

/// How traffic moves to a new revision. As JSON: an object with the strategy's name as its only key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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

/// Every strategy by its name: what is read before it is known to be exactly one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strategies {
    direct: Option<Nothing>,
    canary: Option<Canary>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl<'de> Deserialize<'de> for Strategy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const WANTED: &str = "`strategy` takes exactly one of `direct` and `canary`";
        match Strategies::deserialize(deserializer)? {
            Strategies { direct: Some(Nothing {}), canary: None } => Ok(Strategy::Direct {}),
            Strategies { direct: None, canary: Some(canary) } => Ok(Strategy::Canary(canary)),
            Strategies { direct: None, canary: None } => Err(D::Error::custom(format!("{WANTED}, and has none"))),
            Strategies { .. } => Err(D::Error::custom(format!("{WANTED}, and has both"))),
        }
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
        faults.check(!canary.steps.is_empty(), "strategy.canary.steps", || {
            "is empty; give at least one step, or leave it out for 10, 30, 50, 100".into()
        });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_strategy_is_read() {
        for strategy in [Strategy::Direct {}, Strategy::Canary(Canary { steps: Canary::default_steps() })] {
            let text = serde_json::to_string(&strategy).unwrap();
            assert_eq!(serde_json::from_str::<Strategy>(&text).unwrap(), strategy, "{text}");
        }
        let cases = [
            ("{}", "exactly one of `direct` and `canary`, and has none"),
            (r#"{"direct":{},"canary":{}}"#, "exactly one of `direct` and `canary`, and has both"),
            (r#"{"sideways":{}}"#, "unknown field `sideways`, expected `direct` or `canary`"),
            (r#"{"direct":{"fast":true}}"#, "unknown field `fast`"),
        ];
        for (text, sentence) in cases {
            let message = serde_json::from_str::<Strategy>(text).unwrap_err().to_string();
            assert!(message.contains(sentence), "{text}: {message}");
        }
    }
}
