//! `hotswap_tenant`: from create to destroy.

use hotswap_acceptance::Case;
use hotswap_acceptance::corpus::Front;
use serde_json::json;

const MINIMAL: &str = "resource \"hotswap_tenant\" \"t\" {\n  name = \"@acme\"\n}";

const FULL: &str = r#"
resource "hotswap_tenant" "t" {
  name         = "@acme"
  display_name = "Acme"
  labels       = { team = "web", "" = "empty key", stage = "" }
  tier         = "gold"
  status       = "suspended"
  quotas = {
    max_plugins    = 0
    max_instances  = 9007199254740993
    max_memory_mb  = 256
    max_storage_mb = 16
  }
  rate_limits = {
    requests_per_second  = 1000
    burst                = 2000
    deployments_per_hour = 0
  }
  allowed_categories = ["web", "auth", "web"]
}
"#;

#[test]
fn a_tenant_lives_from_a_name_to_every_attribute_and_back() {
    let case = Case::new();
    case.config(MINIMAL);
    let plan = case.plan();
    plan.run.is_calm();
    assert_eq!(plan.actions("hotswap_tenant.t"), "create");
    assert_eq!(plan.after("hotswap_tenant.t", "status"), "active", "defaults are known when planning");
    assert!(plan.is_unknown("hotswap_tenant.t", "id"));
    case.apply_plan().succeeded();
    let minimal = case.state().get("hotswap_tenant.t").clone();
    assert_eq!(minimal["namespace"], json!(case.own("@acme")));
    assert_eq!(minimal["labels"], json!({}));
    assert_eq!(minimal["allowed_categories"], json!([]));
    assert_eq!(minimal["display_name"], json!(null));
    case.is_settled();

    case.config(FULL);
    assert_eq!(case.plan().actions("hotswap_tenant.t"), "update", "every attribute but the name changes in place");
    case.apply_plan().succeeded();
    let full = case.state().get("hotswap_tenant.t").clone();
    assert_eq!(full["id"], minimal["id"]);
    assert_eq!(full["labels"], json!({ "team": "web", "": "empty key", "stage": "" }));
    assert_eq!(full["quotas"]["max_instances"].to_string(), "9007199254740993", "no digit is lost");
    assert_eq!(full["quotas"]["max_plugins"], json!(0), "none is not the same as no limit");
    assert_eq!(full["allowed_categories"], json!(["auth", "web"]));
    assert_eq!(case.get("/v1/tenants/@acme")["spec"]["status"], "suspended");
    case.is_settled();
    case.imports_the_same("hotswap_tenant.t", "@acme", &[]);
    case.imports_the_same("hotswap_tenant.t", full["id"].as_str().unwrap(), &[]);
    case.is_settled();

    case.config(MINIMAL);
    case.apply();
    assert_eq!(case.state().get("hotswap_tenant.t"), &minimal, "a line that is removed goes back to its default");
    case.is_settled();

    case.config("resource \"hotswap_tenant\" \"t\" {\n  name = \"@other\"\n}");
    let plan = case.plan();
    assert_eq!(plan.actions("hotswap_tenant.t"), "delete,create");
    assert_eq!(plan.replaced_by("hotswap_tenant.t"), json!([["name"]]));
    case.apply_plan().succeeded();
    assert_ne!(case.state().get("hotswap_tenant.t")["id"], minimal["id"]);
    assert!(case.server.lacks(&case.own("/v1/tenants/@acme")));
    case.destroy();
}

#[test]
fn a_tenant_made_whole_at_once_is_settled_at_once() {
    let case = Case::new();
    case.config(FULL);
    case.apply();
    case.is_settled();
    case.destroy();
}

/// Up to schema version 0, limits of which none is set were stored as objects of nulls.
#[test]
fn state_of_an_older_version_is_upgraded_and_nothing_is_planned() {
    for front in [Front::Terraform, Front::Hotswap] {
        let case = Case::new();
        case.config(MINIMAL);
        case.apply();
        let path = case.path("terraform.tfstate");
        let mut state: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let instance = &mut state["resources"][0]["instances"][0];
        assert_eq!(instance["schema_version"], 1);
        instance["schema_version"] = json!(0);
        instance["attributes"]["quotas"] =
            json!({ "max_plugins": null, "max_instances": null, "max_memory_mb": null, "max_storage_mb": null });
        instance["attributes"]["rate_limits"] = json!({ "requests_per_second": null, "burst": null, "deployments_per_hour": null });
        std::fs::write(&path, serde_json::to_vec_pretty(&state).unwrap()).unwrap();

        let run = case.run(front, &["plan", "-detailed-exitcode", "-no-color"]);
        assert_eq!(run.code, Some(0), "{}", run.text);
        let run = case.run(front, &["apply", "-auto-approve", "-refresh-only", "-no-color"]);
        assert_eq!(run.code, Some(0), "{}", run.text);
        let state: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let instance = &state["resources"][0]["instances"][0];
        assert_eq!((&instance["schema_version"], &instance["attributes"]["quotas"]), (&json!(1), &json!(null)));
        case.destroy();
    }
}

/// Its state is that of an older version, too.
#[test]
fn a_tenant_of_a_fork_is_taken_over_by_a_move() {
    for front in [Front::Terraform, Front::Hotswap] {
        let case = Case::new();
        let line = "\"hotswap/hotswap\"";
        let cli = std::fs::read_to_string(case.path("cli.tfrc")).unwrap();
        let ours = cli.lines().find(|found| found.contains(line)).unwrap();
        case.write("cli.tfrc", cli.replace(ours, &format!("{ours}\n{}", ours.replace(line, "\"registry.example.com/acme/hotswap\""))));
        case.config(MINIMAL);
        case.apply();
        let path = case.path("terraform.tfstate");
        let mut state: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        state["resources"][0]["provider"] = json!("provider[\"registry.example.com/acme/hotswap\"]");
        let instance = &mut state["resources"][0]["instances"][0];
        instance["schema_version"] = json!(0);
        instance["attributes"]["quotas"] =
            json!({ "max_plugins": null, "max_instances": null, "max_memory_mb": null, "max_storage_mb": null });
        std::fs::write(&path, serde_json::to_vec_pretty(&state).unwrap()).unwrap();

        case.config(&format!(
            "{}\nmoved {{\n  from = hotswap_tenant.t\n  to   = hotswap_tenant.here\n}}",
            MINIMAL.replace("\"t\"", "\"here\"")
        ));
        let run = case.run(front, &["apply", "-auto-approve", "-no-color"]);
        assert_eq!(run.code, Some(0), "{}", run.text);
        assert!(run.text.contains("0 added, 0 changed, 0 destroyed"), "{}", run.text);
        let state: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let tenant = &state["resources"][0];
        assert_eq!((&tenant["name"], &tenant["provider"]), (&json!("here"), &json!("provider[\"registry.terraform.io/hotswap/hotswap\"]")));
        assert_eq!(tenant["instances"][0]["schema_version"], 1);
        case.is_settled();
        case.destroy();
    }
}
