//! MoveResourceState: objects of another provider.

use crate::client::{
    Provider, identity, stored, told, value,
    wire::move_resource_state::{Request, Response},
};

/// As it was stored under the older version of the tenant's schema.
const TENANT: &str = r#"{"id":"ten_1","namespace":"acme","name":"acme","labels":{},"status":"active","quotas":{"max_plugins":null,"max_instances":null,
    "max_memory_mb":null,"max_storage_mb":null},"rate_limits":null,"allowed_categories":[]}"#;

async fn moved(provider: &mut Provider, source_provider: &str, source_type: &str) -> Response {
    let request = Request {
        source_provider_address: source_provider.into(),
        source_type_name: source_type.into(),
        source_schema_version: 0,
        source_state: stored(TENANT),
        target_type_name: "hotswap_tenant".into(),
        source_private: b"kept".to_vec(),
        ..Default::default()
    };
    provider.client.move_resource_state(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_fork_s_object_is_taken_over_and_upgraded() {
    let mut provider = Provider::hotswap().await;
    let response = moved(&mut provider, "registry.example.com/acme/hotswap", "hotswap_tenant").await;
    assert_eq!(response.diagnostics, []);
    let tenant = value(response.target_state.as_ref(), &provider.resource("hotswap_tenant"));
    assert_eq!((tenant.get("name").as_str(), tenant.get("quotas").is_null()), (Some("acme"), true));
    assert_eq!((response.target_private, response.target_identity), (b"kept".to_vec(), identity([("name", "acme")])));
}

#[tokio::test]
async fn anything_else_is_refused_with_the_way_out() {
    let mut provider = Provider::hotswap().await;
    for (address, ty) in [("registry.terraform.io/hashicorp/aws", "aws_instance"), ("registry.example.com/acme/hotswap", "hotswap_plugin")]
    {
        let response = moved(&mut provider, address, ty).await;
        assert_eq!(response.target_state, None);
        let [said] = &told(&response.diagnostics)[..] else { panic!("one error") };
        assert!(said.contains(&format!("A {ty} of the provider {address} is not a hotswap_tenant")) && said.contains("import"), "{said}");
    }
}
