//! GenerateResourceConfig: from what exists to what has to be written for it.

use hotswap_value::Value;

use crate::client::{
    Provider, dynamic, value,
    wire::{generate_resource_config, get_metadata},
};

#[tokio::test]
async fn a_generated_configuration_says_only_what_has_to_be_said() {
    let mut provider = Provider::hotswap().await;
    let metadata = provider.client.get_metadata(get_metadata::Request {}).await.unwrap().into_inner();
    assert!(metadata.server_capabilities.unwrap().generate_resource_config);
    let ty = provider.resource("hotswap_tenant");
    let state = Value::object([
        ("id", Value::from("ten_1")),
        ("namespace", "acme".into()),
        ("name", "acme".into()),
        ("labels", Value::object([("team", "core")])),
        ("status", "active".into()),
        ("allowed_categories", Value::set::<Value>([])),
        ("quotas", Value::object([("max_instances", 3)])),
    ]);
    let request = generate_resource_config::Request { type_name: "hotswap_tenant".into(), state: dynamic(state, &ty) };
    let response = provider.client.generate_resource_config(request).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
    let expected = Value::object([
        ("name", Value::from("acme")),
        ("labels", Value::object([("team", "core")])),
        ("quotas", Value::object([("max_instances", 3)])),
    ]);
    assert_eq!(value(response.config.as_ref(), &ty), ty.conform(expected).unwrap());
}
