//! Every type that is written as JSON, by the API or into the database, reads back as it was.
#![allow(clippy::unwrap_used)]

use std::fmt::Debug;

use hotswap_model::{
    AbTest, Audience, BlueGreen, Canary, CanaryStep, Channel, Constraint, Dependency, DependencyKind, DeploymentSpec, DeploymentStatus,
    Digest, Fault, HealthCheck, Held, HttpProbe, Need, PluginId, PluginName, PluginSpec, Quotas, RateLimits, Replacement, Revision, Role,
    Rolling, RolloutPlan, RolloutStatus, Sandbox, SmokeTest, Solved, Span, StageGate, StagePlan, Strategy as Rollout, StrategyKind,
    TenantName, TenantSpec, TenantStatus, Timestamp, TokenStatus, Usage, Version, VersionId, VersionSpec,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is read of what was written is what was there; and what is not known is refused where requests are read.
fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let text = serde_json::to_string(value).unwrap();
    let read: T = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    prop_assert_eq!(&read, value, "{}", text);
    prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
    Ok(())
}

fn refuses_more<T: Serialize + DeserializeOwned>(value: &T) -> Result<(), TestCaseError> {
    let mut json = serde_json::to_value(value).unwrap();
    json["colour"] = "red".into();
    prop_assert!(serde_json::from_value::<T>(json.clone()).is_err(), "{} was taken", json);
    Ok(())
}

fn name<T: std::str::FromStr<Err: Debug> + Debug>() -> impl Strategy<Value = T> {
    "[a-z]([a-z0-9-]{0,61}[a-z0-9])?".prop_map(|text| text.parse().unwrap())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,20}", ".{0,20}", Just("\"\\\u{0}\n\u{1f9ea}".to_owned())]
}

fn version() -> impl Strategy<Value = Version> {
    ("(0|[1-9][0-9]{0,4})\\.(0|[1-9][0-9]{0,4})\\.(0|[1-9][0-9]{0,4})", of("[a-z]{1,5}\\.[1-9]"))
        .prop_map(|(core, pre)| pre.map_or(core.clone(), |pre| format!("{core}-{pre}")).parse().unwrap())
}

fn constraint() -> impl Strategy<Value = Constraint> {
    (select(vec!["", "= ", "^", "~> ", ">= ", "< ", "!= "]), version())
        .prop_map(|(operator, version)| format!("{operator}{version}").parse().unwrap())
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 8]>().prop_map(|bytes| Digest::of(&bytes))
}

fn span() -> impl Strategy<Value = Span> {
    (0..1_000_000_000_000_u64).prop_map(Span::from_micros)
}

fn time() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp::from_micros)
}

fn plugin_spec() -> impl Strategy<Value = PluginSpec> {
    (name(), of(text()), of(text()), of(text()), of(text()), btree_set(text(), 0..4), of(text()), of(text())).prop_map(
        |(name, display_name, publisher, category, description, tags, documentation_url, repository_url)| PluginSpec {
            name,
            display_name,
            publisher,
            category,
            description,
            tags,
            documentation_url,
            repository_url,
        },
    )
}

fn dependency() -> impl Strategy<Value = Dependency> {
    (name(), constraint(), select(DependencyKind::ALL.to_vec())).prop_map(|(plugin, version, kind)| Dependency { plugin, version, kind })
}

fn version_spec() -> impl Strategy<Value = VersionSpec> {
    let replacement = prop_oneof![
        version().prop_map(|version| version.to_string()),
        (name::<PluginName>(), version()).prop_map(|(plugin, version)| format!("{plugin}@{version}")),
    ];
    let replacement = replacement.prop_map(|text| text.parse::<Replacement>().unwrap());
    let said = (of(text()), of(replacement), of(text()), of(text()));
    (name::<PluginName>(), version(), digest(), select(Channel::ALL.to_vec()), said, vec(dependency(), 0..3)).prop_map(
        |(plugin, version, sha256, channel, (channel_message, replacement, default_config, release_notes), dependencies)| {
            let json = format!(r#"{{"plugin":"{plugin}","version":"{version}","sha256":"{sha256}"}}"#);
            let spec: VersionSpec = serde_json::from_str(&json).unwrap();
            VersionSpec { channel, channel_message, replacement, dependencies, default_config, release_notes, ..spec }
        },
    )
}

fn tenant_spec() -> impl Strategy<Value = TenantSpec> {
    let quotas = (of(any::<u64>()), of(any::<u64>()), of(any::<u64>()), of(any::<u64>())).prop_map(
        |(max_plugins, max_instances, max_memory_mb, max_storage_mb)| Quotas { max_plugins, max_instances, max_memory_mb, max_storage_mb },
    );
    let limits = (of(any::<u32>()), of(any::<u32>()), of(any::<u32>()))
        .prop_map(|(requests_per_second, burst, deployments_per_hour)| RateLimits { requests_per_second, burst, deployments_per_hour });
    let rest = (of(text()), btree_map(text(), text(), 0..4), of(text()), any::<bool>(), btree_set(text(), 0..4));
    (name::<TenantName>(), rest, quotas, limits).prop_map(
        |(name, (display_name, labels, tier, suspended, allowed_categories), quotas, rate_limits)| {
            let spec: TenantSpec = serde_json::from_str(&format!(r#"{{"name":"{name}"}}"#)).unwrap();
            let status = if suspended { TenantStatus::Suspended } else { TenantStatus::Active };
            TenantSpec { display_name, labels, tier, status, quotas, rate_limits, allowed_categories, ..spec }
        },
    )
}

/// A percentage as people write one: with a few digits. Longer ones may lose their last binary digit on the way.
fn percent() -> impl Strategy<Value = f64> {
    (0..100_000_u32).prop_map(|thousandths| f64::from(thousandths) / 1_000.0)
}

fn health_check() -> impl Strategy<Value = HealthCheck> {
    let http = (text(), span(), span(), any::<u32>()).prop_map(|(path, interval, timeout, unhealthy_after)| HttpProbe {
        path,
        interval,
        timeout,
        unhealthy_after,
    });
    (of(http), of(percent()), of(any::<u64>()), span(), span()).prop_map(|(http, error_rate, latency, healthy, deadline)| HealthCheck {
        http,
        error_rate,
        latency_p99_ms: latency,
        min_healthy_time: healthy,
        healthy_deadline: deadline,
        ..HealthCheck::default()
    })
}

fn deployment_spec() -> impl Strategy<Value = DeploymentSpec> {
    let step = (0..=100_u8, of(any::<u32>()), span(), any::<bool>());
    let step = step.prop_map(|(weight, instances, hold, manual)| CanaryStep { weight, instances, hold, manual });
    let canary = vec(step, 1..4).prop_map(|steps| Rollout::Canary(Canary { steps }));
    let rolling = (of(any::<u32>()), of(any::<u8>()), any::<u32>(), of(any::<u32>()), span());
    let rolling = rolling.prop_map(|(batch_size, batch_percent, max_unavailable, max_surge, pause_between)| {
        Rollout::Rolling(Rolling { batch_size, batch_percent, max_unavailable, max_surge, pause_between })
    });
    let tests = vec((text(), any::<u16>()).prop_map(|(path, status)| SmokeTest { path, status }), 0..3);
    let blue_green = (tests, any::<bool>(), span());
    let blue_green = blue_green.prop_map(|(smoke_tests, auto_promote, scale_down_delay)| {
        Rollout::BlueGreen(BlueGreen { smoke_tests, auto_promote, scale_down_delay })
    });
    let audience = (of(text()), of(text()), of(text())).prop_map(|(header, cookie, value)| Audience { header, cookie, value });
    let ab_test = (any::<u8>(), of(audience), any::<bool>(), any::<u64>(), percent(), span(), any::<bool>());
    let ab_test = ab_test.prop_map(|(weight, audience, sticky, min_requests, min_effect, duration, auto_promote)| {
        Rollout::AbTest(AbTest { weight, audience, sticky, min_requests, min_effect, duration, auto_promote })
    });
    let strategy = prop_oneof![Just(Rollout::default()), rolling, canary, blue_green, ab_test];
    let sandbox = (any::<u64>(), span()).prop_map(|(memory_mb, timeout)| Sandbox { memory_mb, timeout });
    let overrides = btree_map(name::<PluginName>(), constraint(), 0..3);
    let rest = (any::<u64>(), any::<u32>(), of(text()), of(any::<u64>()), any::<bool>(), any::<u64>());
    (name::<PluginName>(), constraint(), rest, overrides, strategy, health_check(), sandbox).prop_map(
        |(
            plugin,
            version,
            (resolve_serial, instances, config, secrets_version, auto_rollback, retry),
            overrides,
            strategy,
            health,
            sandbox,
        )| {
            let spec: DeploymentSpec = serde_json::from_str(&format!(r#"{{"plugin":"{plugin}","version":"1.0.0"}}"#)).unwrap();
            DeploymentSpec {
                version,
                resolve_serial,
                dependency_overrides: overrides,
                instances,
                config,
                secrets_version,
                strategy,
                health_check: health,
                sandbox,
                auto_rollback,
                retry,
                ..spec
            }
        },
    )
}

proptest! {
    #[test]
    fn plugins_and_versions(plugin in plugin_spec(), version in version_spec()) {
        survives(&plugin)?;
        refuses_more(&plugin)?;
        survives(&version)?;
        refuses_more(&version)?;
    }

    #[test]
    fn tenants(tenant in tenant_spec(), [deployments, plugins, instances, memory_mb, storage_bytes] in any::<[u64; 5]>()) {
        survives(&tenant)?;
        refuses_more(&tenant)?;
        survives(&Usage { deployments, plugins, instances, memory_mb, storage_bytes })?;
    }

    #[test]
    fn deployments_and_revisions(spec in deployment_spec(), version in version(), sha256 in digest(), at in time(), number in any::<u64>(), reason in text()) {
        survives(&spec)?;
        refuses_more(&spec)?;
        survives(&Held { revision: number, reason, at })?;
        let revision = serde_json::json!({
            "number": number, "spec": spec, "resolved_version": version, "sha256": sha256, "created_at": at,
        });
        survives(&serde_json::from_value::<Revision>(revision).unwrap())?;
    }

    #[test]
    fn small_ones(
        spans in vec(span(), 3),
        at in time(),
        (needed, needs) in (name::<PluginName>(), name::<PluginName>()),
        (version, constraint) in (version(), constraint()),
        (field, message) in (text(), text()),
    ) {
        survives(&spans)?;
        survives(&at)?;
        survives(&Fault { field, message })?;
        let need = Need { plugin: needs, version: version.clone(), constraint };
        survives(&Solved { plugin: needed, version, needed_by: vec![need] })?;
        let waits_for = vec![StageGate::Tests, StageGate::Promotion];
        let stages = vec![StagePlan { weight: 10, hold: spans[0], instances: 3, waits_for }];
        survives(&RolloutPlan { strategy: StrategyKind::Canary, stages, shortest: spans[0], longest: spans[1], worst_rollback: spans[2] })?;
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn what_has_a_name_is_written_by_it() {
    for channel in Channel::ALL {
        assert_eq!(json(&channel), format!("\"{}\"", channel.as_str()));
    }
    for kind in DependencyKind::ALL {
        assert_eq!(json(&kind), format!("\"{}\"", kind.as_str()));
    }
    for text in ["\"admin\"", "\"operator\"", "\"viewer\""] {
        assert_eq!(json(&serde_json::from_str::<Role>(text).unwrap()), text);
    }
    for text in ["\"active\"", "\"expired\"", "\"revoked\""] {
        assert_eq!(json(&serde_json::from_str::<TokenStatus>(text).unwrap()), text);
    }
    assert_eq!(json(&RolloutStatus::Progressing), json(&DeploymentStatus::Progressing));
}

#[test]
fn ids_are_typed() {
    let plugin = PluginId::from_unique("1");
    assert!(plugin.as_str().parse::<VersionId>().is_err(), "a plugin's id is no version's");
    assert_eq!(serde_json::from_str::<PluginId>(&serde_json::to_string(&plugin).unwrap()).unwrap(), plugin);
}
