//! `lifecycle`: order of replacement, what must not go, what is ignored, what triggers; taint and conditions.

use hotswap_plan::{CheckStatus, Mode};
use hotswap_state::Status;

use super::Desk;

fn thing(name: &str, rest: &str) -> String {
    format!("resource \"test_thing\" \"{name}\" {{\n{rest}\n}}\n")
}

#[tokio::test]
async fn create_before_destroy_spreads_to_what_is_depended_on() {
    let mut desk = Desk::new();
    let of = |name: &str| {
        thing("base", &format!("name = {name:?}"))
            + &thing("top", "name = test_thing.base.name\nlifecycle { create_before_destroy = true }")
            + &thing("apart", &format!("name = {name:?}"))
    };
    desk.apply(&of("a")).await;
    let planned = desk.plan(&of("b")).await;
    assert_eq!(
        planned.actions(),
        [
            "test_thing.apart DeleteThenCreate (ReplaceBecauseCannotUpdate)",
            "test_thing.base CreateThenDelete (ReplaceBecauseCannotUpdate)",
            "test_thing.top CreateThenDelete (ReplaceBecauseCannotUpdate)"
        ]
    );
}

#[tokio::test]
async fn what_must_not_be_destroyed_is_not() {
    let mut desk = Desk::new();
    let of = |name: &str| thing("a", &format!("name = {name:?}\nlifecycle {{\n prevent_destroy = true\n}}"));
    desk.apply(&of("a")).await;
    let planned = desk.plan(&of("b")).await;
    assert_eq!(planned.messages().len(), 1);
    assert!(
        planned.messages()[0].starts_with("error 4: test_thing.a must not be destroyed: The plan would replace it, because name can't")
    );
    let planned = desk.with(|options| options.mode = Mode::Destroy).plan(&of("a")).await;
    assert!(planned.messages()[0].contains("The plan would destroy it, and its block has"), "{:?}", planned.messages());
}

#[tokio::test]
async fn ignored_changes_do_not_count() {
    let mut desk = Desk::new();
    let of = |size: u32, tag: &str| {
        thing("a", &format!("name = \"a\"\nsize = {size}\ntags = {{ x = {tag:?} }}\nlifecycle {{ ignore_changes = [size, tags[\"x\"]] }}"))
    };
    desk.apply(&of(1, "1")).await;
    assert_eq!(desk.plan(&of(2, "2")).await.actions(), [""; 0]);
    let all = thing("a", "name = \"other\"\nlifecycle { ignore_changes = all }");
    assert_eq!(desk.plan(&all).await.actions(), [""; 0]);
}

#[tokio::test]
async fn a_change_elsewhere_replaces_what_it_triggers() {
    let mut desk = Desk::new();
    let of = |size: u32| {
        thing("base", &format!("count = 2\nname = \"b${{count.index}}\"\nsize = count.index == 0 ? {size} : 1"))
            + &thing("whole", "name = \"w\"\nlifecycle { replace_triggered_by = [test_thing.base] }")
            + &thing(
                "each",
                "count = 2\nname = \"e${count.index}\"\nlifecycle { replace_triggered_by = [test_thing.base[count.index].size] }",
            )
            + &thing("note", "name = \"n\"\nlifecycle { replace_triggered_by = [test_thing.base[0].note] }")
    };
    desk.apply(&of(1)).await;
    assert_eq!(
        desk.plan(&of(2)).await.actions(),
        [
            "test_thing.base[0] Update",
            "test_thing.each[0] DeleteThenCreate (ReplaceByTriggers)",
            "test_thing.whole DeleteThenCreate (ReplaceByTriggers)"
        ]
    );
}

#[tokio::test]
async fn what_is_tainted_or_asked_for_is_replaced() {
    let mut desk = Desk::new();
    let text = thing("a", "name = \"a\"") + &thing("b", "name = \"b\"");
    desk.apply(&text).await;
    let a = "test_thing.a".parse().unwrap();
    desk.state.get_mut(&a).unwrap().current.as_mut().unwrap().status = Status::Tainted;
    let planned = desk.with(|options| options.replace = vec!["test_thing.b".parse().unwrap()]).plan(&text).await;
    assert_eq!(
        planned.actions(),
        ["test_thing.a DeleteThenCreate (ReplaceBecauseTainted)", "test_thing.b DeleteThenCreate (ReplaceByRequest)"]
    );
    assert!(planned.change("test_thing.b").after.get("id").is_unknown());
}

#[tokio::test]
async fn left_overs_of_replacements_are_destroyed() {
    let mut desk = Desk::new();
    let text = thing("a", "name = \"a\"");
    desk.apply(&text).await;
    let a = "test_thing.a".parse().unwrap();
    let old = desk.state.current(&a).unwrap().clone();
    desk.state.set_deposed(&a, "01234567", r#"provider["registry.terraform.io/hashicorp/test"]"#, old);
    assert_eq!(desk.plan(&text).await.actions(), ["test_thing.a deposed 01234567 Delete"]);
}

#[tokio::test]
async fn conditions_are_told_where_they_fail() {
    let text = thing(
        "a",
        r#"
        name = "a"
        lifecycle {
          precondition {
            condition     = 1 > 2
            error_message = "One is not more than two."
          }
        }
        "#,
    ) + &thing(
        "b",
        r#"
        name = "b"
        size = 4
        lifecycle {
          postcondition {
            condition     = self.size < 4
            error_message = "Too big: ${self.size}."
          }
        }
        "#,
    ) + r#"
        check "later" {
          assert {
            condition     = test_thing.c.id == "x"
            error_message = "No x."
          }
        }
        check "now" {
          assert {
            condition     = test_thing.c.name == "x"
            error_message = "Not named x."
          }
        }
    "# + &thing("c", "name = \"c\"");
    let planned = Desk::new().plan(&text).await;
    let mut told = planned.messages();
    told.sort();
    assert_eq!(
        told,
        [
            "error 18: Postcondition of resource failed: Too big: 4.",
            "error 6: Precondition of resource failed: One is not more than two.",
            "warning 33: Check failed: Not named x."
        ]
    );
    let checks: Vec<_> = planned.plan.checks.iter().map(|check| (check.object.as_str(), check.status)).collect();
    assert_eq!(
        checks,
        [
            ("check.later", CheckStatus::Unknown),
            ("check.now", CheckStatus::Fail),
            ("test_thing.a", CheckStatus::Fail),
            ("test_thing.b", CheckStatus::Fail)
        ]
    );
}
