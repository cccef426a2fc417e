//! What happened behind Terraform's back, and coming back under an old name.

use hotswap_acceptance::Case;
use serde_json::json;

use crate::blocks::{DEPLOYMENT_PATH, QUICK, everything, number};

fn all(case: &Case) {
    case.config(&everything(&["1.0.0"], &format!("version = {}\n{QUICK}", number("1.0.0"))));
}

const ADDRESSES: [&str; 4] = ["hotswap_tenant.t", "hotswap_plugin.p", "hotswap_plugin_version.v[\"1.0.0\"]", "hotswap_deployment.d"];

#[test]
fn what_was_deleted_behind_our_back_is_made_again() {
    let case = Case::new();
    all(&case);
    case.apply();
    let before = case.state().get("hotswap_tenant.t")["id"].clone();
    for path in [DEPLOYMENT_PATH, "/v1/plugins/@greeter/versions/1.0.0", "/v1/tenants/@acme"] {
        case.server.change("DELETE", &case.own(path), &json!(null));
    }
    let plan = case.plan();
    let actions: Vec<_> = ADDRESSES.iter().map(|address| plan.actions(address)).collect();
    assert_eq!(actions, ["create", "no-op", "create", "create"]);
    case.apply_plan().succeeded();
    assert_ne!(case.state().get("hotswap_tenant.t")["id"], before);
    assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.0.0\n".to_owned()));
    case.is_settled();
    case.destroy();
}

#[test]
fn what_was_changed_behind_our_back_is_put_right() {
    let case = Case::new();
    all(&case);
    case.apply();
    for (path, attribute, value) in [("/v1/tenants/@acme", "tier", "gold"), ("/v1/plugins/@greeter", "category", "other")] {
        let mut spec = case.get(path)["spec"].clone();
        spec[attribute] = json!(value);
        case.server.change("PUT", &case.own(path), &spec);
    }
    let mut spec = case.get(DEPLOYMENT_PATH)["spec"].clone();
    spec["instances"] = json!(2);
    case.server.change("PUT", &case.own(DEPLOYMENT_PATH), &json!({ "spec": spec }));
    let change = json!({ "channel": "beta", "release_notes": "changed" });
    case.server.change("PATCH", &case.own("/v1/plugins/@greeter/versions/1.0.0"), &change);

    let plan = case.plan();
    for address in ADDRESSES {
        assert_eq!(plan.actions(address), "update", "{address}");
    }
    assert_eq!(plan.after("hotswap_deployment.d", "instances"), json!(1));
    case.apply_plan().succeeded();
    assert_eq!(case.get("/v1/tenants/@acme")["spec"]["tier"], json!(null));
    assert_eq!(case.get("/v1/plugins/@greeter/versions/1.0.0")["spec"]["channel"], "stable");
    assert_eq!(case.get(DEPLOYMENT_PATH)["spec"]["instances"], json!(1));
    case.is_settled();
    case.destroy();
}

#[test]
fn destroy_and_apply_at_once_gives_the_same_names_and_new_ids() {
    let case = Case::new();
    all(&case);
    case.apply();
    let before: Vec<_> = ADDRESSES.iter().map(|address| case.state().get(address)["id"].clone()).collect();
    case.destroy();
    assert_eq!(case.visit("@acme", "hello").0, 404);
    case.apply();
    for (address, before) in ADDRESSES.iter().zip(before) {
        assert_ne!(case.state().get(address)["id"], before, "{address}");
    }
    assert_eq!(case.state().get("hotswap_deployment.d")["revision"], json!(1));
    assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.0.0\n".to_owned()));
    case.is_settled();
    case.destroy();
}

#[test]
fn many_deployments_come_and_go_in_one_apply() {
    let case = Case::new();
    let block = everything(&["1.0.0"], &format!("version = {}\n{QUICK}", number("1.0.0")))
        .replace("name   = \"hello\"", "count  = 12\n  name   = \"hello-${count.index}\"");
    case.config(&block);
    case.apply();
    case.is_settled();
    let deployments = case.get("/v1/tenants/@acme/deployments");
    assert_eq!(deployments["items"].as_array().unwrap().len(), 12);
    case.destroy();
}

#[test]
fn what_somebody_did_already_is_not_done_again() {
    let case = Case::new();
    all(&case);
    case.apply();
    let mut spec = case.get(DEPLOYMENT_PATH)["spec"].clone();
    spec["instances"] = json!(2);
    case.server.change("PUT", &case.own(DEPLOYMENT_PATH), &json!({ "spec": spec }));
    case.config(&everything(&["1.0.0"], &format!("version = {}\ninstances = 2\n{QUICK}", number("1.0.0"))));
    // Terraform does not look, and asks for what is there.
    case.terraform(&["apply", "-json", "-input=false", "-auto-approve", "-refresh=false"]).succeeded();
    assert_eq!(case.state().get("hotswap_deployment.d")["revision"], json!(2));
    assert_eq!(case.get(DEPLOYMENT_PATH)["revision"], json!(2));
    case.plan().is_empty();
    case.destroy();
}
