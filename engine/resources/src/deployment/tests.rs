use super::*;
use crate::testing::{block, errors};

fn config(attributes: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let resource = resource(Arc::default());
    let block =
        block(&*resource, [("name", "hello".into()), ("tenant", "acme".into()), ("plugin", "greeter".into()), ("version", "1.0.0".into())]);
    let block = attributes.into_iter().fold(block, |block, (name, value)| block.with(name, value));
    resource.schema().ty().conform(block).unwrap()
}

async fn found(attributes: impl IntoIterator<Item = (&'static str, Value)>) -> Vec<String> {
    errors(&hotswap_sdk::validate::resource(&*resource(Arc::default()), &config(attributes)).await)
}

fn object(name: &'static str, value: impl Into<Value>) -> Value {
    Value::object([(name, value.into())])
}

fn empty() -> Value {
    Value::object::<&str, Value>([])
}

fn canary(steps: &[(i64, &str)]) -> Value {
    let steps = steps.iter().map(|(weight, hold)| Value::object([("weight", Value::from(*weight)), ("hold", (*hold).into())]));
    object("canary", object("steps", Value::list(steps)))
}

#[tokio::test]
async fn exactly_one_strategy_is_wanted_and_the_message_names_those_there_are() {
    assert_eq!(found([("strategy", object("direct", empty()))]).await, Vec::<String>::new());
    assert_eq!(
        found([("strategy", empty())]).await,
        ["strategy: Attribute strategy needs exactly one of direct, rolling, canary, blue_green, ab_test to be set, none is."]
    );
    let two = Value::object([("direct", empty()), ("canary", empty())]);
    assert_eq!(
        found([("strategy", two)]).await,
        [
            "strategy: Attribute strategy needs exactly one of direct, rolling, canary, blue_green, ab_test to be set, direct and canary are."
        ]
    );
}

#[tokio::test]
async fn each_mistake_is_told_on_its_attribute() {
    for (name, value, says) in [
        ("name", Value::from("Hello"), "name: Deployment name \"Hello\" has a character that is not allowed"),
        ("version", "1.2".into(), "version: \"1.2\" is not a version constraint"),
        ("config", "[1]".into(), "config: Config is not a JSON object: it is a list"),
        ("instances", 0.into(), "instances: Attribute instances must be a whole number from 1 to 1000, not 0."),
        (
            "strategy",
            canary(&[(50, "1s"), (10, "1s")]),
            "strategy.canary.steps[1].weight: Attribute strategy.canary.steps[1].weight is 10, not more than the 50 before it",
        ),
        (
            "strategy",
            canary(&[(200, "1s")]),
            "strategy.canary.steps[0].weight: Attribute strategy.canary.steps[0].weight must be a whole number from 1 to 100, not 200.",
        ),
        (
            "strategy",
            canary(&[(10, "soon")]),
            "strategy.canary.steps[0].hold: Attribute strategy.canary.steps[0].hold: \"soon\" is not a length of time",
        ),
        (
            "strategy",
            canary(&[(10, "1h")]),
            "health_check.progress_deadline: Attribute health_check.progress_deadline is 10m, but the stages",
        ),
        (
            "health_check",
            object("error_rate", 120),
            "health_check.error_rate: Attribute health_check.error_rate is 120; it is a percentage",
        ),
        (
            "health_check",
            object("http", object("path", "healthz")),
            "health_check.http.path: Attribute health_check.http.path is \"healthz\"; it must begin with /",
        ),
        ("timeouts", object("create", "5"), "timeouts.create: Attribute timeouts.create: \"5\" is not a length of time"),
        ("secrets_version", (-1).into(), "secrets_version: Attribute secrets_version must be a whole number of at least 0, not -1."),
        ("revision", 1.into(), "revision: Attribute revision is set by the provider; remove it from the configuration."),
    ] {
        let told = found([(name, value)]).await;
        assert!(told.len() == 1 && told[0].starts_with(says), "{name}: {told:?}");
    }
}

#[tokio::test]
async fn secrets_come_with_a_version_and_under_names_that_config_has_not() {
    let secrets = || ("secrets", object("key", "hush"));
    assert_eq!(found([secrets(), ("secrets_version", 1.into())]).await, Vec::<String>::new());
    assert_eq!(found([("secrets_version", 1.into())]).await, Vec::<String>::new(), "a plan may do without the values");
    let told = found([secrets()]).await;
    assert!(told.len() == 1 && told[0].starts_with("secrets_version: Attribute secrets_version is not set"), "{told:?}");
    let told = found([secrets(), ("secrets_version", 1.into()), ("config", r#"{"key":1}"#.into())]).await;
    assert!(told.len() == 1 && told[0].starts_with("secrets: Attribute secrets and `config` both set \"key\""), "{told:?}");
    assert!(!told[0].contains("hush"), "{told:?}");
    for unknown in [Value::Unknown, object("key", Value::Unknown)] {
        assert_eq!(found([("secrets", unknown), ("secrets_version", 1.into())]).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_is_not_known_yet_is_no_mistake() {
    let step = Value::object([("weight", Value::from(10)), ("hold", Value::Unknown)]);
    let later = Value::object([("weight", Value::Unknown), ("hold", Value::Null)]);
    let steps = object("canary", object("steps", Value::list([later, step])));
    let check = Value::object([("progress_deadline", Value::Unknown), ("min_healthy_time", "1h".into())]);
    assert_eq!(found([("strategy", steps), ("health_check", check)]).await, Vec::<String>::new());
    assert_eq!(
        found([("strategy", Value::Unknown), ("version", Value::Unknown), ("sandbox", object("timeout", Value::Unknown))]).await,
        Vec::<String>::new()
    );
}
