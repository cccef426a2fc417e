//! Modules: wiring, repetition, provider configurations, `depends_on`.

use hotswap_lang::Moment;
use hotswap_plan::{Graph, Purpose, Settings, known};
use hotswap_value::address::ModuleInstance;

use super::{Desk, support::loaded};

const CHILD: &str = r#"
    variable "name" {
      type = string
      validation {
        condition     = var.name != "bad"
        error_message = "Not ${var.name}."
      }
    }
    variable "note" { default = null }
    resource "test_thing" "t" {
      name = var.name
      note = var.note
    }
    output "id" { value = test_thing.t.id }
    output "name" { value = var.name }
"#;

#[tokio::test]
async fn modules_may_use_each_other_as_long_as_no_value_goes_round() {
    let root = r#"
        module "a" {
          source = "./child"
          name   = "a"
          note   = module.b.id
        }
        module "b" {
          source = "./child"
          name   = module.a.name
        }
    "#;
    let mut desk = Desk::new();
    let files = [("main.tf", root), ("child/main.tf", CHILD)];
    let planned = desk.apply_files(files).await;
    assert_eq!(planned.actions(), ["module.a.test_thing.t Create", "module.b.test_thing.t Create"]);
    let dependencies: Vec<_> = planned.change("module.a.test_thing.t").dependencies.iter().map(ToString::to_string).collect();
    assert_eq!(dependencies, ["module.b.test_thing.t"]);
    assert_eq!(desk.plan_files(files).await.actions(), [""; 0]);
}

#[tokio::test]
async fn instances_of_a_module_come_and_go_with_their_keys() {
    let of = |keys: &str| {
        format!(
            r#"
            module "m" {{
              source   = "./child"
              for_each = toset([{keys}])
              name     = each.key
            }}
            output "names" {{ value = {{ for key, m in module.m : key => m.name }} }}
            resource "test_thing" "user" {{ name = module.m["a"].name }}
            "#
        )
    };
    let mut desk = Desk::new();
    desk.apply_files([("main.tf", &*of(r#""a", "b""#)), ("child/main.tf", CHILD)]).await;
    let planned = desk.plan_files([("main.tf", &*of(r#""a""#)), ("child/main.tf", CHILD)]).await;
    assert_eq!(planned.actions(), [r#"module.m["b"].test_thing.t Delete (DeleteBecauseNoModule)"#]);
    let planned = desk.plan("").await;
    assert_eq!(
        planned.actions(),
        [
            "test_thing.user Delete (DeleteBecauseNoResourceConfig)",
            r#"module.m["a"].test_thing.t Delete (DeleteBecauseNoModule)"#,
            r#"module.m["b"].test_thing.t Delete (DeleteBecauseNoModule)"#
        ]
    );
}

#[tokio::test]
async fn a_validation_that_fails_is_told_with_its_message() {
    let root = "module \"m\" {\n source = \"./child\"\n name = \"bad\"\n}";
    let planned = Desk::new().plan_files([("main.tf", root), ("child/main.tf", CHILD)]).await;
    assert_eq!(planned.messages(), ["error 5: Invalid value for variable: Not bad."]);
}

#[tokio::test]
async fn each_configuration_of_a_provider_is_started_once() {
    let root = r#"
        provider "test" { region = "north" }
        provider "test" {
          alias  = "s"
          region = "south"
        }
        resource "test_thing" "n" { name = "n" }
        module "m" {
          source    = "./child"
          name      = "m"
          providers = { test = test.s }
        }
        module "d" {
          source = "./child"
          name   = "d"
        }
    "#;
    let mut desk = Desk::new();
    let planned = desk.plan_files([("main.tf", root), ("child/main.tf", CHILD)]).await;
    let mut calls = desk.remote.calls.lock().unwrap().clone();
    calls.sort();
    assert_eq!(calls, ["configure north", "configure south"]);
    assert_eq!(planned.change("module.m.test_thing.t").provider, r#"provider["registry.terraform.io/hashicorp/test"].s"#);
    assert_eq!(planned.change("module.d.test_thing.t").provider, r#"provider["registry.terraform.io/hashicorp/test"]"#);
    desk.apply_files([("main.tf", root), ("child/main.tf", CHILD)]).await;
}

#[tokio::test]
async fn a_module_that_depends_waits_with_all_its_data() {
    let child = "data \"test_lookup\" \"d\" {\n name = \"x\"\n}\noutput \"v\" {\n value = data.test_lookup.d.value\n}";
    let root = r#"
        resource "test_thing" "first" { name = "first" }
        module "m" {
          source     = "./child"
          depends_on = [test_thing.first]
        }
        resource "test_thing" "last" {
          name = module.m.v
          depends_on = [module.m]
        }
    "#;
    let mut desk = Desk::new();
    let files = [("main.tf", root), ("child/main.tf", child)];
    let planned = desk.apply_files(files).await;
    assert_eq!(
        planned.actions(),
        ["test_thing.first Create", "test_thing.last Create", "module.m.data.test_lookup.d Read (ReadBecauseDependencyPending)"]
    );
    let dependencies: Vec<_> = planned.change("test_thing.last").dependencies.iter().map(ToString::to_string).collect();
    assert_eq!(dependencies, ["module.m.data.test_lookup.d", "test_thing.first"]);
    assert_eq!(desk.plan_files(files).await.actions(), [""; 0]);
}

#[tokio::test]
async fn a_provider_can_be_configured_with_what_is_not_known_yet() {
    let text = r#"
        provider "test" { region = test_thing.base.id }
        provider "test" { alias = "base" }
        resource "test_thing" "base" {
          provider = test.base
          name     = "base"
        }
        resource "test_thing" "a" { name = "a" }
    "#;
    let desk = Desk::new();
    let planned = desk.plan(text).await;
    assert_eq!(planned.actions(), ["test_thing.a Create", "test_thing.base Create"]);
    let mut calls = desk.remote.calls.lock().unwrap().clone();
    calls.sort();
    assert_eq!(calls, ["configure -", "configure ?"]);
}

#[tokio::test]
async fn the_graph_is_told_for_graphviz_and_values_are_known_from_the_state() {
    let root = r#"
        variable "name" { default = "a" }
        locals { both = "${module.m.id} ${var.name}" }
        module "m" {
          source = "./child"
          name   = var.name
        }
        output "o" { value = local.both }
    "#;
    let files = [("main.tf", root), ("child/main.tf", CHILD)];
    let mut desk = Desk::new();
    let config = loaded(files);
    let providers = desk.providers();
    insta::assert_snapshot!(Graph::new(&config, &providers, []).0.to_dot());

    desk.apply_files(files).await;
    let settings = Settings { purpose: Purpose::Plan, folder: ".".into(), workspace: "default".into(), moment: Moment::default() };
    let variables = [("name".into(), "a".into())].into();
    let (world, diagnostics) = known(&config, &providers, &desk.state, variables, settings).await;
    assert_eq!(diagnostics, []);
    assert_eq!(world.output(&ModuleInstance::root(), "o"), Some("thing-1 a".into()));
}
