//! Every optional attribute of every resource, in the order of Terraform's own plugin tests, by both front ends: applied, settled by what
//! is remembered and by what is there, imported the same, changed, removed, destroyed. Samples are in `attributes.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use hotswap_acceptance::corpus::Front;
use hotswap_acceptance::{Case, State, until};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// What the samples refer to.
const FIXTURES: &str = r#"
resource "hotswap_tenant" "acme" {
  name = "@acme"
}
resource "hotswap_plugin" "greeter" {
  name = "@greeter"
}
resource "hotswap_plugin_version" "greeter" {
  plugin  = hotswap_plugin.greeter.name
  version = "1.0.0"
  source  = "greeter-1.0.0.wat"
}
"#;

/// The samples of one type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Samples {
    /// What every block says.
    block: String,
    /// What a block says unless its sample does, by attribute.
    #[serde(default)]
    rest: BTreeMap<String, String>,
    /// Attributes that only the configuration knows.
    #[serde(default)]
    not_imported: Vec<String>,
    /// By path: a value, another one, what is left without it.
    attributes: BTreeMap<String, Vec<String>>,
}

/// One of the three turns of a sample.
const TURNS: [&str; 3] = ["set", "changed", "removed"];

fn samples() -> BTreeMap<String, Samples> {
    toml::from_str(include_str!("../../attributes.toml")).unwrap()
}

/// How an object of the sample for `path` is called.
fn name(path: &str, separator: &str) -> String {
    path.replace(['.', '_'], separator)
}

impl Samples {
    fn text(&self, path: &str, turn: usize) -> &str {
        self.attributes[path].get(turn).map_or("", String::as_str)
    }

    /// The blocks of one turn: one for each attribute, and one that says nothing.
    fn blocks(&self, kind: &str, turn: usize) -> String {
        let mut blocks = String::new();
        let all = self.attributes.keys().map(|path| (path.as_str(), self.text(path, turn))).chain([("minimal", "")]);
        for (number, (path, sample)) in all.enumerate() {
            let says = |name: &str| sample.lines().any(|line| line.split('=').next().is_some_and(|found| found.trim() == name));
            let rest: Vec<&str> = self.rest.iter().filter(|(name, _)| !says(name)).map(|(_, text)| text.as_str()).collect();
            let body = format!("{}\n{}\n{sample}", self.block, rest.join("\n"));
            let body = body.replace("NAME", &name(path, "-")).replace("NUMBER", &number.to_string());
            writeln!(blocks, "resource \"{kind}\" \"{}\" {{\n{body}\n}}", name(path, "_")).unwrap();
        }
        blocks
    }

    /// The addresses of [`Samples::blocks`].
    fn addresses(&self, kind: &str) -> Vec<String> {
        self.attributes.keys().map(String::as_str).chain(["minimal"]).map(|path| format!("{kind}.{}", name(path, "_"))).collect()
    }
}

fn configuration(samples: &BTreeMap<String, Samples>, turn: usize) -> String {
    let blocks = samples.iter().map(|(kind, samples)| samples.blocks(kind, turn));
    format!("{FIXTURES}{}", blocks.collect::<String>())
}

/// The schemas of all resources, as Terraform tells them.
pub(crate) fn schemas(case: &Case) -> BTreeMap<String, Json> {
    let told = case.terraform(&["providers", "schema", "-json"]).succeeded();
    let told: Json = serde_json::from_str(&told.text).unwrap();
    let provider = told["provider_schemas"].as_object().unwrap().values().next().unwrap();
    serde_json::from_value(provider["resource_schemas"].clone()).unwrap()
}

/// What the schemas have: of each type the paths that may be set and are no matter of course, and whether they are never shown.
fn optional(case: &Case) -> BTreeMap<String, BTreeMap<String, bool>> {
    let paths = schemas(case).into_iter().map(|(kind, schema)| {
        let mut paths = BTreeMap::new();
        walk(&schema["block"]["attributes"], "", &mut paths);
        (kind, paths)
    });
    paths.collect()
}

fn walk(attributes: &Json, prefix: &str, paths: &mut BTreeMap<String, bool>) {
    for (name, attribute) in attributes.as_object().into_iter().flatten() {
        let is = |flag: &str| attribute[flag] == json!(true);
        // What a block can't do without is in every sample; below that everything counts.
        if !is("optional") && (prefix.is_empty() || !is("required")) {
            continue;
        }
        let path = format!("{prefix}{name}");
        match attribute["nested_type"]["attributes"].as_object() {
            Some(nested) if !nested.is_empty() => walk(&attribute["nested_type"]["attributes"], &format!("{path}."), paths),
            _ => drop(paths.insert(path, is("write_only"))),
        }
    }
}

/// What the state has at a path; of a list its first element.
fn at<'a>(attributes: &'a Json, path: &str) -> &'a Json {
    path.split('.').fold(attributes, |value, name| if value.is_array() { &value[0][name] } else { &value[name] })
}

#[test]
fn every_attribute_has_a_sample() {
    let case = Case::new();
    case.config("");
    let samples = samples();
    let wanted: BTreeSet<_> =
        optional(&case).into_iter().flat_map(|(kind, paths)| paths.into_keys().map(move |path| format!("{kind}: {path}"))).collect();
    let given: BTreeSet<_> =
        samples.iter().flat_map(|(kind, samples)| samples.attributes.keys().map(move |path| format!("{kind}: {path}"))).collect();
    let missing: Vec<_> = wanted.difference(&given).collect();
    let strange: Vec<_> = given.difference(&wanted).collect();
    assert!(missing.is_empty(), "attributes.toml has no samples of {missing:#?}");
    assert!(strange.is_empty(), "attributes.toml has samples of what no schema has: {strange:#?}");
}

#[test]
fn every_attribute_is_set_changed_and_removed_by_terraform() {
    every_attribute_is_set_changed_and_removed(Front::Terraform);
}

#[test]
fn every_attribute_is_set_changed_and_removed_by_hotswap() {
    every_attribute_is_set_changed_and_removed(Front::Hotswap);
}

fn every_attribute_is_set_changed_and_removed(front: Front) {
    let case = Case::new();
    let samples = samples();
    case.config("");
    let hidden = optional(&case);
    let mut states: Vec<State> = Vec::new();
    for (turn, what) in TURNS.iter().enumerate() {
        case.config(&configuration(&samples, turn));
        let applied = case.run(front, &["apply", "-json", "-input=false", "-auto-approve"]).succeeded();
        assert!(!applied.text.contains("nconsistent"), "{what}: {}", applied.text);
        for refresh in ["-refresh=false", "-refresh=true"] {
            let plan = case.run(front, &["plan", "-input=false", "-no-color", "-detailed-exitcode", refresh]);
            assert_eq!(plan.code, Some(0), "{what}: a plan with {refresh} should be empty\n{}", plan.text);
        }
        all_serve(&case);
        case.run(front, &["apply", "-json", "-input=false", "-auto-approve", "-refresh-only"]).succeeded();
        imports_the_same(&case, front, &samples, turn);
        states.push(case.state());
    }
    for (kind, samples) in &samples {
        for path in samples.attributes.keys().filter(|path| !hidden[kind][*path]) {
            let address = format!("{kind}.{}", name(path, "_"));
            let [set, changed, removed] = [0, 1, 2].map(|turn| at(states[turn].get(&address), path));
            assert!(set != changed, "{address}: {path} should have changed from {set}");
            assert!(removed != changed, "{address}: {path} should not be {removed} any more");
            if samples.text(path, 2).is_empty() {
                let default = at(states[2].get(&format!("{kind}.minimal")), path);
                assert_eq!(removed, default, "{address}: {path} should be what it is where nothing is said");
            }
        }
    }
    case.destroy_by(front);
}

/// Waits until every rollout is over, with a request for those that wait for one.
fn all_serve(case: &Case) {
    until("every rollout is over", || {
        let deployments = case.get("/v1/tenants/@acme/deployments?limit=1000");
        let going = deployments["items"].as_array().unwrap().iter().filter(|deployment| deployment["status"] != json!("active"));
        let going: Vec<_> = going.map(|deployment| case.visit("@acme", deployment["name"].as_str().unwrap())).collect();
        going.is_empty().then_some(())
    });
}

/// Imports everything into another folder's empty state, and compares.
fn imports_the_same(case: &Case, front: Front, samples: &BTreeMap<String, Samples>, turn: usize) {
    let other = case.beside();
    let state = case.state();
    let mut blocks = configuration(samples, turn);
    for (kind, samples) in samples {
        for address in samples.addresses(kind) {
            let attributes = state.get(&address);
            let part = |name: &str| attributes[name].as_str().unwrap_or_default();
            let id = match kind.as_str() {
                "hotswap_plugin_version" => format!("{}/{}", part("plugin"), part("version")),
                "hotswap_deployment" => format!("{}/{}", part("tenant"), part("name")),
                "hotswap_token" => part("id").to_owned(),
                _ => part("name").to_owned(),
            };
            writeln!(blocks, "import {{\n  to = {address}\n  id = \"{id}\"\n}}").unwrap();
        }
    }
    other.config(&blocks);
    other.run(front, &["plan", "-input=false", "-no-color", "-out=saved.tfplan"]).succeeded();
    let shown = other.run(front, &["show", "-json", "saved.tfplan"]).succeeded();
    let plan: Json = serde_json::from_str(&shown.text).unwrap();
    for (kind, samples) in samples {
        for address in samples.addresses(kind) {
            let change = plan["resource_changes"].as_array().unwrap().iter().find(|change| change["address"] == json!(address));
            let imported = &change.unwrap_or_else(|| panic!("{address} is not in the plan"))["change"]["before"];
            for (name, value) in state.get(&address).as_object().unwrap() {
                if !samples.not_imported.contains(name) {
                    assert_eq!(&imported[name], value, "{address}: {name} as it is imported");
                }
            }
        }
    }
}
