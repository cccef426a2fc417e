//! The attribute `strategy`: what it looks like, and its way to the model and back. A function each a strategy.

use hotswap_model::{AbTest, Audience, BlueGreen, Canary, CanaryStep, Rolling, SmokeTest, Span, Strategy, StrategyKind};
use hotswap_sdk::schema::attribute::{boolean, list_of, number, single, string};
use hotswap_sdk::validators::{Validator, exactly_one_of, invalid, whole_number};
use hotswap_sdk::{Attribute, Diagnostic};
use hotswap_value::Value;

use super::spec::span;
use crate::check;
use crate::object::{Object, decimal};

/// The attribute.
pub(super) fn schema() -> Attribute {
    single([
        ("direct", single::<&str>([]).describe("All traffic at once, as soon as the new revision is available: `direct = {}`.")),
        ("rolling", rolling_schema()),
        ("canary", canary_schema()),
        ("blue_green", blue_green_schema()),
        ("ab_test", ab_test_schema()),
    ])
    .default(state(&Strategy::default()))
    .validate(exactly_one_of(StrategyKind::NAMES))
    .describe("How traffic moves to a new revision: exactly one of the following. Default: `direct`.")
}

/// The strategy of a block. What is not known yet reads as the direct one, with which least can be wrong.
pub(super) fn read(block: &Object<'_>) -> Result<Strategy, Diagnostic> {
    let Some(strategy) = block.object("strategy") else { return Ok(Strategy::Direct {}) };
    if let Some(rolling) = strategy.object("rolling") {
        return read_rolling(&rolling);
    }
    if let Some(canary) = strategy.object("canary") {
        return read_canary(&canary);
    }
    if let Some(blue_green) = strategy.object("blue_green") {
        return read_blue_green(&blue_green);
    }
    match strategy.object("ab_test") {
        Some(ab_test) => read_ab_test(&ab_test),
        None => Ok(Strategy::Direct {}),
    }
}

/// A strategy, as the attribute of its name in an object that has no other.
pub(super) fn state(strategy: &Strategy) -> Value {
    let own = match strategy {
        Strategy::Direct {} => Value::object::<&str, Value>([]),
        Strategy::Rolling(rolling) => rolling_state(rolling),
        Strategy::Canary(canary) => Value::object([("steps", canary_steps(&canary.steps))]),
        Strategy::BlueGreen(blue_green) => blue_green_state(blue_green),
        Strategy::AbTest(ab_test) => ab_test_state(ab_test),
    };
    let kind = strategy.kind();
    Value::object(StrategyKind::ALL.map(|each| (each.as_str(), if each == kind { own.clone() } else { Value::Null })))
}

/// A list that says something: one without entries and none at all would be two ways to say the same.
fn not_empty() -> Validator {
    Validator::new("at least one entry", |value, path| match value.as_elements() {
        Some([]) => vec![invalid(path, "has no entry; leave it out")],
        _ => Vec::new(),
    })
}

fn time(default: Span, description: &str) -> Attribute {
    string().default(default.to_string()).validate(check::span()).describe(format!("{description} Default: `{default}`."))
}

fn rolling_schema() -> Attribute {
    let (all, percent) = (Rolling::default(), Rolling::DEFAULT_BATCH_PERCENT);
    single([
        ("batch_size", number().validate(whole_number(1..=i64::from(u32::MAX))).describe("How many instances a batch has.")),
        (
            "batch_percent",
            number().validate(whole_number(1..=100)).describe(format!(
                "How many instances a batch has, in percent of all, rounded up; in place of `batch_size`. Where neither is given: {percent}."
            )),
        ),
        (
            "max_unavailable",
            number().default(all.max_unavailable).validate(whole_number(0..=i64::from(u32::MAX))).describe(format!(
                "How many instances may be missing while it goes on. Default: {}.",
                all.max_unavailable
            )),
        ),
        (
            "max_surge",
            number().validate(whole_number(0..=i64::from(u32::MAX))).describe(
                "How many instances more than wanted there may be while it goes on. Without it: as many as a batch has.",
            ),
        ),
        ("pause_between", time(all.pause_between, "How long a batch is watched before the next one, at least.")),
    ])
    .describe(
        "Instances change places, a batch at a time, and each revision has traffic by its share of them. A batch follows only when the one \
         before is healthy; one that fails takes all of them back.",
    )
}

fn read_rolling(rolling: &Object<'_>) -> Result<Strategy, Diagnostic> {
    let default = Rolling::default();
    Ok(Strategy::Rolling(Rolling {
        batch_size: rolling.whole("batch_size")?,
        batch_percent: rolling.whole("batch_percent")?,
        max_unavailable: rolling.whole("max_unavailable")?.unwrap_or(default.max_unavailable),
        max_surge: rolling.whole("max_surge")?,
        pause_between: span(rolling, "pause_between", default.pause_between)?,
    }))
}

fn rolling_state(rolling: &Rolling) -> Value {
    Value::object([
        ("batch_size", rolling.batch_size.into()),
        ("batch_percent", rolling.batch_percent.map(u32::from).into()),
        ("max_unavailable", rolling.max_unavailable.into()),
        ("max_surge", rolling.max_surge.into()),
        ("pause_between", Value::from(rolling.pause_between.to_string())),
    ])
}

fn canary_schema() -> Attribute {
    let hold = CanaryStep::default_hold();
    let steps = list_of([
        (
            "weight",
            number()
                .required()
                .validate(whole_number(1..=100))
                .describe("Percent of the requests that go to the new revision. Rises from step to step."),
        ),
        (
            "instances",
            number().validate(whole_number(1..=i64::from(u32::MAX))).describe(
                "How many instances the new revision has in this stage; never fewer than in the one before. Without it: all of them.",
            ),
        ),
        ("hold", time(hold, "How long the stage is watched, at least.")),
        (
            "manual",
            boolean().default(false).describe(
                "Whether the stage is left only when somebody promotes it (`hotswap rollout promote`). `promotion_deadline` bounds the wait. \
                 Default: `false`.",
            ),
        ),
    ]);
    let weights: Vec<_> = Canary::default_steps().iter().map(|step| step.weight.to_string()).collect();
    let steps = steps.default(canary_steps(&Canary::default_steps())).describe(format!(
        "The stages, by rising weight. After the last of them all traffic goes to the new revision. Default: {} percent, each held {hold}.",
        weights.join(", ")
    ));
    single([("steps", steps)])
        .describe("A part of the traffic first, then more. Each stage is left only when the new revision was healthy in it.")
}

fn read_canary(canary: &Object<'_>) -> Result<Strategy, Diagnostic> {
    if canary.get("steps").is_unknown() {
        return Ok(Strategy::Direct {});
    }
    let Some(steps) = canary.objects("steps") else {
        return Ok(Strategy::Canary(Canary { steps: Canary::default_steps() }));
    };
    let step = |step: &Object<'_>| {
        Ok(CanaryStep {
            weight: step.whole("weight")?.unwrap_or_default(),
            instances: step.whole("instances")?,
            hold: span(step, "hold", CanaryStep::default_hold())?,
            manual: step.truth("manual").unwrap_or_default(),
        })
    };
    Ok(Strategy::Canary(Canary { steps: steps.iter().map(step).collect::<Result<_, Diagnostic>>()? }))
}

fn canary_steps(steps: &[CanaryStep]) -> Value {
    Value::list(steps.iter().map(|step| {
        Value::object([
            ("weight", Value::from(u32::from(step.weight))),
            ("instances", step.instances.into()),
            ("hold", step.hold.to_string().into()),
            ("manual", step.manual.into()),
        ])
    }))
}

fn blue_green_schema() -> Attribute {
    let (all, status) = (BlueGreen::default(), SmokeTest::default_status());
    let tests = list_of([
        ("path", string().required().describe("The path asked for with GET, beginning with `/`.")),
        (
            "status",
            number()
                .default(u32::from(status))
                .validate(whole_number(200..=599))
                .describe(format!("The status it must answer with. Default: {status}.")),
        ),
    ]);
    single([
        (
            "smoke_tests",
            tests.validate(not_empty()).describe(
                "What every instance of the new revision must answer before it is given traffic. Asking warms them up, too. Leave it out to \
                 ask nothing.",
            ),
        ),
        (
            "auto_promote",
            boolean().default(all.auto_promote).describe(
                "Whether traffic goes over by itself once the tests passed; otherwise when somebody promotes it (`hotswap rollout promote`). \
                 Default: `true`.",
            ),
        ),
        (
            "scale_down_delay",
            time(all.scale_down_delay, "How long the old revision keeps its instances once the new one is complete: so long the way back takes no time."),
        ),
    ])
    .describe("The new revision runs whole and unseen, is tested, then all traffic goes over to it at once.")
}

fn read_blue_green(blue_green: &Object<'_>) -> Result<Strategy, Diagnostic> {
    let default = BlueGreen::default();
    let test = |test: &Object<'_>| {
        Ok(SmokeTest {
            path: test.text("path").unwrap_or_else(|| "/".to_owned()),
            status: test.whole("status")?.unwrap_or_else(SmokeTest::default_status),
        })
    };
    let tests = blue_green.objects("smoke_tests").unwrap_or_default();
    Ok(Strategy::BlueGreen(BlueGreen {
        smoke_tests: tests.iter().map(test).collect::<Result<_, Diagnostic>>()?,
        auto_promote: blue_green.truth("auto_promote").unwrap_or(default.auto_promote),
        scale_down_delay: span(blue_green, "scale_down_delay", default.scale_down_delay)?,
    }))
}

fn blue_green_state(blue_green: &BlueGreen) -> Value {
    let tests = blue_green
        .smoke_tests
        .iter()
        .map(|test| Value::object([("path", Value::from(test.path.as_str())), ("status", u32::from(test.status).into())]));
    Value::object([
        ("smoke_tests", if blue_green.smoke_tests.is_empty() { Value::Null } else { Value::list(tests) }),
        ("auto_promote", blue_green.auto_promote.into()),
        ("scale_down_delay", blue_green.scale_down_delay.to_string().into()),
    ])
}

fn ab_test_schema() -> Attribute {
    let all = AbTest::default();
    let audience = single([
        ("header", string().describe("The header's name; exactly one of `header` and `cookie`.")),
        ("cookie", string().describe("The cookie's name.")),
        ("value", string().describe("The value it must have. Without it: any.")),
    ]);
    single([
        (
            "weight",
            number().default(u32::from(all.weight)).validate(whole_number(1..=99)).describe(format!(
                "Percent of the requests that B is given; of those `audience` picks, if there is one. Default: {}.",
                all.weight
            )),
        ),
        (
            "audience",
            audience.describe("Who takes part: requests with this header or cookie. Others stay with A and aren't counted. Without it: everybody."),
        ),
        (
            "sticky",
            boolean().default(all.sticky).describe(
                "Whether a client stays with the variant it had first: by its affinity header if it sends one, else by a cookie. Default: `true`.",
            ),
        ),
        (
            "min_requests",
            number().default(all.min_requests).validate(whole_number(1..=i64::MAX)).describe(format!(
                "Requests each variant must have had before anything is said. Default: {}.",
                all.min_requests
            )),
        ),
        (
            "min_effect",
            number().default(decimal(all.min_effect)).describe(format!(
                "By how many percent one must be better, of the other's rate, for it to matter. Default: {}.",
                all.min_effect
            )),
        ),
        ("duration", time(all.duration, "How long they are compared, at most.")),
        (
            "auto_promote",
            boolean().default(all.auto_promote).describe(
                "Whether what comes out is carried out: B goes on if it is better or no different, else A stays. Otherwise it is told, and \
                 somebody promotes or aborts (`hotswap rollout`). Default: `true`.",
            ),
        ),
    ])
    .describe(
        "Both revisions serve for a while, and what fails and what is slow is compared; A is the old one, B the new one. Two equally good \
         ones are called different at most one time in 20, however long they are compared.",
    )
}

fn read_ab_test(ab_test: &Object<'_>) -> Result<Strategy, Diagnostic> {
    let default = AbTest::default();
    let audience = ab_test.object("audience").map(|audience| Audience {
        header: audience.text("header"),
        cookie: audience.text("cookie"),
        value: audience.text("value"),
    });
    Ok(Strategy::AbTest(AbTest {
        weight: ab_test.whole("weight")?.unwrap_or(default.weight),
        audience,
        sticky: ab_test.truth("sticky").unwrap_or(default.sticky),
        min_requests: ab_test.whole("min_requests")?.unwrap_or(default.min_requests),
        min_effect: ab_test.get("min_effect").as_f64().unwrap_or(default.min_effect),
        // Not known yet: any time will do.
        duration: if ab_test.get("duration").is_unknown() { default.duration } else { span(ab_test, "duration", default.duration)? },
        auto_promote: ab_test.truth("auto_promote").unwrap_or(default.auto_promote),
    }))
}

fn ab_test_state(ab_test: &AbTest) -> Value {
    let audience = ab_test.audience.as_ref().map(|audience| {
        Value::object([
            ("header", Value::from(audience.header.clone())),
            ("cookie", audience.cookie.clone().into()),
            ("value", audience.value.clone().into()),
        ])
    });
    Value::object([
        ("weight", Value::from(u32::from(ab_test.weight))),
        ("audience", audience.into()),
        ("sticky", ab_test.sticky.into()),
        ("min_requests", ab_test.min_requests.into()),
        ("min_effect", decimal(ab_test.min_effect)),
        ("duration", ab_test.duration.to_string().into()),
        ("auto_promote", ab_test.auto_promote.into()),
    ])
}
