use super::*;
use crate::testing::{block, errors, plan, resource};

const VALUE: &str = "0123456789abcdef0123456789abcdef";

fn existing() -> Value {
    let token: api::Token = serde_json::from_value(serde_json::json!({
        "id": "tok_1", "role": "operator", "tenant": "acme", "ttl": "1h", "hash": "a".repeat(64), "status": "active",
        "created_at": 0, "expires_at": 3_600_000_000_u64,
    }))
    .unwrap();
    resource("hotswap_token").schema().ty().conform(state(&token).with("rotate", 1)).unwrap()
}

fn config<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    let base =
        [("role", "operator".into()), ("tenant", "acme".into()), ("ttl", "60m".into()), ("rotate", 1.into()), ("value", VALUE.into())];
    attributes.into_iter().fold(block(&*resource("hotswap_token"), base), |block, (name, value)| block.with(name, value))
}

async fn planned(prior: Option<Value>, config: Value) -> PlanResponse {
    plan(&*resource("hotswap_token"), prior, config).await
}

#[tokio::test]
async fn another_value_alone_changes_nothing() {
    let other = config([("value", "f".repeat(40).into())]);
    assert_eq!(planned(Some(existing()), other).await.planned, existing(), "60m and 1h are the same, and so is the value");
}

#[tokio::test]
async fn a_rotation_takes_the_value_anew_in_place() {
    let response = planned(Some(existing()), config([("rotate", 2.into())])).await;
    assert!(response.planned.get("hash").is_unknown() && response.planned.get("expires_at").is_unknown());
    assert_eq!((response.planned.get("id"), response.requires_replace), (&"tok_1".into(), vec![]));
    assert!(response.planned.get("value").is_null());
}

#[tokio::test]
async fn another_life_keeps_the_value_and_another_role_makes_another_token() {
    let response = planned(Some(existing()), config([("ttl", Value::Null)])).await;
    assert_eq!((response.planned.get("hash"), response.planned.get("expires_at")), (existing().get("hash"), &Value::Null));
    for (name, value) in [("role", "viewer"), ("tenant", "other")] {
        assert_eq!(planned(Some(existing()), config([(name, value.into())])).await.requires_replace, [name.into()]);
    }
}

#[tokio::test]
async fn a_token_without_an_end_is_planned_as_such() {
    let response = planned(None, config([("ttl", Value::Null)])).await;
    assert!(response.planned.get("expires_at").is_null() && response.planned.get("hash").is_unknown());
}

#[tokio::test]
async fn each_mistake_is_told_on_its_attribute_and_no_value_is_shown() {
    let resource = resource("hotswap_token");
    for (name, value, says) in [
        ("role", "owner", "role: Attribute role must be one of \"admin\", \"operator\", \"viewer\""),
        ("ttl", "0s", "ttl: Attribute ttl is 0s; a token lives 1s to 8784h"),
        ("tenant", "Acme", "tenant: Tenant name \"Acme\""),
        ("value", "hunter2", "value: Attribute value needs 32 to 512 characters, has 7."),
    ] {
        let told = errors(&hotswap_sdk::validate::resource(&*resource, &config([(name, value.into())])).await);
        assert!(told.len() == 1 && told[0].starts_with(says) && !told[0].contains("hunter2"), "{name}: {told:?}");
    }
}
