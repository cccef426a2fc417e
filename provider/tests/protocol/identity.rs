//! Identities: their schemas, and how they go through plan, apply, read and import.

use hotswap_value::{Type, Value};

use crate::client::{
    Provider, dynamic, identity, stored, told, value,
    wire::{
        ResourceIdentitySchema, apply_resource_change, get_resource_identity_schemas, import_resource_state, plan_resource_change,
        read_resource, upgrade_resource_identity,
    },
};

async fn schemas(provider: &mut Provider) -> Vec<(String, ResourceIdentitySchema)> {
    let response = provider.client.get_resource_identity_schemas(get_resource_identity_schemas::Request {}).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
    let mut schemas: Vec<_> = response.identity_schemas.into_iter().collect();
    schemas.sort_by(|a, b| a.0.cmp(&b.0));
    schemas
}

#[tokio::test]
async fn what_identifies_our_objects_is_what_their_import_ids_are_made_of() {
    let mut provider = Provider::hotswap().await;
    let schemas = schemas(&mut provider).await;
    let names = |schema: &ResourceIdentitySchema| schema.identity_attributes.iter().map(|part| part.name.clone()).collect::<Vec<_>>();
    let named: Vec<_> = schemas.iter().map(|(ty, schema)| (ty.as_str(), names(schema).join("/"))).collect();
    let expected = [
        ("hotswap_deployment", "tenant/name"),
        ("hotswap_plugin", "name"),
        ("hotswap_plugin_version", "plugin/version"),
        ("hotswap_tenant", "name"),
    ];
    assert_eq!(named, expected.map(|(ty, names)| (ty, names.to_owned())));
    for (ty, schema) in schemas {
        for part in schema.identity_attributes {
            assert!(part.required_for_import && !part.optional_for_import && !part.description.is_empty(), "{ty}: {part:?}");
            assert_eq!(Type::from_json_slice(&part.r#type).unwrap(), Type::String);
        }
    }
}

async fn plan(toy: &mut Provider, prior: Option<&apply_resource_change::Response>, config: Value) -> plan_resource_change::Response {
    let ty = toy.resource("toy_thing");
    let request = plan_resource_change::Request {
        type_name: "toy_thing".into(),
        prior_state: prior.map_or_else(|| dynamic(Value::Null, &ty), |prior| prior.new_state.clone()),
        proposed_new_state: dynamic(config.clone(), &ty),
        config: dynamic(config, &ty),
        prior_identity: prior.and_then(|prior| prior.new_identity.clone()),
        ..Default::default()
    };
    let response = toy.client.plan_resource_change(request).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
    response
}

async fn create(toy: &mut Provider, name: &str) -> apply_resource_change::Response {
    let ty = toy.resource("toy_thing");
    let config = Value::object([("name", name)]);
    let planned = plan(toy, None, config.clone()).await;
    let request = apply_resource_change::Request {
        type_name: "toy_thing".into(),
        prior_state: dynamic(Value::Null, &ty),
        planned_state: planned.planned_state,
        config: dynamic(config, &ty),
        planned_private: planned.planned_private,
        planned_identity: planned.planned_identity,
        ..Default::default()
    };
    let response = toy.client.apply_resource_change(request).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
    response
}

#[tokio::test]
async fn an_object_has_its_identity_from_the_plan_on_and_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut toy = Provider::toy(folder.path()).await;
    let one = identity([("name", "one")]);
    assert_eq!(plan(&mut toy, None, Value::object([("name", "one")])).await.planned_identity, one);
    assert_eq!(plan(&mut toy, None, Value::object([("name", Value::Unknown)])).await.planned_identity, None, "not known yet");

    let made = create(&mut toy, "one").await;
    assert_eq!(made.new_identity, one);
    let request = read_resource::Request {
        type_name: "toy_thing".into(),
        current_state: made.new_state.clone(),
        current_identity: made.new_identity.clone(),
        ..Default::default()
    };
    assert_eq!(toy.client.read_resource(request.clone()).await.unwrap().into_inner().new_identity, one);

    let replaced = plan(&mut toy, Some(&made), Value::object([("name", "two")])).await;
    assert_eq!(replaced.requires_replace.len(), 1);
    assert_eq!(replaced.planned_identity, one, "what is replaced has its own identity to the end");

    std::fs::remove_file(folder.path().join("one.json")).unwrap();
    let gone = toy.client.read_resource(request).await.unwrap().into_inner();
    assert_eq!((value(gone.new_state.as_ref(), &toy.resource("toy_thing")), gone.new_identity), (Value::Null, None));
}

#[tokio::test]
async fn an_object_is_imported_by_its_identity() {
    let folder = tempfile::tempdir().unwrap();
    let mut toy = Provider::toy(folder.path()).await;
    create(&mut toy, "one").await;
    let request = |identity| import_resource_state::Request { type_name: "toy_thing".into(), identity, ..Default::default() };
    let response = toy.client.import_resource_state(request(identity([("name", "one")]))).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
    let [imported] = &response.imported_resources[..] else { panic!("one object") };
    assert_eq!(value(imported.state.as_ref(), &toy.resource("toy_thing")).get("name").as_str(), Some("one"));
    assert_eq!(imported.identity, identity([("name", "one")]));

    let response = toy.client.import_resource_state(request(identity([("name", "none")]))).await.unwrap().into_inner();
    assert_eq!(told(&response.diagnostics), ["Object to import not found: There is nothing to import under the id \"none\"."]);
    let response = toy.client.import_resource_state(request(identity([]))).await.unwrap().into_inner();
    assert_eq!(response.imported_resources, []);
    assert_eq!(response.diagnostics.len(), 1, "{:?}", response.diagnostics);
}

#[tokio::test]
async fn a_stored_identity_is_read_at_its_own_version_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut toy = Provider::toy(folder.path()).await;
    let request =
        |version| upgrade_resource_identity::Request { type_name: "toy_thing".into(), version, raw_identity: stored(r#"{"name":"one"}"#) };
    let response = toy.client.upgrade_resource_identity(request(0)).await.unwrap().into_inner();
    assert_eq!((response.upgraded_identity, response.diagnostics), (identity([("name", "one")]), vec![]));
    let response = toy.client.upgrade_resource_identity(request(1)).await.unwrap().into_inner();
    assert_eq!(response.upgraded_identity, None);
    assert!(told(&response.diagnostics)[0].contains("stored under version 1, the provider has version 0"));
}
