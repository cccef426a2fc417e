//! How a deployment goes from one revision to the next: what is asked for, not how it is done. A file a strategy.

mod ab_test;
mod blue_green;
mod canary;
mod rolling;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::Span;
use crate::fault::Collector;

pub use ab_test::{AbTest, Audience};
pub use blue_green::{BlueGreen, SmokeTest};
pub use canary::{Canary, CanaryStep};
pub use rolling::Rolling;

/// How traffic moves to a new revision. As JSON: an object with the strategy's name as its only key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Strategy {
    /// All at once, as soon as the new revision is available.
    Direct {},
    /// Instances change places, a batch at a time.
    Rolling(Rolling),
    /// A part of the traffic first, then more.
    Canary(Canary),
    /// The new revision runs unseen, then all traffic goes over at once.
    BlueGreen(BlueGreen),
    /// Both serve for a while and are compared.
    AbTest(AbTest),
}

/// The name of a strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum StrategyKind {
    /// [`Strategy::Direct`].
    Direct,
    /// [`Strategy::Rolling`].
    Rolling,
    /// [`Strategy::Canary`].
    Canary,
    /// [`Strategy::BlueGreen`].
    BlueGreen,
    /// [`Strategy::AbTest`].
    AbTest,
}

/// Every strategy by its name: what is read before it is known to be exactly one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strategies {
    direct: Option<Nothing>,
    rolling: Option<Rolling>,
    canary: Option<Canary>,
    blue_green: Option<BlueGreen>,
    ab_test: Option<AbTest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl<'de> Deserialize<'de> for Strategy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Strategies { direct, rolling, canary, blue_green, ab_test } = Strategies::deserialize(deserializer)?;
        let mut given: Vec<Strategy> = [
            direct.map(|Nothing {}| Strategy::Direct {}),
            rolling.map(Strategy::Rolling),
            canary.map(Strategy::Canary),
            blue_green.map(Strategy::BlueGreen),
            ab_test.map(Strategy::AbTest),
        ]
        .into_iter()
        .flatten()
        .collect();
        match (given.pop(), given.len()) {
            (Some(strategy), 0) => Ok(strategy),
            (last, _) => {
                given.extend(last);
                let names: Vec<_> = given.iter().map(|strategy| format!("`{}`", strategy.kind().as_str())).collect();
                let has = if names.is_empty() { "none".to_owned() } else { names.join(" and ") };
                let wanted = StrategyKind::ALL.map(|kind| format!("`{}`", kind.as_str())).join(", ");
                Err(D::Error::custom(format!("`strategy` takes exactly one of {wanted}, and has {has}")))
            }
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
            Strategy::Rolling(_) => StrategyKind::Rolling,
            Strategy::Canary(_) => StrategyKind::Canary,
            Strategy::BlueGreen(_) => StrategyKind::BlueGreen,
            Strategy::AbTest(_) => StrategyKind::AbTest,
        }
    }

    /// The time its stages take for so many instances, at least; what a test or a person takes is not in it.
    pub fn holds(&self, instances: u32) -> Span {
        match self {
            Strategy::Direct {} | Strategy::BlueGreen(_) | Strategy::AbTest(_) => Span::ZERO,
            Strategy::Rolling(rolling) => rolling.holds(instances),
            Strategy::Canary(canary) => canary.holds(),
        }
    }

    pub(crate) fn collect(&self, instances: u32, faults: &mut Collector) {
        match self {
            Strategy::Direct {} => {}
            Strategy::Rolling(rolling) => rolling.collect(faults),
            Strategy::Canary(canary) => canary.collect(instances, faults),
            Strategy::BlueGreen(blue_green) => blue_green.collect(faults),
            Strategy::AbTest(ab_test) => ab_test.collect(faults),
        }
    }
}

impl StrategyKind {
    /// Every strategy.
    pub const ALL: [StrategyKind; 5] =
        [StrategyKind::Direct, StrategyKind::Rolling, StrategyKind::Canary, StrategyKind::BlueGreen, StrategyKind::AbTest];

    /// The names of all of them.
    pub const NAMES: &[&str] = &["direct", "rolling", "canary", "blue_green", "ab_test"];

    /// The strategy's name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            StrategyKind::Direct => "direct",
            StrategyKind::Rolling => "rolling",
            StrategyKind::Canary => "canary",
            StrategyKind::BlueGreen => "blue_green",
            StrategyKind::AbTest => "ab_test",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DeploymentSpec;

    #[test]
    fn exactly_one_strategy_is_read() {
        let all = [
            Strategy::Direct {},
            Strategy::Rolling(Rolling::default()),
            Strategy::Canary(Canary { steps: Canary::default_steps() }),
            Strategy::BlueGreen(BlueGreen::default()),
            Strategy::AbTest(AbTest::default()),
        ];
        for strategy in all {
            let text = serde_json::to_string(&strategy).unwrap();
            assert_eq!(serde_json::from_str::<Strategy>(&text).unwrap(), strategy, "{text}");
            let short = format!(r#"{{"{}":{{}}}}"#, strategy.kind().as_str());
            assert_eq!(serde_json::from_str::<Strategy>(&short).unwrap(), strategy, "{short}");
        }
        let wanted = "exactly one of `direct`, `rolling`, `canary`, `blue_green`, `ab_test`, and has";
        let cases = [
            ("{}", format!("{wanted} none")),
            (r#"{"direct":{},"canary":{},"rolling":{}}"#, format!("{wanted} `direct` and `rolling` and `canary`")),
            (r#"{"sideways":{}}"#, "unknown field `sideways`, expected one of `direct`".into()),
            (r#"{"direct":{"fast":true}}"#, "unknown field `fast`".into()),
            (r#"{"rolling":{"batch":1}}"#, "unknown field `batch`".into()),
        ];
        for (text, sentence) in cases {
            let message = serde_json::from_str::<Strategy>(text).unwrap_err().to_string();
            assert!(message.contains(&sentence), "{text}: {message}");
        }
    }

    /// The faults of a deployment of ten instances with this strategy, `field: sentence` each.
    fn faults(strategy: &str) -> Vec<String> {
        let text = format!(r#"{{"plugin":"greeter","version":"1.0.0","instances":10,"strategy":{strategy}}}"#);
        let spec: DeploymentSpec = serde_json::from_str(&text).unwrap();
        spec.validate().err().map(|faults| faults.iter().map(ToString::to_string).collect()).unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_is_told_with_its_field() {
        let cases = [
            (r#"{"rolling":{"batch_size":0}}"#, "strategy.rolling.batch_size: must be at least 1"),
            (r#"{"rolling":{"batch_size":1,"batch_percent":10}}"#, "strategy.rolling.batch_size: is given beside `batch_percent`"),
            (r#"{"rolling":{"batch_percent":0}}"#, "strategy.rolling.batch_percent: is 0"),
            (r#"{"rolling":{"max_surge":0}}"#, "strategy.rolling.max_surge: is 0, and so is `max_unavailable`"),
            (r#"{"rolling":{"batch_size":1,"pause_between":"10m"}}"#, "health_check.progress_deadline: is 10m"),
            (r#"{"canary":{"steps":[{"weight":10,"instances":11}]}}"#, "strategy.canary.steps[0].instances: is 11"),
            (
                r#"{"canary":{"steps":[{"weight":10,"instances":4},{"weight":20,"instances":2}]}}"#,
                "strategy.canary.steps[1].instances: is 2, fewer than the 4 before it",
            ),
            (r#"{"blue_green":{"smoke_tests":[{"path":"health"}]}}"#, "strategy.blue_green.smoke_tests[0].path: is \"health\""),
            (r#"{"blue_green":{"smoke_tests":[{"path":"/","status":99}]}}"#, "strategy.blue_green.smoke_tests[0].status: is 99"),
            (r#"{"ab_test":{"weight":100}}"#, "strategy.ab_test.weight: is 100"),
            (r#"{"ab_test":{"min_effect":-1}}"#, "strategy.ab_test.min_effect: is -1"),
            (r#"{"ab_test":{"audience":{}}}"#, "strategy.ab_test.audience: has neither"),
            (r#"{"ab_test":{"audience":{"header":"a","cookie":"b"}}}"#, "strategy.ab_test.audience: has both"),
            (r#"{"ab_test":{"audience":{"header":"a b"}}}"#, "strategy.ab_test.audience.header: is \"a b\""),
        ];
        for (strategy, sentence) in cases {
            let found = faults(strategy);
            assert!(found.len() == 1 && found[0].contains(sentence), "{strategy}: {found:?}");
        }
        for fine in [r#"{"rolling":{"max_surge":0,"max_unavailable":1}}"#, r#"{"ab_test":{"audience":{"cookie":"beta"}}}"#] {
            assert_eq!(faults(fine), Vec::<String>::new());
        }
    }

    #[test]
    fn the_names_are_those_of_the_kinds() {
        assert_eq!(StrategyKind::ALL.map(StrategyKind::as_str), StrategyKind::NAMES);
    }

    #[test]
    fn a_batch_is_what_the_bounds_leave_of_it() {
        let batch = |text: &str, instances| serde_json::from_str::<Rolling>(text).unwrap().batch(instances);
        assert_eq!(batch("{}", 10), 3);
        assert_eq!(batch("{}", 1), 1);
        assert_eq!(batch(r#"{"batch_size":4}"#, 10), 4);
        assert_eq!(batch(r#"{"batch_size":40}"#, 10), 10);
        assert_eq!(batch(r#"{"batch_size":4,"max_surge":1}"#, 10), 1);
        assert_eq!(batch(r#"{"batch_size":4,"max_surge":1,"max_unavailable":1}"#, 10), 2);
        assert_eq!(serde_json::from_str::<Rolling>("{}").unwrap().batches(10), 4);
    }
}
