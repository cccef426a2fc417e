//! `secrets` of a deployment: read by the plugin, changed by version number, and in no file of Terraform's.

use hotswap_acceptance::Case;
use hotswap_acceptance::corpus::Front;
use serde_json::json;

use crate::blocks::{DEPLOYMENT_PATH, PLUGIN, TENANT, deployment, number, versions};

const FIRST: &str = "correct-horse-battery-staple";
const SECOND: &str = "tr0ub4dor-and-three";

/// A plugin whose /config answers with the value of `greeting`, and that it is fine.
const MOODY: &[u8] = include_bytes!("../../../engine/wasm/tests/fixtures/moody.wat");

fn case(secret: &str) -> Case {
    let mut case = Case::new();
    case.write("greeter-1.0.0.wat", MOODY);
    case.set("TF_VAR_secret", secret);
    case
}

fn config(attributes: &str) -> String {
    let variable = "variable \"secret\" {\n  type      = string\n  ephemeral = true\n  sensitive = true\n}\n";
    let quick = "health_check = { min_healthy_time = \"0s\" }";
    let block = deployment(&format!("version = {}\n  {quick}\n  {attributes}", number("1.0.0")));
    format!("{variable}{TENANT}{PLUGIN}{}{block}", versions(&["1.0.0"]))
}

fn secrets(version: u32) -> String {
    config(&format!("secrets = {{ greeting = var.secret }}\n  secrets_version = {version}"))
}

fn reads(case: &Case) -> String {
    let (status, body) = case.server.visit_at(&case.own("@acme"), "hello", "/config");
    assert_eq!(status, 200, "{body}");
    body.trim_end_matches("fine\n").to_owned()
}

#[test]
fn a_trace_of_an_apply_has_no_secret() {
    let mut case = case(FIRST);
    case.config(&secrets(1));
    let log = case.path("log");
    case.set("TF_LOG_PROVIDER", "TRACE");
    case.set("TF_LOG_PATH", log.to_str().unwrap());
    case.plan();
    case.apply_plan().succeeded();
    assert_eq!(reads(&case), FIRST);
    case.is_settled();
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("rpc=ApplyResourceChange"), "the log has the call that sent the secret");
    assert!(!log.contains(FIRST), "the log has the secret");
    assert!(!log.contains(&case.server.token), "the log has the token");
}

#[test]
fn secrets_reach_the_plugin_and_change_by_version_number_alone() {
    let mut case = case(FIRST);
    case.config(&secrets(1));
    let plan = case.plan();
    assert_eq!(
        (plan.after("hotswap_deployment.d", "secrets"), plan.after("hotswap_deployment.d", "secrets_version")),
        (json!(null), json!(1))
    );
    let shown = case.terraform(&["show", "-json", "saved.tfplan"]).succeeded().text;
    assert!(!shown.contains(FIRST) && shown.contains("secrets_version"));
    case.apply_plan().succeeded();
    assert_eq!(reads(&case), FIRST);
    assert_eq!(case.state().get("hotswap_deployment.d")["secrets"], json!(null));
    let state = std::fs::read_to_string(case.path("terraform.tfstate")).unwrap();
    assert!(!state.contains(FIRST));
    assert!(!case.get(DEPLOYMENT_PATH).to_string().contains(FIRST));
    case.is_settled();

    // Other values alone are no change; the number alone is one.
    case.set("TF_VAR_secret", SECOND);
    case.is_settled();
    case.config(&secrets(2));
    let plan = case.plan();
    assert_eq!(plan.actions("hotswap_deployment.d"), "update");
    assert!(plan.is_unknown("hotswap_deployment.d", "revision"));
    let log = case.apply_plan().succeeded().text;
    assert!(!log.contains(SECOND));
    assert_eq!((reads(&case).as_str(), &case.state().get("hotswap_deployment.d")["revision"]), (SECOND, &json!(2)));
    case.is_settled();

    // A plan does without the values; an import finds all but them.
    case.config(&config("secrets_version = 2"));
    case.plan().is_empty();
    case.config(&secrets(2));
    case.imports_the_same("hotswap_deployment.d", "@acme/hello", &["health_check"]);
    case.plan().is_empty();

    // Without a number there are none.
    case.config(&config("config = jsonencode({ greeting = \"hi\" })"));
    case.apply();
    assert_eq!(reads(&case), "hi");
    case.is_settled();
    case.destroy();
}

#[test]
fn names_are_told_and_values_are_not() {
    let case = case(FIRST);
    let data = "data \"hotswap_deployment\" \"d\" {\n  tenant = hotswap_deployment.d.tenant\n  name = hotswap_deployment.d.name\n}\n\
                output \"all\" {\n  value = data.hotswap_deployment.d\n}\n";
    case.config(&format!("{}{data}", secrets(1)));
    case.apply();
    let state = case.state();
    assert_eq!(state.output("all")["secret_names"], json!(["greeting"]));
    assert!(!state.output("all").to_string().contains(FIRST));
    case.destroy();
}

#[test]
fn secrets_are_refused_where_they_stand() {
    let case = case(FIRST);
    case.config(&config("secrets = { greeting = var.secret }"));
    let refused = case.try_plan();
    refused.fails(&["secrets_version is not set"]);
    assert!(!refused.text.contains(FIRST));
    case.config(&config("secrets = { greeting = var.secret }\n  secrets_version = 1\n  config = jsonencode({ greeting = \"hi\" })"));
    case.try_plan().fails(&["both set \"greeting\""]);
    case.config(&config("secrets_version = 1"));
    case.plan();
    case.apply_plan().fails(&["There are no secrets of that version", "no secrets were sent"]);
    case.destroy();
}

#[test]
fn our_own_front_end_sends_them_as_well() {
    let mut case = case(FIRST);
    case.config(&secrets(1).replace("  ephemeral = true\n", ""));
    case.run(Front::Hotswap, &["init", "-no-color"]).succeeded();
    case.run(Front::Hotswap, &["apply", "-no-color", "-auto-approve"]).succeeded();
    assert_eq!(reads(&case), FIRST);
    assert!(!std::fs::read_to_string(case.path("terraform.tfstate")).unwrap().contains(FIRST));
    case.is_settled();
    case.set("TF_VAR_secret", SECOND);
    let same = case.run(Front::Hotswap, &["plan", "-no-color", "-detailed-exitcode"]);
    assert_eq!(same.code, Some(0), "{}", same.text);
    case.config(&secrets(2).replace("  ephemeral = true\n", ""));
    let applied = case.run(Front::Hotswap, &["apply", "-no-color", "-auto-approve"]).succeeded();
    assert!(!applied.text.contains(SECOND));
    assert_eq!(reads(&case), SECOND);
    case.is_settled();
    case.destroy();
}
