use hotswap_model::{
    AbTest, Audience, BlueGreen, Canary, CanaryStep, Compare, Constraint, NoTraffic, Rolling, Sandbox, SmokeTest, Span, Strategy,
};
use proptest::option;
use proptest::prelude::{Just, any, prop, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy as Generates;

use super::*;
use crate::deployment::{schema, spec};

fn spans() -> impl Generates<Value = Span> {
    (0..10_000_000_000_u64).prop_map(Span::from_micros)
}

fn strategies() -> impl Generates<Value = Strategy> {
    let step = (1..=100_u8, option::of(1..9_u32), spans(), any::<bool>());
    let step = step.prop_map(|(weight, instances, hold, manual)| CanaryStep { weight, instances, hold, manual });
    let canary = prop::collection::vec(step, 1..5).prop_map(|steps| Strategy::Canary(Canary { steps }));
    let rolling = (option::of(1..9_u32), option::of(1..=100_u8), 0..9_u32, option::of(0..9_u32), spans());
    let rolling = rolling.prop_map(|(batch_size, batch_percent, max_unavailable, max_surge, pause_between)| {
        Strategy::Rolling(Rolling { batch_size, batch_percent, max_unavailable, max_surge, pause_between })
    });
    let test = ("/[a-z]{0,8}", 200..600_u16).prop_map(|(path, status)| SmokeTest { path, status });
    let blue_green = (prop::collection::vec(test, 0..3), any::<bool>(), spans());
    let blue_green = blue_green.prop_map(|(smoke_tests, auto_promote, scale_down_delay)| {
        Strategy::BlueGreen(BlueGreen { smoke_tests, auto_promote, scale_down_delay })
    });
    let audience = (any::<bool>(), "[a-z]{1,5}", option::of("[a-z]{1,5}")).prop_map(|(header, name, value)| match header {
        true => Audience { header: Some(name), cookie: None, value },
        false => Audience { header: None, cookie: Some(name), value },
    });
    let ab_test = (1..100_u8, option::of(audience), any::<bool>(), 1..9_999_u64, 0.0..99.0_f64, spans(), any::<bool>());
    let ab_test = ab_test.prop_map(|(weight, audience, sticky, min_requests, min_effect, duration, auto_promote)| {
        Strategy::AbTest(AbTest { weight, audience, sticky, min_requests, min_effect, duration, auto_promote })
    });
    prop_oneof![Just(Strategy::Direct {}), canary, rolling, blue_green, ab_test]
}

fn probes() -> impl Generates<Value = HttpProbe> {
    ("/[a-z]{0,8}", spans(), spans(), any::<u32>()).prop_map(|(path, interval, timeout, unhealthy_after)| HttpProbe {
        path,
        interval,
        timeout,
        unhealthy_after,
    })
}

fn checks() -> impl Generates<Value = HealthCheck> {
    let compare = option::of((0.1..900.0_f64, 0.1..900.0_f64))
        .prop_map(|compare| compare.map(|(error_rate, latency)| Compare { error_rate: Some(error_rate), latency: Some(latency) }));
    let no_traffic = prop::sample::select(NoTraffic::ALL.to_vec());
    let deadlines = (spans(), spans(), spans(), spans());
    (option::of(probes()), 0.001..99.9_f64, option::of(any::<u64>()), any::<u64>(), deadlines, compare, no_traffic).prop_map(
        |(http, rate, latency_p99_ms, min_requests, deadlines, compare, no_traffic)| {
            let (min_healthy_time, healthy_deadline, progress_deadline, promotion_deadline) = deadlines;
            HealthCheck {
                http,
                error_rate: Some(rate),
                latency_p99_ms,
                compare,
                no_traffic,
                promotion_deadline,
                min_requests,
                min_healthy_time,
                healthy_deadline,
                progress_deadline,
            }
        },
    )
}

fn specs() -> impl Generates<Value = DeploymentSpec> {
    let overrides = prop::collection::btree_map("[a-z]{1,9}", prop_oneof![Just("^2"), Just("~> 1.4.0")], 0..3);
    let first = (
        "[a-z]{1,9}",
        prop_oneof![Just("1.0.0"), Just("~> 1.1"), Just(">= 2.0, < 3")],
        any::<u64>(),
        1..=1_000_u32,
        option::of(Just("{\"a\": 1}")),
        overrides,
    );
    let second = (strategies(), checks(), 1..=1_024_u64, spans(), any::<bool>(), any::<u64>());
    (first, second).prop_map(
        |(
            (plugin, version, resolve_serial, instances, config, overrides),
            (strategy, health_check, memory_mb, timeout, auto_rollback, retry),
        )| {
            DeploymentSpec {
                plugin: plugin.parse().unwrap(),
                version: version.parse::<Constraint>().unwrap(),
                resolve_serial,
                dependency_overrides: overrides
                    .into_iter()
                    .map(|(plugin, version)| (plugin.parse().unwrap(), version.parse().unwrap()))
                    .collect(),
                instances,
                config: config.map(str::to_owned),
                secrets_version: (retry % 2 == 0).then_some(retry),
                preview_key: (retry % 3 == 0).then(|| "see-it-first".to_owned()),
                strategy,
                health_check,
                sandbox: Sandbox { memory_mb, timeout },
                auto_rollback,
                retry,
            }
        },
    )
}

proptest! {
    #[test]
    fn every_attribute_of_a_spec_reads_back(written in specs()) {
        let block = schema().ty().conform(spec_state(&written)).unwrap();
        prop_assert_eq!(spec::read(&block).unwrap(), written);
    }

    #[test]
    fn the_schema_adds_nothing_to_a_spec_that_says_everything(written in specs()) {
        let schema = schema();
        let block = schema.ty().conform(spec_state(&written)).unwrap();
        let proposed = hotswap_sdk::plan::propose(&schema, None, &block);
        prop_assert_eq!(spec::read(&proposed).unwrap(), written);
    }
}

#[test]
fn what_is_left_out_is_what_the_model_takes_for_granted() {
    let schema = schema();
    let config = schema.ty().conform(Value::object([("plugin", "greeter"), ("version", "1.0.0")])).unwrap();
    let proposed = hotswap_sdk::plan::propose(&schema, None, &config);
    let granted: DeploymentSpec = serde_json::from_str(r#"{"plugin":"greeter","version":"1.0.0"}"#).unwrap();
    assert_eq!(spec::read(&proposed).unwrap(), granted);
    assert_eq!(spec::read(&config).unwrap(), granted);
    let canary = Value::object([("canary", Value::object::<&str, Value>([]))]);
    let config = schema.ty().conform(config.with("strategy", canary)).unwrap();
    let proposed = hotswap_sdk::plan::propose(&schema, None, &config);
    assert_eq!(spec::read(&proposed).unwrap().strategy, Strategy::Canary(Canary { steps: Canary::default_steps() }));
}
