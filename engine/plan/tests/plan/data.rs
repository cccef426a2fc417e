//! Data sources, and what is sensitive.

use hotswap_plan::Action;

use super::Desk;

#[tokio::test]
async fn a_data_source_is_read_while_planning_if_what_it_needs_is_known() {
    let mut desk = Desk::new();
    let text = r#"
        data "test_lookup" "now" { name = "abc" }
        resource "test_thing" "a" { name = data.test_lookup.now.value }
        data "test_lookup" "later" { name = test_thing.a.id }
        resource "test_thing" "b" {
          name = "b"
          note = data.test_lookup.later.value
        }
    "#;
    let planned = desk.apply(text).await;
    assert_eq!(planned.actions(), ["test_thing.a Create", "test_thing.b Create", "data.test_lookup.later Read (ReadBecauseConfigUnknown)"]);
    assert_eq!(planned.change("test_thing.a").after.get("name").as_str(), Some("cba"));
    assert_eq!(desk.plan(text).await.actions(), [""; 0]);
}

#[tokio::test]
async fn a_data_source_waits_for_what_it_is_said_to_depend_on() {
    let mut desk = Desk::new();
    let of = |size: u32| {
        format!("resource \"test_thing\" \"a\" {{\n name = \"a\"\n size = {size}\n}}\n")
            + "data \"test_lookup\" \"d\" {\n name = \"x\"\n depends_on = [test_thing.a]\n}\n"
    };
    desk.apply(&of(1)).await;
    assert_eq!(desk.plan(&of(1)).await.actions(), [""; 0]);
    let planned = desk.plan(&of(2)).await;
    assert_eq!(planned.actions(), ["test_thing.a Update", "data.test_lookup.d Read (ReadBecauseDependencyPending)"]);
}

#[tokio::test]
async fn a_data_source_waits_for_a_resource_it_refers_to_even_by_a_known_value() {
    let mut desk = Desk::new();
    let of = |size: u32| {
        format!("resource \"test_thing\" \"a\" {{\n name = \"a\"\n size = {size}\n}}\n")
            + "locals {\n name = test_thing.a.name\n}\n"
            + "data \"test_lookup\" \"itself\" {\n name = test_thing.a.name\n}\n"
            + "data \"test_lookup\" \"by_way_of_a_local\" {\n name = local.name\n}\n"
    };
    desk.apply(&of(1)).await;
    assert_eq!(desk.plan(&of(1)).await.actions(), [""; 0]);
    let planned = desk.plan(&of(2)).await;
    assert_eq!(planned.actions(), ["test_thing.a Update", "data.test_lookup.itself Read (ReadBecauseDependencyPending)"]);
}

#[tokio::test]
async fn a_data_source_that_nothing_asks_for_goes_without_a_change() {
    let mut desk = Desk::new();
    desk.apply("data \"test_lookup\" \"d\" {\n name = \"x\"\n}").await;
    assert!(!desk.state.is_empty());
    let planned = desk.plan("").await;
    assert_eq!(planned.plan.changes.len(), 0);
    assert!(planned.plan.prior.is_empty());
}

#[tokio::test]
async fn what_is_sensitive_stays_so() {
    let mut desk = Desk::new().variable("key", "k");
    let text = r#"
        variable "key" { sensitive = true }
        resource "test_thing" "a" {
          name   = "a"
          note   = "with ${var.key}"
          secret = "s"
        }
        output "note" {
          value     = test_thing.a.note
          sensitive = true
        }
    "#;
    let planned = desk.apply(text).await;
    let paths: Vec<_> = planned.change("test_thing.a").after_sensitive.iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["note", "secret"]);
    assert!(planned.plan.outputs["note"].after.marks.sensitive);
    assert_eq!(desk.plan(text).await.actions(), [""; 0]);

    let open = text.replace("with ${var.key}", "with k").replace("variable \"key\" { sensitive = true }", "variable \"key\" {}");
    let planned = desk.plan(&open).await;
    assert_eq!(planned.change("test_thing.a").action, Action::Update);

    let planned = desk.plan(&text.replace("sensitive = true\n        }", "\n        }")).await;
    assert!(planned.messages()[0].starts_with("error 9: Output shows a sensitive value: "), "{:?}", planned.messages());
}
