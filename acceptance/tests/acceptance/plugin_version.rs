//! `hotswap_plugin_version`: published, changed where it may be, retired, and back.

use std::fs;

use hotswap_acceptance::Case;
use hotswap_acceptance::corpus::Front;
use serde_json::json;

use crate::blocks::{PLUGIN, versions};

fn version(attributes: &str) -> String {
    format!("{PLUGIN}resource \"hotswap_plugin_version\" \"v\" {{\n  plugin = hotswap_plugin.p.name\n{attributes}\n}}\n")
}

const MINIMAL: &str = "version = \"1.0.0\"\nsource = \"greeter-1.0.0.wat\"";
const ADDRESS: &str = "hotswap_plugin_version.v";

#[test]
fn a_version_is_published_changed_where_it_may_be_imported_and_retired() {
    let case = Case::new();
    case.config(&version(MINIMAL));
    let plan = case.plan();
    plan.run.is_calm();
    let digest = plan.after(ADDRESS, "sha256");
    assert_eq!(digest.as_str().unwrap().len(), 64, "what the file holds is known when planning");
    assert_eq!(plan.after(ADDRESS, "exports"), json!(["wasi:http/incoming-handler@0.2.0"]));
    case.apply_plan().succeeded();
    let minimal = case.state().get(ADDRESS).clone();
    assert_eq!((&minimal["sha256"], &minimal["channel"]), (&digest, &json!("stable")));
    assert_eq!(minimal["size"], json!(fs::metadata(case.path("greeter-1.0.0.wat")).unwrap().len()));
    case.is_settled();

    case.config(&version(&format!("{MINIMAL}\nchannel = \"deprecated\"\nrelease_notes = \"Use 1.1.0\"")));
    assert_eq!(case.plan().actions(ADDRESS), "update", "channel and notes change in place");
    case.apply_plan().succeeded();
    assert_eq!(case.state().get(ADDRESS)["id"], minimal["id"]);
    assert_eq!(case.get("/v1/plugins/@greeter/versions/1.0.0")["spec"]["channel"], "deprecated");
    case.is_settled();
    case.imports_the_same(ADDRESS, "@greeter/1.0.0", &["source"]);
    case.apply();
    case.is_settled();

    case.config(&version(MINIMAL));
    case.apply();
    assert_eq!(case.state().get(ADDRESS), &minimal);
    case.destroy();
}

#[test]
fn a_version_with_every_attribute_is_settled_and_its_config_keeps_its_text() {
    let case = Case::new();
    let full = "version = \"2.0.0-rc.1\"\nsource = \"greeter-1.0.0.wat\"\nchannel = \"beta\"\nrelease_notes = \"Soon\"\n";
    case.config(&version(&format!("{full}default_config = \"{{ \\\"greeting\\\" : \\\"hi\\\" }}\"")));
    case.apply();
    assert_eq!(case.state().get(ADDRESS)["default_config"], "{ \"greeting\" : \"hi\" }");
    case.is_settled();
    case.imports_the_same(ADDRESS, "@greeter/2.0.0-rc.1", &["source"]);
    case.config(&version(&format!("{full}default_config = jsonencode({{ greeting = \"hi\" }})")));
    assert_eq!(case.plan().after(ADDRESS, "default_config"), "{ \"greeting\" : \"hi\" }", "other spaces are no other config");

    case.config(&version(&format!("{full}default_config = jsonencode({{ greeting = \"hello\" }})")));
    case.try_plan()
        .fails_at("default_config", &["Versions are immutable", "is published with another `default_config`", "Raise `version`"]);
    case.config(&version(full));
    case.try_plan().fails(&["Versions are immutable", "is published with another `default_config`"]);
    case.config(PLUGIN);
    case.apply();
    case.destroy();
}

#[test]
fn the_same_number_with_other_bytes_is_an_error_where_the_source_stands() {
    let case = Case::new();
    case.config(&version(MINIMAL));
    case.apply();
    case.config(&version("version = \"1.0.0\"\nsource = \"greeter-1.1.0.wat\""));
    let run = case.try_plan();
    let told = run.fails_at("source", &["Versions are immutable", "Version 1.0.0", "raising `version`"]);
    assert_eq!(told.address, ADDRESS);
    assert!(told.text.contains(case.state().get(ADDRESS)["sha256"].as_str().unwrap()), "{}", told.text);

    // Nor by another block that never saw the number.
    let other = Case::new();
    other.config(&format!(
        "resource \"hotswap_plugin_version\" \"v\" {{\n  plugin = \"{}\"\n  version = \"1.0.0\"\n  source = \"greeter-1.1.0.wat\"\n}}",
        case.own("@greeter")
    ));
    other.try_plan().fails_at("source", &["Versions are immutable", "is published with the SHA-256"]);
    case.config(&version(MINIMAL));
    case.is_settled();
    case.destroy();
}

#[test]
fn another_path_with_the_same_bytes_changes_only_the_path() {
    let case = Case::new();
    case.config(&version(MINIMAL));
    case.apply();
    let before = case.state().get(ADDRESS).clone();
    fs::copy(case.path("greeter-1.0.0.wat"), case.path("elsewhere.wat")).unwrap();
    case.config(&version("version = \"1.0.0\"\nsource = \"elsewhere.wat\""));
    assert_eq!(case.plan().actions(ADDRESS), "update");
    case.apply_plan().succeeded();
    let after = case.state().get(ADDRESS).clone();
    assert_eq!((&after["id"], &after["sha256"]), (&before["id"], &before["sha256"]));
    case.is_settled();
    case.destroy();
}

#[test]
fn a_missing_file_of_a_published_version_is_a_warning_and_of_a_new_one_an_error() {
    let case = Case::new();
    case.config(&version(MINIMAL));
    case.apply();
    fs::remove_file(case.path("greeter-1.0.0.wat")).unwrap();
    let plan = case.plan();
    plan.is_empty().run.warns_at("source", &["The component's file is missing", "Version 1.0.0 is published and keeps the bytes it has"]);

    case.config(&version("version = \"1.0.1\"\nsource = \"greeter-1.0.0.wat\""));
    case.try_plan().fails_at("source", &["Cannot read the component", "\"greeter-1.0.0.wat\" cannot be read", "${path.module}/"]);
    case.config(&version(MINIMAL));
    case.destroy();
}

#[test]
fn a_file_that_changed_since_the_plan_is_not_published() {
    let case = Case::new();
    case.config(PLUGIN);
    case.apply();
    case.config(&version(MINIMAL));
    case.plan();
    fs::copy(case.path("greeter-1.1.0.wat"), case.path("greeter-1.0.0.wat")).unwrap();
    // Terraform plans again before it applies, tells the provider nothing of the first plan, and compares both itself.
    case.apply_plan().fails(&["inconsistent final plan", ADDRESS, ".sha256"]);
    assert!(case.server.lacks(&case.own("/v1/plugins/@greeter/versions/1.0.0")));
    assert_eq!(case.state().find(ADDRESS), None);
    case.apply();
    case.destroy();
}

#[test]
fn versions_grow_and_shrink_with_for_each_and_a_retired_one_comes_back_as_it_was() {
    let case = Case::new();
    let numbers = |numbers: &[&str]| case.config(&format!("{PLUGIN}{}", versions(numbers)));
    numbers(&["1.0.0", "1.1.0"]);
    case.apply();
    let first = case.state().get("hotswap_plugin_version.v[\"1.0.0\"]").clone();
    numbers(&["1.1.0", "1.2.0"]);
    let plan = case.plan();
    assert_eq!(plan.actions("hotswap_plugin_version.v[\"1.0.0\"]"), "delete");
    assert_eq!(plan.actions("hotswap_plugin_version.v[\"1.1.0\"]"), "no-op");
    assert_eq!(plan.actions("hotswap_plugin_version.v[\"1.2.0\"]"), "create");
    case.apply_plan().succeeded();
    assert!(!case.get("/v1/plugins/@greeter/versions/1.0.0")["retired_at"].is_null());
    case.is_settled();

    let bytes = fs::read(case.path("greeter-1.0.0.wat")).unwrap();
    fs::copy(case.path("greeter-1.1.0.wat"), case.path("greeter-1.0.0.wat")).unwrap();
    numbers(&["1.0.0", "1.1.0", "1.2.0"]);
    case.try_plan().fails_at("source", &["Versions are immutable", "Version 1.0.0"]);
    case.write("greeter-1.0.0.wat", bytes);
    case.apply();
    assert_eq!(case.state().get("hotswap_plugin_version.v[\"1.0.0\"]")["sha256"], first["sha256"]);
    assert!(case.get("/v1/plugins/@greeter/versions/1.0.0")["retired_at"].is_null());
    case.is_settled();
    case.destroy();
}

#[test]
fn what_is_no_usable_component_is_told_when_planning() {
    let case = Case::new();
    let whole = fs::read(case.path("greeter-1.0.0.wat")).unwrap();
    let c = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/plugins/hello-c/hello.wasm");
    let binary = fs::read(c).unwrap();
    let bad: [(&str, &[u8], &str); 6] = [
        ("empty", b"", "empty"),
        ("text", b"hello, I am not WebAssembly", "component"),
        ("core-module", b"(module)", "core module"),
        ("truncated-text", &whole[..whole.len() / 2], "component"),
        ("truncated-binary", &binary[..binary.len() / 2], "component"),
        ("no-handler", b"(component)", "wasi:http/incoming-handler"),
    ];
    for (name, bytes, word) in bad {
        case.write("bad.wasm", bytes);
        case.config(&version("version = \"1.0.0\"\nsource = \"bad.wasm\""));
        let run = case.try_plan();
        let told = run.fails_at("source", &["Not a usable component", "\"bad.wasm\"", word]);
        println!("{name}: {}", told.text);
    }
    fs::remove_file(case.path("bad.wasm")).unwrap();
    fs::create_dir(case.path("bad.wasm")).unwrap();
    case.try_plan().fails_at("source", &["Cannot read the component", "\"bad.wasm\" cannot be read", "directory"]);
    case.write("hello.wasm", binary);
    case.config(&version("version = \"1.0.0\"\nsource = \"hello.wasm\""));
    case.apply();
    case.destroy();
}

#[test]
fn a_channel_that_is_not_reached_is_refused_by_the_plan_and_by_the_server() {
    let case = Case::new();
    let said = "channel_message = \"It forgets\"\nreplacement = \"1.1.0\"";
    let channel = |channel: &str| case.config(&version(&format!("{MINIMAL}\nchannel = \"{channel}\"\n{said}")));
    for reached in ["stable", "deprecated", "archived"] {
        channel(reached);
        case.apply();
        case.is_settled();
    }
    channel("stable");
    let told = "is archived and cannot become stable; from there it can become deprecated";
    case.try_plan().fails_at("channel", &["The version cannot go to that channel", told]);
    let native = case.run(Front::Hotswap, &["plan", "-input=false", "-json"]);
    native.fails_at("channel", &["The version cannot go to that channel", told]);
    let change = json!({ "channel": "stable" });
    let (status, problem) = case.server.api("PATCH", &case.own("/v1/plugins/@greeter/versions/1.0.0"), &change);
    assert_eq!((status, &problem["code"]), (409, &json!("channel_not_reachable")), "{problem}");
    // By way of deprecated it comes back; what was taken out is said no more.
    channel("deprecated");
    case.apply();
    case.config(&version(MINIMAL));
    case.apply();
    let spec = &case.get("/v1/plugins/@greeter/versions/1.0.0")["spec"];
    assert_eq!((&spec["channel"], &spec["replacement"]), (&json!("stable"), &json!(null)));
    case.is_settled();
    case.destroy();
}
