//! What is told of configurations, compared with what Terraform 1.11.4 told of the same files.

use std::path::Path;

use hotswap_lang::config::{Config, load};
use hotswap_value::{Value, address::ResourceInstance};
use serde_json::Value as Json;

use super::{json, relevant, testing};
use crate::{Action, OutputChange, Plan, ResourceChange};

fn modules() -> (Config, Json) {
    let files = &[("main.tf", include_str!("fixtures/modules/main.tf")), ("mod/main.tf", include_str!("fixtures/modules/mod/main.tf"))];
    loaded(files, include_str!("fixtures/modules/terraform.json"))
}

fn expressions() -> (Config, Json) {
    let files =
        &[("main.tf", include_str!("fixtures/expressions/main.tf")), ("mm/main.tf", include_str!("fixtures/expressions/mm/main.tf"))];
    loaded(files, include_str!("fixtures/expressions/terraform.json"))
}

fn references() -> (Config, Json) {
    let files = &[("main.tf", include_str!("fixtures/references/main.tf"))];
    loaded(files, include_str!("fixtures/references/terraform.json"))
}

fn loaded(files: &'static [(&'static str, &'static str)], expected: &str) -> (Config, Json) {
    let loaded = load(&testing::Folder(files), Path::new("."));
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    (loaded.config, serde_json::from_str(expected).unwrap())
}

/// A plan that creates every object Terraform planned to create or read, and every output.
fn plan(config: &Config, expected: &Json) -> Plan {
    let changes = expected["changed"].as_array().unwrap().iter().map(|address| {
        let address: ResourceInstance = address.as_str().unwrap().parse().unwrap();
        ResourceChange {
            address,
            previous: None,
            deposed: None,
            provider: "p".into(),
            action: Action::Create,
            reason: None,
            before: Value::Null,
            after: Value::object::<&str, Value>([]),
            before_sensitive: vec![],
            after_sensitive: vec![],
            replace_paths: vec![],
            private: vec![],
            importing: None,
            dependencies: vec![],
            create_before_destroy: false,
        }
    });
    let output = |name: &std::sync::Arc<str>| {
        let change = OutputChange { action: Action::Create, before: hotswap_lang::Val::null(), after: "x".into(), sensitive: false };
        (name.clone(), change)
    };
    // What is null changes nothing.
    let outputs = config.root().outputs.keys().filter(|name| !expected["null_outputs"].as_array().unwrap().contains(&Json::from(&***name)));
    Plan { changes: changes.collect(), outputs: outputs.map(output).collect(), ..testing::empty() }
}

#[test]
fn configurations_are_told_as_terraform_tells_them() {
    for (config, expected) in [modules(), expressions(), references()] {
        let text = json::plan(&plan(&config, &expected), &config, &testing::schemas());
        let told: Json = serde_json::from_str(&text).unwrap();
        pretty_assert(&told["configuration"], &expected["configuration"]);
    }
}

#[test]
fn what_a_plan_is_made_of_is_what_terraform_finds() {
    for (config, expected) in [modules(), expressions(), references()] {
        let relevant = relevant::attributes(&plan(&config, &expected), &config);
        let told = relevant.iter().map(|(object, path)| format!("{object} {path}"));
        let wanted = expected["relevant_attributes"].as_array().unwrap().iter().map(|entry| {
            let path = entry["attribute"].as_array().unwrap().iter().map(|step| match step {
                Json::String(name) => hotswap_value::Step::Attribute(name.clone()),
                step => hotswap_value::Step::Index(usize::try_from(step.as_u64().unwrap()).unwrap()),
            });
            format!("{} {}", entry["resource"].as_str().unwrap(), path.collect::<hotswap_value::AttributePath>())
        });
        let (mut told, mut wanted): (Vec<_>, Vec<_>) = (told.collect(), wanted.collect());
        told.sort();
        wanted.sort();
        assert_eq!(told, wanted);
    }
}

/// Tells the first part that differs, and not two whole documents.
fn pretty_assert(told: &Json, wanted: &Json) {
    fn difference(path: &str, told: &Json, wanted: &Json) -> Option<String> {
        match (told, wanted) {
            (Json::Object(told), Json::Object(wanted)) => {
                let names: std::collections::BTreeSet<&String> = told.keys().chain(wanted.keys()).collect();
                names.into_iter().find_map(|name| {
                    let missing = Json::from("(missing)");
                    difference(&format!("{path}.{name}"), told.get(name).unwrap_or(&missing), wanted.get(name).unwrap_or(&missing))
                })
            }
            (Json::Array(told), Json::Array(wanted)) if told.len() == wanted.len() => {
                told.iter().zip(wanted).enumerate().find_map(|(at, (told, wanted))| difference(&format!("{path}[{at}]"), told, wanted))
            }
            _ => (told != wanted).then(|| format!("{path}: {told}\nTerraform: {wanted}")),
        }
    }
    if let Some(difference) = difference("", told, wanted) {
        panic!("{difference}");
    }
}
