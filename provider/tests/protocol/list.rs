//! List resources: events as objects are found, and no more than are wanted.

use hotswap_value::Value;

use crate::client::{
    Provider, dynamic, identity, told, ty, value,
    wire::{list_resource, validate_list_resource_config},
};

async fn listed(toy: &mut Provider, prefix: &str, limit: i64, include_resource_object: bool) -> Vec<list_resource::Event> {
    let config = dynamic(Value::object([("prefix", prefix)]), &ty(&toy.schema.list_resource_schemas["toy_thing"]));
    let request = list_resource::Request { type_name: "toy_thing".into(), config, include_resource_object, limit };
    let mut stream = toy.client.list_resource(request).await.unwrap().into_inner();
    let mut events = Vec::new();
    while let Some(event) = stream.message().await.unwrap() {
        events.push(event);
    }
    events
}

/// A folder of things, in a folder of its own.
fn things(names: impl IntoIterator<Item = String>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("things")).unwrap();
    for name in names {
        let thing = format!(r#"{{"id":"thing-{name}","name":"{name}","size":3,"revision":1}}"#);
        std::fs::write(folder.path().join(format!("things/{name}.json")), thing).unwrap();
    }
    folder
}

#[tokio::test]
async fn objects_are_told_with_their_identity_and_whole_where_that_is_wanted() {
    let folder = things(["apple", "avocado", "pear"].map(String::from));
    let mut toy = Provider::toy(&folder.path().join("things")).await;
    let events = listed(&mut toy, "a", 0, false).await;
    let names: Vec<_> = events.iter().map(|event| event.display_name.as_str()).collect();
    assert_eq!(names, ["Thing apple", "Thing avocado"]);
    assert_eq!(events[1].identity, identity([("name", "avocado")]));
    assert!(events.iter().all(|event| event.resource_object.is_none() && event.diagnostic.is_empty()), "{events:?}");
    let whole = listed(&mut toy, "p", 0, true).await;
    let object = value(whole[0].resource_object.as_ref(), &toy.resource("toy_thing"));
    assert_eq!(object.get("id").as_str(), Some("thing-pear"));
}

#[tokio::test]
async fn a_search_ends_when_there_are_as_many_as_wanted() {
    let folder = things((10..90).map(|number| format!("t{number}")));
    let mut toy = Provider::toy(&folder.path().join("things")).await;
    assert_eq!(listed(&mut toy, "t", 2, false).await.len(), 2);
    let last = std::fs::read_to_string(folder.path().join("enough")).expect("the search was ended early");
    assert!(last.as_str() < "t50", "it went on until {last}");
    assert_eq!(listed(&mut toy, "t", 0, false).await.len(), 80);
}

#[tokio::test]
async fn what_goes_wrong_is_told_after_what_was_found() {
    let folder = things(["apple".to_owned()]);
    let things = folder.path().join("things");
    std::fs::write(things.join("broken.json"), "{").unwrap();
    let mut toy = Provider::toy(&things).await;
    let events = listed(&mut toy, "", 0, false).await;
    assert_eq!(events[0].identity, identity([("name", "apple")]));
    assert_eq!((&events[1].identity, told(&events[1].diagnostic)), (&None, vec!["Not a thing: broken can't be read.".to_owned()]));
    let crashed = listed(&mut toy, "panic", 0, false).await;
    assert!(told(&crashed[0].diagnostic)[0].starts_with("Provider crashed: The provider crashed in ListResource"), "{crashed:?}");
    assert_eq!(listed(&mut toy, "a", 0, false).await[0].identity, identity([("name", "apple")]), "the process goes on");
}

#[tokio::test]
async fn what_may_be_asked_for_is_checked() {
    let mut provider = Provider::hotswap().await;
    let ty = ty(&provider.schema.list_resource_schemas["hotswap_plugin_version"]);
    let mut check = async |plugin: Value| {
        let config = dynamic(Value::object([("plugin", plugin)]), &ty);
        let request = validate_list_resource_config::Request { type_name: "hotswap_plugin_version".into(), config, ..Default::default() };
        told(&provider.client.validate_list_resource_config(request).await.unwrap().into_inner().diagnostics)
    };
    assert_eq!(check("greeter".into()).await, Vec::<String>::new());
    assert_eq!(check(Value::Null).await, ["Missing required attribute: Attribute plugin is required; give it a value."]);
    assert_eq!(check("No Name".into()).await.len(), 1);
}
