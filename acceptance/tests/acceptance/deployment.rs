//! `hotswap_deployment`: from create to destroy, with rollouts that go well.

use hotswap_acceptance::Case;
use serde_json::json;

use crate::blocks::{DEPLOYMENT_PATH, PLUGIN, QUICK, TENANT, deployment, everything, number, versions};

const ADDRESS: &str = "hotswap_deployment.d";

const FULL: &str = r#"
  version        = "~> 1.0"
  resolve_serial = 1
  instances      = 2
  config         = jsonencode({ greeting = "hi" })
  strategy = {
    canary = {
      steps = [
        { weight = 50, hold = "200ms" },
        { weight = 90, hold = "0s" },
      ]
    }
  }
  health_check = {
    http = {
      path            = "/healthz"
      interval        = "200ms"
      timeout         = "5s"
      unhealthy_after = 2
    }
    error_rate        = 2.5
    latency_p99_ms    = 30000
    min_requests      = 0
    min_healthy_time  = "100ms"
    healthy_deadline  = "60s"
    progress_deadline = "90s"
  }
  sandbox = {
    memory_mb = 32
    timeout   = "3000ms"
  }
  auto_rollback = false
  retry         = 1
  timeouts = {
    create = "1m"
    update = "2m"
    delete = "30s"
  }
"#;

#[test]
fn a_deployment_lives_from_minimal_to_every_attribute_and_back() {
    let case = Case::new();
    let minimal = format!("version = {}", number("1.0.0"));
    case.config(&everything(&["1.0.0", "1.1.0"], &minimal));
    case.apply();
    let before = case.state().get(ADDRESS).clone();
    assert_eq!((&before["status"], &before["revision"]), (&json!("active"), &json!(1)));
    assert_eq!((&before["resolved_version"], &before["active_version"]), (&json!("1.0.0"), &json!("1.0.0")));
    assert_eq!(before["strategy"], json!({ "direct": {}, "rolling": null, "canary": null, "blue_green": null, "ab_test": null }));
    assert_eq!(before["rollout_plan"]["strategy"], "direct");
    assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.0.0\n".to_owned()));
    case.is_settled();

    case.config(&everything(&["1.0.0", "1.1.0"], FULL));
    let plan = case.plan();
    assert_eq!(plan.actions(ADDRESS), "update", "everything but tenant and name changes in place");
    assert!(plan.is_unknown(ADDRESS, "revision") && plan.is_unknown(ADDRESS, "status") && plan.is_unknown(ADDRESS, "resolved_version"));
    assert_eq!(plan.after(ADDRESS, "rollout_plan")["stages"].as_array().unwrap().len(), 3, "what the rollout will do is known");
    plan.run.warns_at("version", &["The version is chosen when this is applied", "would choose version 1.1.0 now"]);
    case.apply_plan().succeeded();
    let full = case.state().get(ADDRESS).clone();
    assert_eq!((&full["id"], &full["revision"], &full["active_revision"]), (&before["id"], &json!(2), &json!(2)));
    assert_eq!((&full["resolved_version"], &full["status"]), (&json!("1.1.0"), &json!("active")));
    assert_eq!(full["sandbox"]["timeout"], "3000ms", "a length of time keeps its text");
    assert_eq!(full["health_check"]["error_rate"].to_string(), "2.5");
    assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.1.0\n".to_owned()));
    case.is_settled();
    // How an apply waits is known to the configuration alone, and texts come in their usual form.
    let ignored = ["timeouts", "sandbox", "health_check"];
    case.imports_the_same(ADDRESS, "@acme/hello", &ignored);
    case.imports_the_same(ADDRESS, full["id"].as_str().unwrap(), &ignored);
    case.apply();
    assert_eq!(case.state().get(ADDRESS)["revision"], json!(2), "an import changes nothing on the server");
    case.is_settled();

    case.config(&everything(&["1.0.0", "1.1.0"], &minimal));
    case.apply();
    let mut after = case.state().get(ADDRESS).clone();
    assert_eq!((&after["revision"], &after["active_revision"]), (&json!(3), &json!(3)));
    (after["revision"], after["active_revision"]) = (json!(1), json!(1));
    assert_eq!(after, before, "lines that are removed go back to their defaults");
    case.is_settled();
    case.destroy();
}

#[test]
fn every_attribute_changes_in_place_and_only_the_spec_makes_a_revision() {
    let case = Case::new();
    let base = "version = \"~> 1.0\"\nwait = false\n";
    case.config(&format!("{TENANT}{PLUGIN}{}", versions(&["1.0.0"])));
    case.apply();
    let config = |attributes: &str| case.config(&everything(&["1.0.0"], attributes));
    config(base);
    case.apply();
    let id = case.state().get(ADDRESS)["id"].clone();
    for (revision, attributes) in [
        "version = \">= 1.0.0\"\nwait = false",
        "version = \"~> 1.0\"\nwait = false\nresolve_serial = 7",
        "version = \"~> 1.0\"\nwait = false\ninstances = 2",
        "version = \"~> 1.0\"\nwait = false\nconfig = jsonencode({ a = \"b\" })",
        "version = \"~> 1.0\"\nwait = false\nstrategy = { canary = {} }",
        "version = \"~> 1.0\"\nwait = false\nhealth_check = { error_rate = 10 }",
        "version = \"~> 1.0\"\nwait = false\nsandbox = { memory_mb = 33 }",
        "version = \"~> 1.0\"\nwait = false\nauto_rollback = false",
        "version = \"~> 1.0\"\nwait = false\nretry = 1",
    ]
    .into_iter()
    .enumerate()
    {
        config(attributes);
        assert_eq!(case.plan().actions(ADDRESS), "update", "{attributes}");
        case.apply_plan().succeeded();
        let state = case.state().get(ADDRESS).clone();
        assert_eq!((&state["id"], &state["revision"]), (&id, &json!(revision + 2)), "{attributes}");
        assert_eq!(case.get(DEPLOYMENT_PATH)["revision"], json!(revision + 2), "{attributes}");
    }
    let last = "version = \"~> 1.0\"\nretry = 1\n";
    for local in ["wait = true", "wait = false\ntimeouts = { update = \"3m\" }"] {
        config(&format!("{last}{local}"));
        let plan = case.plan();
        assert_eq!((plan.actions(ADDRESS), plan.is_unknown(ADDRESS, "revision")), ("update".to_owned(), false), "{local}");
        case.apply_plan().succeeded();
        assert_eq!(case.get(DEPLOYMENT_PATH)["revision"], json!(10), "how an apply waits is no part of the spec: {local}");
    }
    case.destroy();
}

#[test]
fn another_name_or_tenant_makes_another_deployment_and_another_plugin_does_not() {
    let case = Case::new();
    let more = "resource \"hotswap_tenant\" \"u\" {\n  name = \"@umbrella\"\n}\n";
    let base = format!("{TENANT}{more}{PLUGIN}{}", versions(&["1.0.0"]));
    let mut block = deployment(&format!("version = {}\n{QUICK}", number("1.0.0")));
    case.config(&format!("{base}{block}"));
    case.apply();
    for (from, to, path) in [("\"hello\"", "\"hi\"", "name"), ("hotswap_tenant.t.name", "hotswap_tenant.u.name", "tenant")] {
        block = block.replace(from, to);
        case.config(&format!("{base}{block}"));
        let plan = case.plan();
        assert_eq!((plan.actions(ADDRESS), plan.replaced_by(ADDRESS)), ("delete,create".to_owned(), json!([[path]])));
        let before = case.state().get(ADDRESS)["id"].clone();
        case.apply_plan().succeeded();
        assert_ne!(case.state().get(ADDRESS)["id"], before);
    }
    case.is_settled();

    let other = "resource \"hotswap_plugin\" \"o\" {\n  name = \"@other\"\n}\nresource \"hotswap_plugin_version\" \"o\" {\n  \
                 plugin = hotswap_plugin.o.name\n  version = \"1.1.0\"\n  source = \"greeter-1.1.0.wat\"\n}\n";
    let block = block.replace("hotswap_plugin.p.name", "hotswap_plugin.o.name");
    case.config(&format!("{base}{other}{}", block.replace(&number("1.0.0"), "hotswap_plugin_version.o.version")));
    assert_eq!(case.plan().actions(ADDRESS), "update");
    case.apply_plan().succeeded();
    assert_eq!(case.visit("@umbrella", "hi"), (200, "hello from greeter 1.1.0\n".to_owned()));
    case.is_settled();
    case.destroy();
}

#[test]
fn an_import_block_takes_over_everything_without_a_change() {
    let case = Case::new();
    let config = everything(&["1.0.0"], &format!("version = {}", number("1.0.0"))).replace("${path.module}/", "");
    case.config(&config);
    case.apply();
    let other = Case::new();
    let imports = "import {\n  to = hotswap_tenant.t\n  id = \"@acme\"\n}\nimport {\n  to = hotswap_plugin.p\n  id = \"@greeter\"\n}\n\
                   import {\n  to = hotswap_plugin_version.v[\"1.0.0\"]\n  id = \"@greeter/1.0.0\"\n}\n\
                   import {\n  to = hotswap_deployment.d\n  id = \"@acme/hello\"\n}\n";
    // The other folder speaks of the same things.
    let text = case.own(&format!("{config}{imports}"));
    other.config(&text);
    let plan = other.plan();
    assert_eq!(plan.actions("hotswap_plugin_version.v[\"1.0.0\"]"), "update", "the path of the file is all that is not known");
    for address in ["hotswap_tenant.t", "hotswap_plugin.p", ADDRESS] {
        assert_eq!(plan.actions(address), "no-op", "{address}");
    }
    other.apply_plan().succeeded();
    other.is_settled();
    other.destroy();
}

#[test]
fn an_import_of_nothing_says_what_an_id_looks_like_or_what_is_missing() {
    let case = Case::new();
    case.config(&everything(&["1.0.0"], "version = \"1.0.0\""));
    for (address, id, words) in [
        (ADDRESS, "hello", "neither TENANT/NAME"),
        (ADDRESS, "@none/hello", "no tenant"),
        ("hotswap_plugin_version.v[\"1.0.0\"]", "@greeter", "neither PLUGIN/VERSION"),
        ("hotswap_plugin_version.v[\"1.0.0\"]", "@greeter/1.0.0", "no plugin"),
        ("hotswap_tenant.t", "Not A Name", "neither a tenant's name"),
        ("hotswap_tenant.t", "@acme", "no tenant"),
        ("hotswap_plugin.p", "@greeter", "no plugin"),
    ] {
        let run = case.terraform(&["import", "-no-color", "-input=false", address, &case.own(id)]);
        let text = run.text.replace(['│', '╷', '╵'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.code == Some(1) && text.contains(words), "{address} {id}: {text}");
    }
}

#[test]
fn other_words_for_the_same_thing_are_no_change() {
    let case = Case::new();
    let attributes = |config: &str, time: &str| {
        let health = format!("health_check = {{\n    min_healthy_time = \"0s\"\n    healthy_deadline = \"{time}\"\n  }}");
        format!("version = {}\nconfig = {config}\n{health}", number("1.0.0"))
    };
    case.config(&everything(&["1.0.0"], &attributes("jsonencode({ a = \"b\", c = \"d\" })", "60s")));
    case.apply();
    case.config(&everything(&["1.0.0"], &attributes("\"{ \\\"c\\\": \\\"d\\\", \\\"a\\\": \\\"b\\\" }\"", "1m")));
    case.is_settled();
    assert_eq!(case.state().get(ADDRESS)["health_check"]["healthy_deadline"], "60s");
    case.destroy();
}
