//! What is told when something is wrong: all of it in one run, each with its place.

use super::Desk;

#[tokio::test]
async fn several_faults_are_told_in_one_run() {
    let planned = Desk::new()
        .plan(
            r#"
            resource "test_thing" "a" {
              nmae = "a"
            }
            resource "test_thing" "b" {
              name = "b"
              size = "many"
            }
            resource "test_thing" "c" { name = test_thing.b.vale }
            resource "test_thnig" "d" {}
            output "o" { value = test_thing.missing.id }
            "#,
        )
        .await;
    let mut told: Vec<String> = planned.messages().iter().map(|message| message.chars().take(60).collect()).collect();
    told.sort();
    insta::assert_snapshot!(told.join("\n"));
    assert!(planned.plan.errored);
}

#[tokio::test]
async fn a_cycle_is_named_in_order() {
    let planned = Desk::new()
        .plan(
            r#"
            resource "test_thing" "a" { name = local.x }
            locals { x = test_thing.b.id }
            resource "test_thing" "b" { name = test_thing.a.id }
            "#,
        )
        .await;
    assert_eq!(
        planned.messages(),
        ["error 3: Cycle: These need each other, so none of them can be first: local.x -> test_thing.b -> \
                                     test_thing.a -> local.x. Each needs the one after it; one of the references has to go."]
    );
    let planned = Desk::new().plan(r#"resource "test_thing" "a" { name = test_thing.a.id }"#).await;
    assert_eq!(
        planned.messages(),
        ["error 1: Reference to itself: test_thing.a refers to itself; its value would have to be known before \
                                     it is made."]
    );
}

#[tokio::test]
async fn a_failing_object_stops_only_what_depends_on_it() {
    let text = r#"
        resource "test_thing" "a" {
          name = "a"
          note = "refuse"
        }
        resource "test_thing" "b" { name = test_thing.a.name }
        resource "test_thing" "c" { name = "c" }
    "#;
    let planned = Desk::new().plan(text).await;
    assert_eq!(planned.messages(), ["error 4: Refused: The note says so."]);
    assert_eq!(planned.actions(), ["test_thing.c Create"]);
}

#[tokio::test]
async fn a_provider_that_plans_what_it_may_not_is_told_of() {
    let planned = Desk::new().plan("resource \"test_thing\" \"a\" {\n name = \"a\"\n note = \"lie\"\n size = 1\n}").await;
    assert_eq!(
        planned.messages(),
        ["error 1: Provider planned what it may not: size: its value in the plan is neither that of the \
                                     configuration nor the one before. This is a bug in the provider; please report it."]
    );
}

#[tokio::test]
async fn another_provider_is_named() {
    let planned = Desk::new()
        .plan(
            r#"
            terraform {
              required_providers {
                aws = { source = "hashicorp/aws" }
              }
            }
            resource "aws_instance" "a" {}
            "#,
        )
        .await;
    assert!(planned.messages()[0].contains("Provider registry.terraform.io/hashicorp/aws is not available"), "{:?}", planned.messages());
}

#[tokio::test]
async fn functions_of_providers_are_called() {
    let of = |text: &str| {
        format!(
            r#"
            terraform {{
              required_providers {{
                test = {{ source = "hashicorp/test" }}
              }}
            }}
            output "o" {{ value = provider::test::shout({text:?}) }}
            "#
        )
    };
    let planned = Desk::new().plan(&of("hey")).await;
    assert_eq!(planned.plan.outputs["o"].after.as_str(), Some("HEY"));
    let planned = Desk::new().plan(&of("")).await;
    assert!(planned.messages()[0].contains("nothing to shout"), "{:?}", planned.messages());
}

#[tokio::test]
async fn a_replacement_of_nothing_is_warned_of() {
    let planned = Desk::new().with(|options| options.replace = vec!["test_thing.gone".parse().unwrap()]).plan("").await;
    assert!(planned.messages()[0].starts_with("warning: Nothing to replace: "), "{:?}", planned.messages());
}
