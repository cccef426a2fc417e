//! The provider's block: what is not known yet, aliases, and what cannot be.

use hotswap_acceptance::Case;
use serde_json::json;

use crate::blocks::{PLUGIN, QUICK, TENANT, everything, number};

#[test]
fn an_endpoint_that_another_resource_gives_is_no_error_when_planning() {
    let mut case = Case::new();
    let (endpoint, token) = (case.server.endpoint.clone(), case.server.token.clone());
    case.set("HOTSWAP_ENDPOINT", "http://127.0.0.1:1");
    case.set("HOTSWAP_TOKEN", "");
    let provider = format!(
        "resource \"terraform_data\" \"platform\" {{\n  input = {{ endpoint = \"{endpoint}\", token = \"{token}\" }}\n}}\n\
         provider \"hotswap\" {{\n  endpoint = terraform_data.platform.output.endpoint\n  token = terraform_data.platform.output.token\n}}\n"
    );
    case.config(&format!("{provider}{}", everything(&["1.0.0"], &format!("version = {}\n{QUICK}", number("1.0.0")))));
    let plan = case.plan();
    assert_eq!(plan.actions("hotswap_deployment.d"), "create");
    assert!(plan.is_unknown("hotswap_deployment.d", "rollout_plan"), "nobody can be asked yet");
    case.apply_plan().succeeded();
    case.is_settled();
    case.destroy();
}

#[test]
fn a_data_source_of_a_provider_that_is_not_known_yet_says_what_to_do() {
    let case = Case::new();
    let endpoint = case.server.endpoint.clone();
    case.config(&format!(
        "resource \"terraform_data\" \"platform\" {{\n  input = \"{endpoint}\"\n}}\nprovider \"hotswap\" {{\n  \
         endpoint = terraform_data.platform.output\n}}\ndata \"hotswap_plugins\" \"all\" {{}}\n"
    ));
    case.try_plan().fails(&["Provider is not configured", "is not known yet", "-target"]);
    case.terraform(&["apply", "-json", "-auto-approve", "-target=terraform_data.platform"]).succeeded();
    case.apply();
}

#[test]
fn an_alias_is_a_provider_of_its_own() {
    let mut case = Case::new();
    let endpoint = case.server.endpoint.clone();
    case.set("HOTSWAP_ENDPOINT", "http://127.0.0.1:1");
    let providers = format!("provider \"hotswap\" {{}}\nprovider \"hotswap\" {{\n  alias = \"live\"\n  endpoint = \"{endpoint}\"\n}}\n");
    let tenant = TENANT.replace("name =", "provider = hotswap.live\n  name =");
    case.config(&format!("{providers}{tenant}"));
    case.apply();
    case.is_settled();
    case.config(&format!("{providers}{tenant}{PLUGIN}"));
    case.try_apply().fails(&["Cannot reach hotswap at http://127.0.0.1:1"]);
    case.config(&format!("{providers}{tenant}"));
    case.destroy();
}

#[test]
fn an_endpoint_that_cannot_be_is_told_where_it_stands() {
    let case = Case::new();
    let provider = |attributes: &str| case.config(&format!("provider \"hotswap\" {{\n  {attributes}\n}}\n{TENANT}"));
    for (endpoint, word) in [("nonsense", "nonsense"), ("http://example.org", "allow_plain_http"), ("ftp://127.0.0.1", "ftp")] {
        provider(&format!("endpoint = \"{endpoint}\""));
        case.try_plan().fails_at("endpoint", &["Invalid endpoint", word]);
    }
}

#[test]
fn values_that_are_not_known_yet_are_no_error_in_any_attribute() {
    let case = Case::new();
    let inputs = r#"
resource "terraform_data" "in" {
  input = {
    tenant = "@acme", plugin = "@greeter", number = "1.0.0", source = "greeter-1.0.0.wat", text = "text", n = 2, yes = true
    url    = "https://example.org", json = "{\"a\":\"b\"}", status = "active", channel = "beta", span = "300ms", long = "1m"
    path   = "/healthz", name = "hello", list = ["a", "b"], map = { a = "b" }, weight = 50
  }
}
locals { in = terraform_data.in.output }
resource "hotswap_tenant" "t" {
  name         = local.in.tenant
  display_name = local.in.text
  labels       = local.in.map
  tier         = local.in.text
  status       = local.in.status
  quotas       = { max_plugins = local.in.n, max_instances = local.in.n, max_memory_mb = local.in.n * 100, max_storage_mb = local.in.n }
  rate_limits  = { requests_per_second = local.in.n * 100, burst = local.in.n * 100, deployments_per_hour = local.in.n }
  allowed_categories = local.in.list
}
resource "hotswap_plugin" "p" {
  name              = local.in.plugin
  publisher         = local.in.text
  category          = local.in.list[0]
  description       = local.in.text
  tags              = local.in.list
  documentation_url = local.in.url
  repository_url    = local.in.url
}
resource "hotswap_plugin_version" "v" {
  plugin         = hotswap_plugin.p.name
  version        = local.in.number
  source         = local.in.source
  channel        = local.in.channel
  default_config = local.in.json
  release_notes  = local.in.text
}
resource "hotswap_deployment" "d" {
  name           = local.in.name
  tenant         = hotswap_tenant.t.name
  plugin         = local.in.plugin
  version        = hotswap_plugin_version.v.version
  resolve_serial = local.in.n
  instances      = local.in.n
  config         = local.in.json
  strategy       = { canary = { steps = [{ weight = local.in.weight, hold = local.in.span }] } }
  health_check = {
    http              = { path = local.in.path, interval = local.in.span, timeout = local.in.long, unhealthy_after = local.in.n }
    error_rate        = local.in.n
    latency_p99_ms    = local.in.n * 1000
    min_requests      = local.in.n - 2
    min_healthy_time  = local.in.span
    healthy_deadline  = local.in.long
    progress_deadline = local.in.long
  }
  sandbox       = { memory_mb = local.in.n * 10, timeout = local.in.span }
  auto_rollback = local.in.yes
  wait          = local.in.yes
  retry         = local.in.n
  timeouts      = { create = local.in.long, update = local.in.long, delete = local.in.long }
}
"#;
    case.config(inputs);
    case.validate().succeeded();
    let plan = case.plan();
    assert!(plan.is_unknown("hotswap_tenant.t", "name") && plan.is_unknown("hotswap_deployment.d", "instances"));
    case.apply_plan().succeeded();
    assert_eq!(case.state().get("hotswap_deployment.d")["status"], json!("active"));
    case.is_settled();
    case.destroy();
}

#[test]
fn a_whole_strategy_that_is_not_known_yet_is_no_error() {
    let case = Case::new();
    let attributes =
        format!("version = {}\nstrategy = terraform_data.in.output\nhealth_check = {{\n  min_healthy_time = \"0s\"\n}}", number("1.0.0"));
    let block = attributes.replace("terraform_data.in.output", "terraform_data.in.output.strategy");
    let input =
        "resource \"terraform_data\" \"in\" {\n  input = { strategy = { canary = { steps = [{ weight = 50, hold = \"1s\" }] } } }\n}\n";
    case.config(&format!("{input}{}", everything(&["1.0.0"], &block)));
    case.validate().succeeded();
    case.apply();
    assert_eq!(case.state().get("hotswap_deployment.d")["strategy"]["canary"]["steps"][0]["weight"], json!(50));
    case.is_settled();
    case.destroy();
}
