//! Bad input: every message says what, where, and what to do; all of it when planning, where it can be known then.

use hotswap_acceptance::{Case, Run};
use serde_json::json;

use crate::blocks::{DEPLOYMENT_PATH, PLUGIN, QUICK, TENANT, deployment, everything, number, versions};

/// A mistake: attributes on lines of their own, the line that is to blame, and words of the message. Terraform shows the head of
/// the block for what is inside an attribute; there the message itself names the path.
type Mistake = (&'static str, &'static str, &'static [&'static str]);

/// Validates one block for each mistake, all in one run, and checks that each is told in its own block.
#[track_caller]
fn all_are_told(kind: &str, rest: &[(&str, &str)], mistakes: &[Mistake]) {
    let case = Case::new();
    let blocks = mistakes.iter().enumerate().map(|(index, (attributes, ..))| {
        let has = |name: &str| attributes.lines().any(|line| line.split('=').next().is_some_and(|found| found.trim() == name));
        let rest = rest.iter().filter(|(name, _)| !has(name)).map(|(name, value)| format!("  {name} = {value}\n"));
        format!("resource \"{kind}\" \"bad{index}\" {{\n{}{attributes}\n}}\n", rest.collect::<String>())
    });
    case.config(&blocks.collect::<String>());
    let run = case.validate();
    for (index, (attributes, code, words)) in mistakes.iter().enumerate() {
        let address = format!("{kind}.bad{index}");
        let told: Vec<_> = run.diagnostics.iter().filter(|told| told.address == address).collect();
        let fits = told.iter().any(|told| told.is_error && told.code.contains(code) && words.iter().all(|word| told.text.contains(word)));
        assert!(fits, "{attributes}\nshould say {words:?} at {code:?}, not {told:#?}");
    }
}

#[test]
fn a_deployment_that_cannot_be_is_told_by_validate_on_the_line_that_is_to_blame() {
    let rest = [("name", "\"hello\""), ("tenant", "\"acme\""), ("plugin", "\"greeter\""), ("version", "\"1.0.0\"")];
    all_are_told(
        "hotswap_deployment",
        &rest,
        &[
            ("name = \"Bad_Name\"", "Bad_Name", &["Bad_Name"]),
            ("tenant = \"\"", "tenant = \"\"", &["name"]),
            ("plugin = \"x y\"", "x y", &["x y"]),
            ("version = \"one\"", "version = \"one\"", &["one"]),
            ("version = \"=> 1.0\"", "version = \"=> 1.0\"", &["=> 1.0"]),
            ("version = \"~> 1.0,\"", "version = \"~> 1.0,\"", &["~> 1.0,"]),
            ("instances = 0", "instances = 0", &["instances"]),
            ("instances = 1.5", "instances = 1.5", &["whole number"]),
            ("retry = -1", "retry = -1", &["retry"]),
            ("config = \"[1]\"", "config = \"[1]\"", &["object"]),
            ("config = \"{\"", "config = \"{\"", &["JSON"]),
            ("strategy = {}", "strategy = {}", &["exactly one", "direct, rolling, canary, blue_green, ab_test"]),
            (
                "strategy = {\n  direct = {}\n  canary = {}\n}",
                "strategy = {",
                &["exactly one", "direct, rolling, canary, blue_green, ab_test"],
            ),
            ("strategy = {\n  canary = {\n    steps = []\n  }\n}", "", &["strategy.canary.steps", "at least one step"]),
            (
                "strategy = {\n  canary = {\n    steps = [\n      { weight = 50 },\n      { weight = 10 },\n    ]\n  }\n}",
                "",
                &["strategy.canary.steps[1].weight", "weights must rise"],
            ),
            (
                "strategy = {\n  canary = {\n    steps = [{ weight = 101 }]\n  }\n}",
                "",
                &["strategy.canary.steps[0].weight", "from 1 to 100"],
            ),
            (
                "strategy = {\n  canary = {\n    steps = [{ weight = 5, hold = \"soon\" }]\n  }\n}",
                "",
                &["strategy.canary.steps[0].hold", "soon"],
            ),
            (
                "strategy = {\n  canary = {\n    steps = [{ weight = 5, hold = \"1h\" }]\n  }\n}\nhealth_check = {\n  progress_deadline = \"10m\"\n}",
                "",
                &["health_check.progress_deadline", "10m", "1h10s", "raise it or shorten the holds"],
            ),
            ("health_check = {\n  error_rate = 100\n}", "", &["health_check.error_rate", "less than 100"]),
            ("health_check = {\n  http = {\n    path = \"healthz\"\n  }\n}", "", &["health_check.http.path", "must begin with /"]),
            (
                "health_check = {\n  http = {\n    path = \"/\"\n    interval = \"1ms\"\n  }\n}",
                "",
                &["health_check.http.interval", "at least 100ms"],
            ),
            ("health_check = {\n  healthy_deadline = \"0s\"\n}", "", &["health_check.healthy_deadline", "more than 0s"]),
            ("sandbox = {\n  memory_mb = 0\n}", "", &["sandbox.memory_mb"]),
            ("sandbox = {\n  timeout = \"5\"\n}", "", &["sandbox.timeout", "\"5\""]),
            ("timeouts = {\n  create = \"never\"\n}", "", &["timeouts.create", "never"]),
        ],
    );
}

#[test]
fn a_tenant_plugin_or_version_that_cannot_be_is_told_by_validate() {
    all_are_told(
        "hotswap_tenant",
        &[("name", "\"acme\"")],
        &[
            ("name = \"Acme\"", "name = \"Acme\"", &["Acme"]),
            ("name = \"-a\"", "name = \"-a\"", &["-a"]),
            ("status = \"gone\"", "status = \"gone\"", &["active", "suspended"]),
            ("quotas = {\n  max_instances = -1\n}", "", &["quotas.max_instances", "whole number"]),
            ("quotas = {\n  max_memory_mb = 1.5\n}", "", &["quotas.max_memory_mb", "whole number"]),
            ("rate_limits = {\n  burst = 0\n}", "", &["rate_limits.burst", "1"]),
            ("labels = { for n in range(65) : n => n }", "labels", &["64"]),
        ],
    );
    all_are_told(
        "hotswap_plugin",
        &[("name", "\"greeter\"")],
        &[
            ("name = \"9lives\"", "name = \"9lives\"", &["9lives"]),
            ("documentation_url = \"ftp://example.org\"", "documentation_url", &["http"]),
            ("tags = [\"\"]", "tags", &["64"]),
        ],
    );
    all_are_told(
        "hotswap_plugin_version",
        &[("plugin", "\"greeter\""), ("version", "\"1.0.0\""), ("source", "\"not-opened.wasm\"")],
        &[
            ("version = \"1.0\"", "version = \"1.0\"", &["1.0"]),
            ("version = \"v1.0.0\"", "version = \"v1.0.0\"", &["v1.0.0"]),
            ("version = \"01.0.0\"", "version = \"01.0.0\"", &["01.0.0"]),
            ("version = \"1.0.0+build\"", "version = \"1.0.0+build\"", &["build metadata"]),
            ("channel = \"nightly\"", "channel = \"nightly\"", &["alpha", "archived"]),
            ("default_config = \"[1]\"", "default_config", &["object"]),
            ("source = \"\"", "source = \"\"", &["source"]),
        ],
    );
}

#[test]
fn a_quota_that_is_exceeded_is_a_warning_when_planning_and_an_error_when_applying() {
    let case = Case::new();
    let base = format!(
        "resource \"hotswap_tenant\" \"t\" {{\n  name = \"@acme\"\n  quotas = {{ max_instances = 3 }}\n}}\n{PLUGIN}{}",
        versions(&["1.0.0"])
    );
    let two = deployment(&format!("version = {}\ninstances = 2\n{QUICK}", number("1.0.0")));
    case.config(&format!("{base}{two}"));
    case.apply();
    let more = two.replace("\"d\"", "\"more\"").replace("\"hello\"", "\"more\"");
    case.config(&format!("{base}{two}{more}"));
    let words = ["max_instances is 3", "2 are used by other deployments", "2 are requested here"];
    let plan = case.plan();
    plan.run.warns(&["ver quota", words[0], words[1], words[2]]);
    let run = case.apply_plan();
    run.fails(&["The tenant's quota is exceeded", &case.own("\"@acme\""), words[0], words[1], words[2], "Raise the tenant's `quotas`"]);
    assert_eq!(case.state().find("hotswap_deployment.more"), None);
    assert!(case.server.lacks(&case.own("/v1/tenants/@acme/deployments/more")));

    // A quota lowered under its use takes nothing away, but allows no growth.
    let lowered = base.replace("max_instances = 3", "max_instances = 1");
    case.config(&format!("{lowered}{two}"));
    case.apply();
    case.is_settled();
    case.config(&format!("{lowered}{}", two.replace("instances = 2", "instances = 3")));
    case.try_apply().fails(&["max_instances is 1"]);
    assert_eq!(case.state().get("hotswap_deployment.d")["instances"], json!(2), "what was refused is not remembered");
    case.config(&format!("{lowered}{two}"));
    case.is_settled();
    case.destroy();
}

#[test]
fn a_tenant_or_plugin_that_is_not_there_is_told_where_it_is_named() {
    let case = Case::new();
    case.config(&format!("{TENANT}{PLUGIN}{}", versions(&["1.0.0"])));
    case.apply();
    let block = |tenant: &str, plugin: &str| {
        format!(
            "{TENANT}{PLUGIN}{}resource \"hotswap_deployment\" \"d\" {{\n  name    = \"hello\"\n  tenant  = \"{tenant}\"\n  \
             plugin  = \"{plugin}\"\n  version = \"1.0.0\"\n}}\n",
            versions(&["1.0.0"])
        )
    };
    case.config(&block("@nobody", "@greeter"));
    case.try_apply().fails_at("tenant", &["Unknown tenant", &case.own("\"@nobody\""), "refer to `hotswap_tenant.NAME.name`"]);
    case.config(&block("@acme", "@nothing"));
    case.try_apply().fails_at("plugin", &["Unknown plugin", &case.own("\"@nothing\"")]);
    assert_eq!(case.state().find("hotswap_deployment.d"), None);
    let version = "resource \"hotswap_plugin_version\" \"x\" {\n  plugin  = \"@nothing\"\n  version = \"1.0.0\"\n  \
                   source  = \"greeter-1.0.0.wat\"\n}\n";
    case.config(&format!("{TENANT}{PLUGIN}{}{version}", versions(&["1.0.0"])));
    case.try_apply().fails_at("plugin", &["Unknown plugin"]);
    case.destroy();
}

#[test]
fn a_name_that_is_taken_is_told_and_nothing_is_changed() {
    let case = Case::new();
    case.config(&everything(&["1.0.0"], &format!("version = {}\n{QUICK}", number("1.0.0"))));
    case.apply();
    let other = Case::new();
    for (kind, attributes) in [
        ("hotswap_tenant", "tier = \"gold\"\n  name = \"@acme\""),
        ("hotswap_plugin", "category = \"x\"\n  name = \"@greeter\""),
        ("hotswap_deployment", "tenant = \"@acme\"\n  plugin = \"@greeter\"\n  version = \"1.0.0\"\n  instances = 9\n  name = \"hello\""),
    ] {
        other.config(&case.own(&format!("resource \"{kind}\" \"x\" {{\n  {attributes}\n}}\n")));
        other.try_apply().fails_at("name = ", &["The name is taken", "exists already", "import"]);
    }
    assert_eq!(case.get(DEPLOYMENT_PATH)["revision"], json!(1));
    case.is_settled();
    case.destroy();
}

#[test]
fn a_tenant_that_still_has_deployments_is_not_deleted() {
    let case = Case::new();
    let base = format!("{PLUGIN}{}", versions(&["1.0.0"]));
    case.config(&everything(&["1.0.0"], &format!("version = {}\n{QUICK}", number("1.0.0"))));
    case.apply();
    case.terraform(&["state", "rm", "hotswap_deployment.d"]).succeeded();
    case.config(&base);
    case.try_apply().fails(&["The tenant still has deployments", &case.own("\"@acme\""), "hello", "Delete them first"]);
    assert!(case.state().find("hotswap_tenant.t").is_some());
    case.config("");
    case.try_apply().fails(&["The plugin is still in use"]);
    case.server.change("DELETE", &case.own(DEPLOYMENT_PATH), &json!(null));
    case.config("");
    case.apply();
    assert!(case.server.lacks(&case.own("/v1/tenants/@acme")));
}

#[test]
fn a_suspended_tenant_a_category_and_a_rate_limit_are_told() {
    let case = Case::new();
    let tenant =
        |more: &str| format!("resource \"hotswap_tenant\" \"t\" {{\n  name = \"@acme\"\n  {more}\n}}\n{PLUGIN}{}", versions(&["1.0.0"]));
    let block = deployment(&format!("version = {}\n{QUICK}", number("1.0.0")));
    case.config(&tenant("status = \"suspended\""));
    case.apply();
    case.config(&format!("{}{block}", tenant("status = \"suspended\"")));
    case.plan().run.warns(&["is suspended"]);
    case.apply_plan().fails_at("tenant", &["The tenant is suspended", "Set the tenant's `status` to \"active\""]);
    case.config(&format!("{}{block}", tenant("allowed_categories = [\"auth\"]")));
    case.try_apply().fails_at("plugin", &["categories auth", "`allowed_categories`"]);
    case.config(&format!("{}{block}", tenant("rate_limits = { deployments_per_hour = 0 }")));
    case.try_apply().fails(&["Too many deployments", "deployments_per_hour"]);
    case.config(&format!("{}{block}", tenant("")));
    case.apply();
    case.destroy();
}

#[track_caller]
fn nothing_works(case: &Case, words: &[&str]) {
    let runs: [fn(&Case) -> Run; 2] = [Case::try_plan, Case::try_apply];
    for run in runs {
        run(case).fails(words);
    }
    assert!(case.state().find("hotswap_tenant.t").is_some(), "what cannot be asked for is not forgotten");
}

#[test]
fn a_server_that_is_down_and_a_token_that_is_wrong_are_told() {
    let mut case = Case::new();
    case.config(TENANT);
    case.apply();
    let endpoint = case.server.endpoint.clone();
    case.set("HOTSWAP_ENDPOINT", "http://127.0.0.1:1");
    nothing_works(&case, &["Cannot reach hotswap", "http://127.0.0.1:1", "refused", "`hotswap serve`", "HOTSWAP_ENDPOINT"]);
    case.set("HOTSWAP_ENDPOINT", &endpoint);
    case.set("HOTSWAP_TOKEN", "wrong");
    nothing_works(&case, &["No valid token", "refuses the token from HOTSWAP_TOKEN", "admin.token"]);
    case.set("HOTSWAP_TOKEN", "");
    nothing_works(&case, &["No valid token", "none was found", "HOTSWAP_TOKEN", "HOTSWAP_DATA_DIR"]);
    case.set("HOTSWAP_TOKEN", &case.server.token.clone());
    case.is_settled();
    case.destroy();
}
