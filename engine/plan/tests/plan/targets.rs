//! Plans that are limited.

use hotswap_plan::Mode;

use super::Desk;

const TEXT: &str = r#"
    resource "test_thing" "base" {
      count = 2
      name  = "base${count.index}"
    }
    resource "test_thing" "top" { name = test_thing.base[0].name }
    resource "test_thing" "apart" { name = "apart" }
    output "top" { value = test_thing.top.id }
    output "apart" { value = test_thing.apart.id }
"#;

fn targeted(desk: Desk, target: &str) -> Desk {
    let target = target.parse().unwrap();
    desk.with(|options| options.targets = vec![target])
}

#[tokio::test]
async fn a_target_brings_what_it_needs() {
    let planned = targeted(Desk::new(), "test_thing.top").plan(TEXT).await;
    assert_eq!(planned.actions(), ["test_thing.base[0] Create", "test_thing.base[1] Create", "test_thing.top Create"]);
    assert!(planned.messages()[0].starts_with("warning: The plan is limited to targets"));
    assert_eq!(planned.plan.outputs.keys().map(|name| &**name).collect::<Vec<_>>(), ["top"]);
}

#[tokio::test]
async fn a_target_with_a_key_is_one_object() {
    let planned = targeted(Desk::new(), "test_thing.base[1]").plan(TEXT).await;
    assert_eq!(planned.actions(), ["test_thing.base[1] Create"]);
}

#[tokio::test]
async fn what_is_left_over_elsewhere_stays() {
    let mut desk = Desk::new();
    desk.apply(TEXT).await;
    let text = "resource \"test_thing\" \"apart\" {\n name = \"other\"\n}";
    let planned = targeted(desk, "test_thing.apart").plan(text).await;
    assert_eq!(planned.actions(), ["test_thing.apart DeleteThenCreate (ReplaceBecauseCannotUpdate)"]);
}

#[tokio::test]
async fn what_depends_on_a_target_is_destroyed_with_it() {
    let mut desk = Desk::new();
    desk.apply(TEXT).await;
    let planned = targeted(desk, "test_thing.base[0]").with(|options| options.mode = Mode::Destroy).plan(TEXT).await;
    assert_eq!(planned.actions(), ["test_thing.base[0] Delete", "test_thing.top Delete"]);
}
