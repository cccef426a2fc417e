//! Messages far beyond gRPC's own limit of 4 MiB.

use hotswap_value::Value;

use crate::client::{
    Provider, dynamic, value,
    wire::{apply_resource_change, plan_resource_change, read_resource},
};

#[tokio::test]
async fn twenty_mebibytes_go_there_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut toy = Provider::toy(folder.path()).await;
    let ty = toy.resource("toy_thing");
    let note = "0123456789abcdef".repeat((20 << 20) / 16);
    let config = dynamic(Value::object([("name", "big"), ("note", note.as_str())]), &ty);
    let nothing = dynamic(Value::Null, &ty);
    let type_name = "toy_thing".to_owned();
    let request = plan_resource_change::Request {
        type_name: type_name.clone(),
        prior_state: nothing.clone(),
        proposed_new_state: config.clone(),
        config: config.clone(),
        ..Default::default()
    };
    let planned = toy.client.plan_resource_change(request).await.unwrap().into_inner();
    assert_eq!(planned.diagnostics, []);
    let request = apply_resource_change::Request {
        type_name: type_name.clone(),
        prior_state: nothing,
        planned_state: planned.planned_state,
        config,
        ..Default::default()
    };
    let made = toy.client.apply_resource_change(request).await.unwrap().into_inner();
    assert_eq!(made.diagnostics, []);
    let request = read_resource::Request { type_name, current_state: made.new_state, ..Default::default() };
    let read = toy.client.read_resource(request).await.unwrap().into_inner();
    assert!(value(read.new_state.as_ref(), &ty).get("note").as_str() == Some(note.as_str()), "the note is not what it was");
}
