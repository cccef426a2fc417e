//! Create, update, replace, delete, nothing.

use hotswap_plan::{Action, Mode};
use hotswap_value::Value;

use super::Desk;

#[tokio::test]
async fn a_new_object_is_created_and_then_stays() {
    let mut desk = Desk::new();
    let text = r#"
        resource "test_thing" "a" {
          name  = "a"
          token = "hush"
          parts = [{ label = "x" }]
        }
        resource "test_thing" "b" {
          name = "b"
          note = test_thing.a.id
        }
        output "value" {
          value = test_thing.b.value
        }
    "#;
    let planned = desk.apply(text).await;
    assert_eq!(planned.actions(), ["test_thing.a Create", "test_thing.b Create"]);
    assert!(planned.change("test_thing.a").after.get("token").is_null());
    assert_eq!(planned.change("test_thing.b").after.get("note"), &Value::Unknown);
    assert_eq!(planned.change("test_thing.b").dependencies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["test_thing.a"]);
    assert_eq!(planned.plan.outputs["value"].action, Action::Create);
    assert_eq!(planned.plan.summary, ["2 looked at"]);

    let again = desk.plan(text).await;
    assert_eq!(again.actions(), [""; 0]);
    assert_eq!(again.plan.outputs["value"].action, Action::NoOp);
    assert_eq!(again.plan.drift.len(), 0);
    assert_eq!(again.plan.prior, again.plan.base);
}

#[tokio::test]
async fn a_changed_attribute_updates_and_one_that_cannot_change_replaces() {
    let mut desk = Desk::new();
    desk.apply(r#"resource "test_thing" "a" { name = "a" }"#).await;
    let planned = desk
        .plan(
            r#"resource "test_thing" "a" { name = "a", size = 4 }"#.replace("{ ", "{\n").replace(", ", "\n").replace(" }", "\n}").as_str(),
        )
        .await;
    assert_eq!(planned.actions(), ["test_thing.a Update"]);
    assert_eq!(planned.change("test_thing.a").after.get("id").as_str(), Some("thing-1"));

    let planned = desk.plan(r#"resource "test_thing" "a" { name = "b" }"#).await;
    assert_eq!(planned.actions(), ["test_thing.a DeleteThenCreate (ReplaceBecauseCannotUpdate)"]);
    let change = planned.change("test_thing.a");
    assert_eq!(change.replace_paths, ["name".into()]);
    assert!(change.after.get("id").is_unknown());
}

#[tokio::test]
async fn what_is_no_longer_written_is_destroyed() {
    let mut desk = Desk::new();
    desk.apply(r#"resource "test_thing" "a" { name = "a" }"#).await;
    let planned = desk.apply("").await;
    assert_eq!(planned.actions(), ["test_thing.a Delete (DeleteBecauseNoResourceConfig)"]);
    assert!(desk.state.is_empty() && desk.remote.things.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_was_changed_by_hand_is_drift_and_is_put_back() {
    let mut desk = Desk::new();
    let text = r#"resource "test_thing" "a" { name = "a" }"#;
    desk.apply(text).await;
    desk.remote.things.lock().unwrap().get_mut("thing-1").unwrap().set_attribute("size", 9);
    let planned = desk.plan(text).await;
    assert_eq!(planned.actions(), ["test_thing.a Update"]);
    assert_eq!(planned.plan.drift[0].after.get("size").as_i64(), Some(9));
    assert_eq!(planned.plan.changes[0].before.get("size").as_i64(), Some(9));

    let unrefreshed = Desk { options: desk.options.clone(), remote: desk.remote.clone(), state: desk.state.clone() };
    let planned = unrefreshed.with(|options| options.refresh = false).plan(text).await;
    assert_eq!((planned.actions().len(), planned.plan.drift.len()), (0, 0));

    desk.remote.things.lock().unwrap().clear();
    let planned = desk.plan(text).await;
    assert_eq!(planned.actions(), ["test_thing.a Create"]);
    assert_eq!(planned.plan.drift[0].action, Action::Delete);

    let planned = desk.with(|options| options.mode = Mode::RefreshOnly).plan(text).await;
    assert_eq!((planned.actions().len(), planned.plan.drift.len()), (0, 1));
    assert!(planned.plan.prior.is_empty());
}

#[tokio::test]
async fn everything_goes_when_everything_is_to_be_destroyed() {
    let mut desk = Desk::new();
    let text = r#"
        provider "test" { region = test_thing.a.note }
        resource "test_thing" "a" {
          provider = test.plain
          name     = "a"
          note     = "north"
        }
        provider "test" { alias = "plain" }
        resource "test_thing" "b" { name = "b" }
        output "o" { value = 1 }
    "#;
    desk.apply(text).await;
    let planned = desk.with(|options| options.mode = Mode::Destroy).plan(text).await;
    assert_eq!(planned.messages(), [""; 0]);
    assert_eq!(planned.actions(), ["test_thing.a Delete", "test_thing.b Delete"]);
    assert_eq!(planned.plan.outputs["o"].action, Action::Delete);
}
