//! Ephemeral resources: opened, renewed, closed.

use hotswap_value::Value;

use crate::client::{
    Provider, dynamic, told, ty, value,
    wire::{close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource, validate_ephemeral_resource_config},
};

#[tokio::test]
async fn a_key_is_checked_opened_renewed_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let mut toy = Provider::toy(&folder.path().join("things")).await;
    let ty = ty(&toy.schema.ephemeral_resource_schemas["toy_key"]);
    let type_name = "toy_key".to_owned();
    let check = |name: &str| validate_ephemeral_resource_config::Request {
        type_name: "toy_key".into(),
        config: dynamic(Value::object([("name", name)]), &ty),
    };
    let checked = toy.client.validate_ephemeral_resource_config(check("one")).await.unwrap().into_inner();
    assert_eq!(checked.diagnostics, []);
    let checked = toy.client.validate_ephemeral_resource_config(check("much-too-long")).await.unwrap().into_inner();
    assert!(told(&checked.diagnostics)[0].contains("needs 1 to 10 characters"), "{checked:?}");

    let request = open_ephemeral_resource::Request { type_name: type_name.clone(), config: check("one").config, ..Default::default() };
    let opened = toy.client.open_ephemeral_resource(request).await.unwrap().into_inner();
    let key = value(opened.result.as_ref(), &ty);
    assert_eq!((key.get("length").as_i64(), key.get("secret").as_str()), (Some(8), Some("kkkkkkkk")), "defaults are filled in");
    assert_eq!(opened.renew_at.map(|time| time.seconds), Some(4_000_000_000));
    let file = folder.path().join("one.key");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "open");

    let request = renew_ephemeral_resource::Request { type_name: type_name.clone(), private: opened.private };
    let renewed = toy.client.renew_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!((renewed.renew_at, renewed.diagnostics), (None, vec![]));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "renewed");

    let request = close_ephemeral_resource::Request { type_name, private: renewed.private };
    assert_eq!(toy.client.close_ephemeral_resource(request.clone()).await.unwrap().into_inner().diagnostics, []);
    assert!(!file.exists());
    let again = toy.client.close_ephemeral_resource(request).await.unwrap().into_inner();
    assert!(told(&again.diagnostics)[0].starts_with("Key not closed"), "{again:?}");
}
