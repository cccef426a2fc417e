//! Which version runs: constraints, what stays, and what a reviewed plan promises.

use hotswap_acceptance::Case;
use serde_json::json;

use crate::blocks::{DEPLOYMENT_PATH, PLUGIN, QUICK, TENANT, deployment, everything, number, versions};

const ADDRESS: &str = "hotswap_deployment.d";

/// Publishes a version with the bytes of 1.0.0, past Terraform.
fn publish(case: &Case, version: &str) {
    let first = case.get("/v1/plugins/@greeter/versions/1.0.0");
    let mut spec = first["spec"].clone();
    spec["version"] = json!(version);
    case.server.change("POST", &case.own("/v1/plugins/@greeter/versions"), &spec);
}

fn published(case: &Case, numbers: &[&str]) -> String {
    let base = format!("{TENANT}{PLUGIN}{}", versions(numbers));
    case.config(&base);
    case.apply();
    base
}

#[test]
fn a_chosen_version_stays_until_it_is_asked_for_anew() {
    let case = Case::new();
    let base = published(&case, &["1.0.0", "1.1.0"]);
    let deploy = |more: &str| case.config(&format!("{base}{}", deployment(&format!("version = \"~> 1.0\"\n{QUICK}{more}"))));
    deploy("");
    case.apply();
    assert_eq!(case.state().get(ADDRESS)["resolved_version"], "1.1.0");
    publish(&case, "1.2.0");
    case.is_settled();

    deploy("instances = 2");
    let plan = case.plan();
    assert_eq!(plan.after(ADDRESS, "resolved_version"), "1.1.0", "what stays is known");
    publish(&case, "1.3.0");
    case.apply_plan().succeeded().is_calm();
    assert_eq!(case.state().get(ADDRESS)["resolved_version"], "1.1.0");

    deploy("instances = 2\nresolve_serial = 1");
    let plan = case.plan();
    assert!(plan.is_unknown(ADDRESS, "resolved_version"));
    plan.run.warns_at("version", &["would choose version 1.3.0 now"]);
    case.apply_plan().succeeded();
    assert_eq!(case.state().get(ADDRESS)["active_version"], "1.3.0");
    case.is_settled();
}

#[test]
fn a_saved_plan_is_consistent_whatever_is_published_meanwhile() {
    let case = Case::new();
    let base = published(&case, &["1.0.0", "1.1.0"]);
    let deploy = |version: &str| case.config(&format!("{base}{}", deployment(&format!("version = {version}\n{QUICK}"))));
    deploy("\"1.0.0\"");
    let plan = case.plan();
    assert_eq!(plan.after(ADDRESS, "resolved_version"), "1.0.0", "one published version, named in full, is known");
    assert_eq!(plan.after(ADDRESS, "sha256"), case.get("/v1/plugins/@greeter/versions/1.0.0")["spec"]["sha256"]);
    publish(&case, "1.2.0");
    case.apply_plan().succeeded();
    assert_eq!(case.state().get(ADDRESS)["active_version"], "1.0.0");

    deploy("\"^1.0\"");
    case.plan().run.warns(&["would choose version 1.2.0 now", "write `version = \"1.2.0\"`"]);
    publish(&case, "1.3.0");
    let run = case.apply_plan().succeeded();
    assert!(!run.text.contains("inconsistent"), "{}", run.text);
    assert_eq!(case.state().get(ADDRESS)["active_version"], "1.3.0", "the plan said that it is chosen on apply");
    case.is_settled();
}

#[test]
fn a_planned_version_that_is_retired_meanwhile_is_refused_in_our_own_words() {
    let case = Case::new();
    let base = published(&case, &["1.0.0", "1.1.0"]);
    case.config(&format!("{base}{}", deployment(&format!("version = \"1.1.0\"\n{QUICK}"))));
    case.plan();
    case.server.change("DELETE", &case.own("/v1/plugins/@greeter/versions/1.1.0"), &json!(null));
    let run = case.apply_plan();
    run.fails_at("version", &["Version 1.1.0", "is not published any more", "Plan again"]);
    assert!(case.server.lacks(&case.own(DEPLOYMENT_PATH)));
}

#[test]
fn a_constraint_nothing_satisfies_says_which_versions_there_are() {
    let case = Case::new();
    let base = published(&case, &["1.0.0", "1.1.0"]);
    case.config(&format!("{base}{}", deployment("version = \"~> 2.0\"")));
    case.plan().run.warns(&["~> 2.0", "1.0.0", "1.1.0"]);
    let run = case.apply_plan();
    let told = run.fails_at("version", &["No version satisfies the constraint", "~> 2.0", "1.0.0", "1.1.0"]);
    assert_eq!(told.address, ADDRESS);
    assert_eq!(case.state().find(ADDRESS), None);
    assert!(case.server.lacks(&case.own(DEPLOYMENT_PATH)));
    case.destroy();
}

#[test]
fn one_version_block_is_bumped_together_with_its_deployment() {
    for lifecycle in ["", "lifecycle {\n    create_before_destroy = true\n  }"] {
        let case = Case::new();
        let config = |number: &str| {
            let block = format!(
                "resource \"hotswap_plugin_version\" \"v\" {{\n  plugin = hotswap_plugin.p.name\n  version = \"{number}\"\n  \
                 source = \"greeter-{number}.wat\"\n  {lifecycle}\n}}\n"
            );
            case.config(&format!("{TENANT}{PLUGIN}{block}{}", deployment(&format!("version = hotswap_plugin_version.v.version\n{QUICK}"))));
        };
        config("1.0.0");
        case.apply();
        config("1.1.0");
        let plan = case.plan();
        let replaced = if lifecycle.is_empty() { "delete,create" } else { "create,delete" };
        assert_eq!(plan.actions("hotswap_plugin_version.v"), replaced);
        assert_eq!(plan.actions(ADDRESS), "update");
        case.apply_plan().succeeded();
        assert_eq!(case.state().get(ADDRESS)["active_version"], "1.1.0");
        assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.1.0\n".to_owned()));
        assert!(!case.get("/v1/plugins/@greeter/versions/1.0.0")["retired_at"].is_null());
        case.is_settled();
        config("1.0.0");
        case.apply();
        assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.0.0\n".to_owned()), "and back");
        case.is_settled();
        case.destroy();
    }
}

#[test]
fn a_version_published_in_the_same_apply_can_be_asked_for_by_constraint() {
    let case = Case::new();
    let attributes = format!("version = \"~> 1.0\"\n{QUICK}\ndepends_on = [hotswap_plugin_version.v]");
    case.config(&everything(&["1.0.0", "1.1.0"], &attributes));
    case.apply();
    assert_eq!(case.state().get(ADDRESS)["resolved_version"], "1.1.0");
    case.is_settled();
    case.destroy();
}

#[test]
fn what_runs_of_a_retired_version_goes_on() {
    let case = Case::new();
    case.config(&everything(&["1.0.0", "1.1.0"], &format!("version = \"1.0.0\"\n{QUICK}\ndepends_on = [hotswap_plugin_version.v]")));
    case.apply();
    case.config(&everything(&["1.1.0"], &format!("version = \"1.0.0\"\n{QUICK}\ndepends_on = [hotswap_plugin_version.v]")));
    case.apply();
    assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.0.0\n".to_owned()));
    case.is_settled();
    case.config(&everything(&["1.1.0"], &format!("version = {}\n{QUICK}", number("1.1.0"))));
    case.apply();
    assert_eq!(case.visit("@acme", "hello"), (200, "hello from greeter 1.1.0\n".to_owned()));
    case.destroy();
}

#[test]
fn an_archived_version_stays_with_a_warning_and_is_not_chosen_again() {
    let case = Case::new();
    let base = published(&case, &["1.0.0", "1.1.0"]);
    let deploy = |more: &str| case.config(&format!("{base}{}", deployment(&format!("version = \"~> 1.0\"\n{QUICK}{more}"))));
    deploy("");
    case.apply();
    let base = base.replace("each.key\n", "each.key\n  channel  = each.key == \"1.1.0\" ? \"archived\" : \"stable\"\n");
    let deploy = |more: &str| case.config(&format!("{base}{}", deployment(&format!("version = \"~> 1.0\"\n{QUICK}{more}"))));
    deploy("");
    case.apply();
    case.is_settled();
    deploy("instances = 2");
    let plan = case.plan();
    assert_eq!(plan.after(ADDRESS, "resolved_version"), "1.1.0");
    plan.run.warns(&["1.1.0 is archived; it stays in use"]);
    case.apply_plan().succeeded();
    assert_eq!(case.state().get(ADDRESS)["active_version"], "1.1.0");
    deploy("instances = 2\nresolve_serial = 1");
    case.apply();
    assert_eq!(case.state().get(ADDRESS)["active_version"], "1.0.0");
    case.is_settled();
    case.destroy();
}
