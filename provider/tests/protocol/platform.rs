//! The hotswap_* types on a running platform: import by identity, and lists.

use hotswap_tests::{DataFolder, Server};
use hotswap_value::Value;
use serde_json::json;

use crate::client::{
    Provider, dynamic, identity, told, ty, value,
    wire::{import_resource_state, list_resource, read_resource},
};

async fn on(server: &Server) -> Provider {
    let mut provider = Provider::hotswap().await;
    provider.configure(Value::object([("endpoint", server.api.as_str()), ("token", server.token.as_str())])).await;
    provider
}

async fn list(provider: &mut Provider, type_name: &str, config: Value, limit: i64) -> Vec<list_resource::Event> {
    let config = dynamic(config, &ty(&provider.schema.list_resource_schemas[type_name]));
    let request = list_resource::Request { type_name: type_name.into(), config, include_resource_object: true, limit };
    let mut stream = provider.client.list_resource(request).await.unwrap().into_inner();
    let mut events = Vec::new();
    while let Some(event) = stream.message().await.unwrap() {
        events.push(event);
    }
    events
}

fn nothing() -> Value {
    Value::object::<&str, Value>([])
}

#[tokio::test]
async fn what_is_listed_is_imported_by_its_identity_and_read_the_same() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    let spec = json!({ "plugin": "greeter", "version": "1.0.0", "health_check": { "min_healthy_time": "0s" } });
    server.deploy("acme", "hello", &spec).await;
    let mut provider = on(&server).await;
    let cases = [
        ("hotswap_tenant", nothing(), identity([("name", "acme")]), "acme"),
        ("hotswap_plugin", Value::object([("query", "greeter")]), identity([("name", "greeter")]), "greeter"),
        (
            "hotswap_plugin_version",
            Value::object([("plugin", "greeter")]),
            identity([("plugin", "greeter"), ("version", "1.0.0")]),
            "greeter 1.0.0",
        ),
        ("hotswap_deployment", Value::object([("tenant", "acme")]), identity([("tenant", "acme"), ("name", "hello")]), "acme/hello"),
    ];
    for (type_name, config, identity, display_name) in cases {
        let events = list(&mut provider, type_name, config, 100).await;
        let listed = events.iter().find(|event| event.identity == identity).unwrap_or_else(|| panic!("{type_name}: {events:?}"));
        assert_eq!(listed.display_name, display_name);

        let request = import_resource_state::Request { type_name: type_name.into(), identity: identity.clone(), ..Default::default() };
        let response = provider.client.import_resource_state(request).await.unwrap().into_inner();
        assert_eq!(told(&response.diagnostics), Vec::<String>::new(), "{type_name}");
        let [imported] = &response.imported_resources[..] else { panic!("{type_name}: one object") };
        assert_eq!(imported.identity, identity, "{type_name}");
        assert_eq!(imported.state, listed.resource_object, "{type_name} is listed as it is imported");

        let request = read_resource::Request {
            type_name: type_name.into(),
            current_state: imported.state.clone(),
            current_identity: identity.clone(),
            ..Default::default()
        };
        let read = provider.client.read_resource(request).await.unwrap().into_inner();
        assert_eq!((&read.new_identity, &read.new_state), (&identity, &imported.state), "{type_name}");
    }
}

#[tokio::test]
async fn a_limit_spares_the_pages_that_are_not_wanted() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    for number in 0..450 {
        server.tenant(&format!("t{number:03}"), json!({})).await;
    }
    let mut provider = on(&server).await;
    let asked = async || server.metric("hotswap_api_requests_total", &["path=\"/v1/tenants\"", "method=\"GET\""]).await;
    let before = asked().await;
    assert_eq!(list(&mut provider, "hotswap_tenant", nothing(), 10).await.len(), 10);
    let between = asked().await;
    assert_eq!(between - before, 1.0, "one page has them all");
    let all = list(&mut provider, "hotswap_tenant", nothing(), 0).await;
    let names: Vec<_> = all.iter().map(|event| event.display_name.clone()).collect();
    assert_eq!(names, (0..450).map(|number| format!("t{number:03}")).collect::<Vec<_>>());
    assert_eq!(asked().await - between, 3.0);
}

#[tokio::test]
async fn a_name_that_is_another_s_id_is_no_identity_and_a_missing_one_is_told() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.tenant("acme", json!({})).await;
    let id = server.client.get_tenant("acme").await.unwrap().id.to_string();
    let mut provider = on(&server).await;
    for name in [id.as_str(), "none"] {
        let request = import_resource_state::Request {
            type_name: "hotswap_tenant".into(),
            identity: identity([("name", name)]),
            ..Default::default()
        };
        let response = provider.client.import_resource_state(request).await.unwrap().into_inner();
        assert_eq!((response.imported_resources.len(), response.diagnostics.len()), (0, 1), "{name}: {:?}", response.diagnostics);
    }
    let versions = list(&mut provider, "hotswap_plugin_version", Value::object([("plugin", "none")]), 0).await;
    assert_eq!(versions.len(), 1);
    assert!(versions[0].identity.is_none() && told(&versions[0].diagnostic)[0].contains("none"), "{versions:?}");
    let unused =
        value(list(&mut provider, "hotswap_tenant", nothing(), 0).await[0].resource_object.as_ref(), &provider.resource("hotswap_tenant"));
    assert_eq!(unused.get("id").as_str(), Some(id.as_str()));
}
