use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::testing::{block, errors, plan, resource, texts};

fn specs() -> impl Strategy<Value = TenantSpec> {
    let small = || option::of(any::<u32>());
    let first = (
        "[a-z]{1,9}",
        option::of(texts(".{0,9}")),
        prop::collection::btree_map(texts(".{0,5}"), texts(".{0,5}"), 0..4),
        option::of("[a-z]{0,5}"),
        any::<bool>(),
    );
    let quotas = (option::of(any::<u64>()), option::of(any::<u64>()), option::of(any::<u64>()), option::of(any::<u64>()));
    let rest = ((small(), small(), small()), prop::collection::btree_set("[a-z]{1,5}", 0..4));
    (first, quotas, rest).prop_map(|((name, display_name, labels, tier, suspended), quotas, (limits, allowed_categories))| TenantSpec {
        name: name.parse().unwrap(),
        display_name,
        labels,
        tier,
        status: if suspended { TenantStatus::Suspended } else { TenantStatus::Active },
        quotas: Quotas { max_plugins: quotas.0, max_instances: quotas.1, max_memory_mb: quotas.2, max_storage_mb: quotas.3 },
        rate_limits: RateLimits { requests_per_second: limits.0, burst: limits.1, deployments_per_hour: limits.2 },
        allowed_categories,
    })
}

fn told(spec: TenantSpec) -> api::Tenant {
    api::Tenant {
        id: TenantId::from_unique("1"),
        namespace: spec.name.to_string(),
        etag: "1".into(),
        spec,
        usage: None,
        created_at: hotswap_model::Timestamp::from_micros(0),
        updated_at: hotswap_model::Timestamp::from_micros(0),
    }
}

proptest! {
    #[test]
    fn every_attribute_of_a_tenant_reads_back(written in specs()) {
        let block = schema().ty().conform(state(&told(written.clone()))).unwrap();
        prop_assert_eq!(spec(&block).unwrap(), written);
    }
}

#[tokio::test]
async fn an_imported_tenant_that_is_configured_the_same_plans_no_change() {
    let tenant = resource("hotswap_tenant");
    let there = told(serde_json::from_str(r#"{"name":"acme"}"#).unwrap());
    let prior = schema().ty().conform(state_like(&Value::Null, &there)).unwrap();
    let config = block(&*tenant, [("name", "acme".into())]);
    assert_eq!(plan(&*tenant, Some(prior.clone()), config).await.planned, prior);
}

#[tokio::test]
async fn limits_of_which_none_is_set_stay_as_they_were_written() {
    let there = told(serde_json::from_str(r#"{"name":"acme"}"#).unwrap());
    let tenant = resource("hotswap_tenant");
    let none = Value::object::<&str, Value>([]);
    for quotas in [Value::Null, none] {
        let written = block(&*tenant, [("name", "acme".into()), ("quotas", quotas)]);
        let read = schema().ty().conform(state_like(&written, &there)).unwrap();
        assert_eq!(read.get("quotas"), written.get("quotas"));
        assert!(read.get("rate_limits").is_null());
    }
}

#[tokio::test]
async fn state_of_version_0_is_brought_to_limits_that_are_not_set() {
    let tenant = resource("hotswap_tenant");
    let old = r#"{"id":"ten_1","name":"acme","labels":{},"quotas":{"max_plugins":null,"max_instances":3},
        "rate_limits":{"burst":null,"deployments_per_hour":null,"requests_per_second":null},"status":"active","allowed_categories":[]}"#;
    let upgraded = hotswap_sdk::state::upgrade(&*tenant, 0, old.as_bytes()).await.unwrap();
    assert_eq!(upgraded.get("quotas").get("max_instances").as_i64(), Some(3));
    assert!(upgraded.get("rate_limits").is_null());
    let error = hotswap_sdk::state::upgrade(&*tenant, 0, br#"{"name":7,"labels":"x"}"#).await.unwrap_err();
    assert!(errors(&error)[0].contains("import the tenant again"), "{error:?}");
}

#[tokio::test]
async fn mistakes_are_told_on_their_attributes_but_not_of_what_is_unknown() {
    let tenant = resource("hotswap_tenant");
    let limits =
        |burst: Value, rate: Value| Value::object([("burst", burst), ("requests_per_second", rate), ("deployments_per_hour", Value::Null)]);
    let check =
        async |attributes: [(&str, Value); 3]| errors(&hotswap_sdk::validate::resource(&*tenant, &block(&*tenant, attributes)).await);
    let told = check([("name", "Acme".into()), ("status", "gone".into()), ("rate_limits", Value::Null)]).await;
    assert!(told[0].starts_with("name: Tenant name \"Acme\"") && told[1].starts_with("status: "), "{told:?}");
    let told = check([("name", "acme".into()), ("status", Value::Null), ("rate_limits", limits(5.into(), Value::Null))]).await;
    assert!(told.len() == 1 && told[0].starts_with("rate_limits.burst: Attribute rate_limits.burst means nothing without"), "{told:?}");
    let told = check([("name", "acme".into()), ("status", Value::Null), ("rate_limits", limits(5.into(), Value::Unknown))]).await;
    assert_eq!(told, Vec::<String>::new());
}
