//! The provider's functions.

use hotswap_acceptance::Case;
use serde_json::json;

fn output(value: &str) -> String {
    format!("output \"it\" {{\n  value = {value}\n}}")
}

#[test]
fn functions_give_their_result() {
    let case = Case::new();
    for (call, result) in [
        ("provider::hotswap::semver_matches(\"~> 1.1\", \"1.4.0\")", json!(true)),
        ("provider::hotswap::semver_matches(\"~> 1.1\", \"2.0.0\")", json!(false)),
        ("provider::hotswap::semver_matches(\"1.0.0\", \"1.0.1\")", json!(false)),
        ("provider::hotswap::semver_latest([\"1.9.0\", \"1.10.0\", \"2.0.0-rc.1\"], \"*\")", json!("1.10.0")),
        ("coalesce(provider::hotswap::semver_latest([\"1.9.0\"], \"> 2\"), \"none\")", json!("none")),
        ("provider::hotswap::component_sha256(filebase64(\"greeter-1.0.0.wat\")) == filesha256(\"greeter-1.0.0.wat\")", json!(true)),
        ("provider::hotswap::component_exports(filebase64(\"greeter-1.0.0.wat\"))", json!(["wasi:http/incoming-handler@0.2.0"])),
    ] {
        case.config(&output(call));
        case.apply();
        assert_eq!(case.state().output("it"), &result, "{call}");
    }
}

#[test]
fn functions_point_at_the_argument_that_is_wrong() {
    let case = Case::new();
    for (call, parameter, word) in [
        ("provider::hotswap::semver_matches(\"=> 1\", \"1.4.0\")", "\"constraint\" parameter", "=> 1"),
        ("provider::hotswap::semver_matches(\"~> 1.1\", \"latest\")", "\"version\" parameter", "latest"),
        ("provider::hotswap::semver_latest([\"1.0.0\", \"1.0\"], \"*\")", "\"versions\" parameter", "\"1.0\""),
        ("provider::hotswap::component_sha256(\"%\")", "\"content_base64\" parameter", "not base64"),
        ("provider::hotswap::component_sha256(base64encode(\"(module)\"))", "\"content_base64\" parameter", "core module"),
    ] {
        case.config(&output(call));
        case.try_plan().fails_at("provider::hotswap::", &[parameter, word]);
    }
}

#[test]
fn functions_need_no_server() {
    let mut case = Case::new();
    case.set("HOTSWAP_ENDPOINT", "http://127.0.0.1:1");
    case.config(&output("provider::hotswap::semver_matches(\"*\", \"1.4.0\")"));
    case.apply();
}
