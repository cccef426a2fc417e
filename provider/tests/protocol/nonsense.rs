//! Every RPC with a type nobody has, and with values that can't be read: an error in words, and the process goes on.

use crate::client::{
    Provider, stored, told,
    wire::{self, Diagnostic, DynamicValue, ResourceIdentityData},
};

/// A map whose only key is followed by nothing.
fn garbage() -> Option<DynamicValue> {
    Some(DynamicValue { msgpack: vec![0x81, 0xa1, b'x'], json: Vec::new() })
}

/// Calls each RPC that names a type, with the given ones and unreadable values; gives what each said.
async fn everything(
    provider: &mut Provider,
    resource: &str,
    data: &str,
    ephemeral: &str,
    list: &str,
) -> Vec<(&'static str, Vec<Diagnostic>)> {
    let client = &mut provider.client;
    let mut said = Vec::new();
    macro_rules! call {
        ($method:ident, $message:ident { $($field:ident: $value:expr),* $(,)? }) => {{
            #[allow(clippy::needless_update)]
            let request = wire::$message::Request { $($field: $value,)* ..Default::default() };
            let answer = client.$method(request).await;
            let answer = answer.unwrap_or_else(|status| panic!("{}: {status}", stringify!($method)));
            said.push((stringify!($method), answer.into_inner().diagnostics));
        }};
    }
    call!(validate_resource_config, validate_resource_config { type_name: resource.into(), config: garbage() });
    call!(validate_data_resource_config, validate_data_resource_config { type_name: data.into(), config: garbage() });
    call!(validate_ephemeral_resource_config, validate_ephemeral_resource_config { type_name: ephemeral.into(), config: garbage() });
    call!(validate_list_resource_config, validate_list_resource_config { type_name: list.into(), config: garbage() });
    call!(upgrade_resource_state, upgrade_resource_state { type_name: resource.into(), version: 0, raw_state: stored("{") });
    call!(upgrade_resource_identity, upgrade_resource_identity { type_name: resource.into(), version: 0, raw_identity: stored("{") });
    call!(read_resource, read_resource { type_name: resource.into(), current_state: garbage() });
    call!(plan_resource_change, plan_resource_change { type_name: resource.into(), proposed_new_state: garbage(), config: garbage() });
    call!(apply_resource_change, apply_resource_change { type_name: resource.into(), planned_state: garbage(), config: garbage() });
    let identity = Some(ResourceIdentityData { identity_data: garbage() });
    call!(import_resource_state, import_resource_state { type_name: resource.into(), identity: identity });
    call!(import_resource_state, import_resource_state { type_name: resource.into(), id: "\u{0}?".into() });
    call!(
        move_resource_state,
        move_resource_state {
            target_type_name: resource.into(),
            source_type_name: resource.into(),
            source_provider_address: format!("registry.example.com/x/{}", resource.split('_').next().unwrap()),
            source_state: stored("["),
        }
    );
    call!(generate_resource_config, generate_resource_config { type_name: resource.into(), state: garbage() });
    call!(read_data_source, read_data_source { type_name: data.into(), config: garbage() });
    call!(open_ephemeral_resource, open_ephemeral_resource { type_name: ephemeral.into(), config: garbage() });
    let request = wire::list_resource::Request { type_name: list.into(), config: garbage(), limit: -7, ..Default::default() };
    let mut events = client.list_resource(request).await.unwrap().into_inner();
    let mut told = Vec::new();
    while let Some(event) = events.message().await.unwrap() {
        told.extend(event.diagnostic);
    }
    said.push(("list_resource", told));
    said
}

fn each_failed(said: &[(&str, Vec<Diagnostic>)]) {
    for (rpc, diagnostics) in said {
        assert!(diagnostics.iter().any(|told| told.severity() == wire::diagnostic::Severity::Error), "{rpc} did not fail");
        let words = told(diagnostics).join(" ");
        assert!(!words.contains("crashed"), "{rpc}: {words}");
    }
}

async fn lives_on(provider: &mut Provider) {
    let metadata = provider.client.get_metadata(wire::get_metadata::Request {}).await.unwrap().into_inner();
    assert!(!metadata.resources.is_empty());
}

#[tokio::test]
async fn a_type_nobody_has_is_named() {
    let mut provider = Provider::hotswap().await;
    let said = everything(&mut provider, "other_thing", "other_data", "other_key", "other_list").await;
    each_failed(&said);
    for (rpc, diagnostics) in said {
        assert!(told(&diagnostics)[0].contains("This version of the provider has no"), "{rpc}: {diagnostics:?}");
    }
    let private = Some(b"x".to_vec());
    let request = wire::renew_ephemeral_resource::Request { type_name: "other_key".into(), private: private.clone() };
    let renewed = provider.client.renew_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!((told(&renewed.diagnostics).len(), renewed.private), (1, private.clone()));
    let request = wire::close_ephemeral_resource::Request { type_name: "other_key".into(), private };
    assert_eq!(provider.client.close_ephemeral_resource(request).await.unwrap().into_inner().diagnostics.len(), 1);
    lives_on(&mut provider).await;
}

#[tokio::test]
async fn values_that_cant_be_read_are_errors_of_that_call() {
    let folder = tempfile::tempdir().unwrap();
    let mut toy = Provider::toy(folder.path()).await;
    each_failed(&everything(&mut toy, "toy_thing", "toy_things", "toy_key", "toy_thing").await);
    lives_on(&mut toy).await;
    let mut provider = Provider::hotswap().await;
    for resource in ["hotswap_tenant", "hotswap_plugin", "hotswap_plugin_version", "hotswap_deployment"] {
        let mut said = everything(&mut provider, resource, "hotswap_plugin", "none", resource).await;
        said.retain(|(rpc, _)| !rpc.contains("ephemeral"));
        each_failed(&said);
    }
    lives_on(&mut provider).await;
}

#[tokio::test]
async fn the_rpcs_without_a_type_survive_nonsense_too() {
    let mut provider = Provider::hotswap().await;
    let request = wire::validate_provider_config::Request { config: garbage() };
    let validated = provider.client.validate_provider_config(request).await.unwrap().into_inner();
    let request = wire::configure_provider::Request { config: garbage(), ..Default::default() };
    let configured = provider.client.configure_provider(request).await.unwrap().into_inner();
    each_failed(&[("validate_provider_config", validated.diagnostics), ("configure_provider", configured.diagnostics)]);
    for (name, arguments) in [("none", vec![]), ("semver_matches", vec![]), ("semver_matches", vec![garbage().unwrap(); 2])] {
        let request = wire::call_function::Request { name: name.into(), arguments };
        let called = provider.client.call_function(request).await.unwrap().into_inner();
        assert!(called.result.is_none() && !called.error.unwrap().text.contains("crashed"));
    }
    lives_on(&mut provider).await;
}
