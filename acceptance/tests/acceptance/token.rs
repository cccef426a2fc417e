//! `hotswap_token`: a token whose value is the user's own, and one for as long as a run lasts.

use hotswap_acceptance::{Case, until};
use serde_json::json;

use crate::blocks::{PLUGIN, TENANT, number, versions};

const FIRST: &str = "first-0123456789abcdef0123456789abcdef";
const SECOND: &str = "second-0123456789abcdef0123456789abcdef";

const VARIABLE: &str = "variable \"value\" {\n  type      = string\n  ephemeral = true\n  sensitive = true\n}\n";

fn block(attributes: &str) -> String {
    format!(
        "{VARIABLE}{TENANT}resource \"hotswap_token\" \"k\" {{\n  tenant = hotswap_tenant.t.name\n  value  = var.value\n  {attributes}\n}}\n"
    )
}

/// A case whose variable `value` is this, with a text of the case's own so that no two tests have the same token.
fn case(value: &str) -> Case {
    let mut case = Case::new();
    let value = case.own(&format!("@{value}"));
    case.set("TF_VAR_value", &value);
    case
}

/// The status of a request to read plugins with a token.
fn opens(case: &Case, value: &str) -> u16 {
    case.server.api_as(&case.own(&format!("@{value}")), "GET", "/v1/plugins", &json!(null)).0
}

#[test]
fn a_token_lives_from_its_value_to_a_rotation_and_its_end() {
    let mut case = case(FIRST);
    case.config(&block("role = \"operator\"\n  ttl = \"60m\"\n  description = \"for CI\""));
    let plan = case.plan();
    plan.run.is_calm();
    assert!(plan.is_unknown("hotswap_token.k", "hash") && plan.is_unknown("hotswap_token.k", "expires_at"));
    assert_eq!(plan.after("hotswap_token.k", "value"), json!(null));
    case.apply_plan().succeeded();
    let made = case.state().get("hotswap_token.k").clone();
    assert_eq!((&made["value"], &made["rotate"], &made["ttl"]), (&json!(null), &json!(0), &json!("60m")));
    assert!(made["expires_at"].as_str() > made["created_at"].as_str());
    assert_eq!(opens(&case, FIRST), 200);
    for file in ["terraform.tfstate", "saved.tfplan"] {
        let held = std::fs::read(case.path(file)).unwrap();
        assert!(!held.windows(FIRST.len()).any(|part| part == FIRST.as_bytes()), "{file} holds the value");
    }
    let shown = case.terraform(&["show", "-json", "saved.tfplan"]).succeeded().text;
    assert!(!shown.contains(FIRST) && shown.contains("hotswap_token"));
    case.is_settled();
    case.imports_the_same("hotswap_token.k", made["id"].as_str().unwrap(), &["ttl"]);
    case.plan().is_empty();

    // Another value alone is passed over; with `rotate` it is taken.
    let second = case.own(&format!("@{SECOND}"));
    case.set("TF_VAR_value", &second);
    case.is_settled();
    case.config(&block("role = \"operator\"\n  ttl = \"60m\"\n  description = \"for CI\"\n  rotate = 1"));
    assert_eq!(case.plan().actions("hotswap_token.k"), "update");
    case.apply_plan().succeeded();
    let rotated = case.state().get("hotswap_token.k").clone();
    assert_eq!(rotated["id"], made["id"]);
    assert_ne!(rotated["hash"], made["hash"]);
    assert_eq!((opens(&case, FIRST), opens(&case, SECOND)), (401, 200));
    case.is_settled();

    // Life and description change in place and leave the value alone.
    case.config(&block("role = \"operator\"\n  rotate = 1"));
    assert_eq!(case.plan().actions("hotswap_token.k"), "update");
    case.apply_plan().succeeded();
    let lasting = case.state().get("hotswap_token.k").clone();
    assert_eq!((&lasting["hash"], &lasting["expires_at"], &lasting["description"]), (&rotated["hash"], &json!(null), &json!(null)));
    case.is_settled();

    // Another role is another token.
    case.config(&block("role = \"viewer\"\n  rotate = 1"));
    let plan = case.plan();
    assert_eq!((plan.actions("hotswap_token.k").as_str(), plan.replaced_by("hotswap_token.k")), ("delete,create", json!([["role"]])));
    case.apply_plan().succeeded();
    assert_ne!(case.state().get("hotswap_token.k")["id"], made["id"]);
    case.is_settled();
    case.destroy();
    assert_eq!(opens(&case, SECOND), 401);
}

#[test]
fn a_token_that_ended_is_made_anew_and_the_plan_says_why() {
    let case = case(FIRST);
    case.config(&block("role = \"viewer\"\n  ttl = \"1s\""));
    case.apply();
    until("the token expires", || (opens(&case, FIRST) == 401).then_some(()));
    let plan = case.plan();
    plan.run.warns(&["The token has ended", "expired at", "makes a new token"]);
    assert_eq!(plan.actions("hotswap_token.k"), "create");
    case.config(&block("role = \"viewer\""));
    case.apply();
    let id = case.state().get("hotswap_token.k")["id"].as_str().unwrap().to_owned();
    case.server.change("DELETE", &format!("/v1/tokens/{id}"), &json!(null));
    let plan = case.plan();
    plan.run.warns(&["The token has ended", &id, "was revoked by somebody else"]);
    assert_eq!(plan.actions("hotswap_token.k"), "create");
    case.apply_plan().succeeded();
    assert_eq!(opens(&case, FIRST), 200);
    case.is_settled();
    case.destroy();
}

#[test]
fn a_value_that_is_short_or_anothers_is_refused_and_not_shown() {
    let mut case = case(FIRST);
    case.set("TF_VAR_value", "hunter2");
    case.config(&block("role = \"viewer\""));
    let refused = case.try_plan();
    refused.fails_at("value", &["needs 32 to 512 characters, has 7"]);
    assert!(!refused.text.contains("hunter2"));
    let value = case.own(&format!("@{FIRST}"));
    case.set("TF_VAR_value", &value);
    case.config(&block("count = 2\n  role = \"viewer\""));
    case.try_apply().fails_at("value", &["Another token has the same value", "a value of its own"]);
    case.destroy();
}

#[test]
fn a_token_opens_what_its_role_and_tenant_allow_and_terraform_says_so() {
    let mut case = case(FIRST);
    case.config(&block("role = \"viewer\""));
    case.apply();
    let value = case.own(&format!("@{FIRST}"));
    let administrator = case.server.token.clone();
    case.set("HOTSWAP_TOKEN", &value);
    let refused = case.terraform(&["apply", "-json", "-input=false", "-auto-approve", "-destroy", "-target=hotswap_tenant.t"]);
    refused.fails(&["The token does not allow this", "`viewer` may not"]);
    case.set("HOTSWAP_TOKEN", &administrator);
    case.destroy();
}

/// The ephemeral tokens of a case that are good.
fn open(case: &Case) -> usize {
    let all = case.get("/v1/tokens");
    let described = case.own("@run");
    all["items"].as_array().unwrap().iter().filter(|token| token["description"] == described.as_str()).count()
}

#[test]
fn an_ephemeral_token_opens_the_platform_for_as_long_as_the_run_lasts() {
    let case = Case::new();
    case.server.change("POST", "/v1/tenants", &json!({ "name": case.own("@acme") }));
    let token = |ttl: &str| {
        format!(
            "ephemeral \"hotswap_token\" \"run\" {{\n  role = \"operator\"\n  tenant = \"@acme\"\n  ttl = \"{ttl}\"\n  description = \"@run\"\n}}\n\
             provider \"hotswap\" {{\n  alias = \"run\"\n  token = ephemeral.hotswap_token.run.token\n}}\n"
        )
    };
    let deployment = |seconds: u32| {
        format!(
            "resource \"hotswap_deployment\" \"d\" {{\n  provider = hotswap.run\n  name = \"hello\"\n  tenant = \"@acme\"\n  plugin = hotswap_plugin.p.name\n  \
             version = {}\n  health_check = {{ min_healthy_time = \"{seconds}s\" }}\n}}\n",
            number("1.0.0")
        )
    };
    case.config(&format!("{}{PLUGIN}{}{}", token("10m"), versions(&["1.0.0"]), deployment(0)));
    let plan = case.plan();
    plan.run.is_calm();
    assert_eq!(open(&case), 0, "the token of the plan has ended with it");
    case.apply_plan().succeeded();
    assert_eq!(open(&case), 0, "and so has the one of the apply");
    assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.0.0\n".to_owned()));
    let state = std::fs::read_to_string(case.path("terraform.tfstate")).unwrap();
    assert!(!state.contains("hst_") && !plan.run.text.contains("hst_"));
    case.is_settled();

    // A run that lasts longer than its token renews it.
    case.config(&format!("{}{PLUGIN}{}{}", token("6s"), versions(&["1.0.0"]), deployment(10)));
    case.apply();
    assert_eq!((open(&case), &case.state().get("hotswap_deployment.d")["status"]), (0, &json!("active")));

    // What the token does not open stays shut.
    case.config(&format!(
        "{}{}resource \"hotswap_tenant\" \"t\" {{\n  provider = hotswap.run\n  name = \"@other\"\n}}\n",
        token("10m"),
        PLUGIN
    ));
    case.try_apply().fails(&["The token does not allow this", "`operator` may not change tenants"]);
    case.config(&format!("{}{PLUGIN}", token("10m")));
    case.destroy();
    case.server.change("DELETE", &case.own("/v1/tenants/@acme"), &json!(null));
}
