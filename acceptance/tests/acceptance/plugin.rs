//! `hotswap_plugin`: from create to destroy.

use hotswap_acceptance::Case;
use serde_json::json;

const MINIMAL: &str = "resource \"hotswap_plugin\" \"p\" {\n  name = \"@greeter\"\n}";

const FULL: &str = r#"
resource "hotswap_plugin" "p" {
  name              = "@greeter"
  display_name      = "Greeter"
  publisher         = "examples"
  category          = "demo"
  description       = "Greets \"everybody\" – in UTF-8"
  tags              = ["http", "example", "http"]
  documentation_url = "https://example.org/docs"
  repository_url    = "http://example.org/source"
}
"#;

#[test]
fn a_plugin_lives_from_a_name_to_every_attribute_and_back() {
    let case = Case::new();
    case.config(MINIMAL);
    case.plan().run.is_calm();
    case.apply_plan().succeeded();
    let minimal = case.state().get("hotswap_plugin.p").clone();
    assert_eq!(minimal["tags"], json!([]));
    case.is_settled();

    case.config(FULL);
    assert_eq!(case.plan().actions("hotswap_plugin.p"), "update");
    case.apply_plan().succeeded();
    let full = case.state().get("hotswap_plugin.p").clone();
    assert_eq!(full["id"], minimal["id"]);
    assert_eq!(full["tags"], json!(["example", "http"]));
    assert_eq!(case.get("/v1/plugins/@greeter")["spec"]["description"], "Greets \"everybody\" – in UTF-8");
    case.is_settled();
    case.imports_the_same("hotswap_plugin.p", "@greeter", &[]);
    case.imports_the_same("hotswap_plugin.p", full["id"].as_str().unwrap(), &[]);
    case.is_settled();

    case.config(MINIMAL);
    case.apply();
    assert_eq!(case.state().get("hotswap_plugin.p"), &minimal, "a line that is removed goes back to its default");

    case.config("resource \"hotswap_plugin\" \"p\" {\n  name = \"@other\"\n}");
    let plan = case.plan();
    assert_eq!(plan.actions("hotswap_plugin.p"), "delete,create");
    assert_eq!(plan.replaced_by("hotswap_plugin.p"), json!([["name"]]));
    case.apply_plan().succeeded();
    case.destroy();
}
