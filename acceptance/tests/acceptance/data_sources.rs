//! The data sources.

use hotswap_acceptance::Case;
use serde_json::json;

use crate::blocks::{QUICK, everything, number};

const DATA: &str = r#"
data "hotswap_tenant" "t" {
  name = hotswap_deployment.d.tenant
}
data "hotswap_plugin" "p" {
  name = hotswap_deployment.d.plugin
}
data "hotswap_plugins" "search" {
  query      = "@greeter"
  category   = "@category"
  depends_on = [hotswap_plugin.p]
}
data "hotswap_plugins" "none" {
  publisher  = "@nobody"
  depends_on = [hotswap_plugin.p]
}
data "hotswap_plugin_version" "v" {
  plugin  = hotswap_deployment.d.plugin
  version = "1.0.0"
}
data "hotswap_deployment" "d" {
  tenant = hotswap_deployment.d.tenant
  name   = hotswap_deployment.d.name
}
"#;

#[test]
fn data_sources_tell_what_is_there_and_what_it_does() {
    let case = Case::new();
    let attributes = format!("version = {}\ninstances = 2\nconfig = jsonencode({{ greeting = \"hi\" }})\n{QUICK}", number("1.0.0"));
    let resources =
        everything(&["1.0.0", "1.1.0"], &attributes).replace("name = \"@greeter\"", "name = \"@greeter\"\n  category = \"@category\"");
    case.config(&resources);
    case.apply();
    assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.0.0\n".to_owned()));
    case.config(&format!("{resources}{DATA}"));
    case.apply();
    let state = case.state();
    let usage = &state.get("data.hotswap_tenant.t")["usage"];
    assert_eq!((&usage["deployments"], &usage["plugins"], &usage["instances"]), (&json!(1), &json!(1), &json!(2)));
    assert_eq!(state.get("data.hotswap_plugin.p")["versions"], json!(["1.0.0", "1.1.0"]));
    let found = state.get("data.hotswap_plugins.search")["plugins"].as_array().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["id"], state.get("hotswap_plugin.p")["id"]);
    assert_eq!(state.get("data.hotswap_plugins.none")["plugins"], json!([]));
    let version = state.get("data.hotswap_plugin_version.v");
    assert_eq!((&version["sha256"], &version["retired"]), (&state.get("hotswap_plugin_version.v[\"1.0.0\"]")["sha256"], &json!(false)));
    let deployment = state.get("data.hotswap_deployment.d");
    assert_eq!(deployment["effective_config"], json!({ "greeting": "hi" }));
    assert_eq!(deployment["url"], state.get("hotswap_deployment.d")["url"]);
    let live = &deployment["live"];
    assert_eq!((&live["dropped"], &live["revisions"][0]["requests"]), (&json!(0), &json!(1)));
    assert_eq!(live["revisions"][0]["available"], json!(2));
    case.is_settled();
    case.destroy();
}

#[test]
fn a_data_source_of_nothing_says_what_is_missing() {
    let case = Case::new();
    for (kind, attributes, word) in [
        ("hotswap_tenant", "name = \"@none\"", "There is no tenant"),
        ("hotswap_plugin", "name = \"@none\"", "no plugin"),
        ("hotswap_plugin_version", "plugin = \"@none\"\nversion = \"1.0.0\"", "no plugin"),
        ("hotswap_deployment", "tenant = \"@none\"\nname = \"hello\"", "There is no tenant"),
    ] {
        case.config(&format!("data \"{kind}\" \"d\" {{\n{attributes}\n}}"));
        let run = case.try_plan();
        run.fails(&["Unknown", word, &case.own("@none")]);
    }
    case.config("data \"hotswap_plugin_version\" \"d\" {\n  plugin = \"p\"\n  version = \"one\"\n}");
    case.try_plan().fails_at("version", &["one"]);
}
