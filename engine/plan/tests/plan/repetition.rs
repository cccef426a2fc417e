//! `count` and `for_each`.

use super::Desk;

#[tokio::test]
async fn keys_that_go_are_destroyed_and_keys_that_come_are_created() {
    let mut desk = Desk::new();
    let of = |keys: &str| {
        format!(
            r#"
            locals {{ sizes = {{ {keys} }} }}
            resource "test_thing" "t" {{
              for_each = local.sizes
              name     = each.key
              size     = each.value
            }}
            output "ids" {{ value = [for key, thing in test_thing.t : thing.size] }}
            "#
        )
    };
    desk.apply(&of("a = 1, b = 2")).await;
    let planned = desk.apply(&of("b = 2, c = 3")).await;
    assert_eq!(planned.actions(), [r#"test_thing.t["a"] Delete (DeleteBecauseEachKey)"#, r#"test_thing.t["c"] Create"#]);
    assert_eq!(desk.plan(&of("b = 2, c = 3")).await.actions(), [""; 0]);
}

#[tokio::test]
async fn a_smaller_count_destroys_from_the_end() {
    let mut desk = Desk::new();
    let of = |count: u32| format!("resource \"test_thing\" \"t\" {{\n count = {count}\n name = \"t${{count.index}}\"\n}}");
    desk.apply(&of(3)).await;
    assert_eq!(
        desk.plan(&of(1)).await.actions(),
        ["test_thing.t[1] Delete (DeleteBecauseCountIndex)", "test_thing.t[2] Delete (DeleteBecauseCountIndex)"]
    );
}

#[tokio::test]
async fn the_wrong_kind_of_key_goes() {
    let mut desk = Desk::new();
    desk.apply("resource \"test_thing\" \"t\" {\n count = 2\n name = \"t\"\n}").await;
    let planned = desk.plan("resource \"test_thing\" \"t\" {\n for_each = toset([\"a\"])\n name = each.key\n}").await;
    assert_eq!(
        planned.actions(),
        [
            "test_thing.t[0] Delete (DeleteBecauseWrongRepetition)",
            "test_thing.t[1] Delete (DeleteBecauseWrongRepetition)",
            r#"test_thing.t["a"] Create"#
        ]
    );
}

async fn fault_of(meta: &str) -> String {
    let text = format!(
        r#"
        variable "secret" {{
          sensitive = true
          default   = {{ a = 1 }}
        }}
        resource "test_thing" "other" {{ name = "other" }}
        resource "test_thing" "t" {{
          {meta}
          name = "t"
        }}
        "#
    );
    let planned = Desk::new().plan(&text).await;
    assert_eq!(planned.messages().len(), 1, "{:#?}", planned.messages());
    planned.messages().remove(0)
}

#[tokio::test]
async fn what_for_each_and_count_may_not_be_is_told_at_the_expression() {
    let told = fault_of("for_each = [\"a\"]").await;
    assert!(told.starts_with("error 8: Invalid for_each: It must be a map or a set of strings, and a list is given. toset()"), "{told}");
    let told = fault_of("for_each = toset([test_thing.other.id])").await;
    assert!(told.starts_with("error 8: for_each is not known yet: The keys of the objects must be known before anything"), "{told}");
    let told = fault_of("for_each = var.secret").await;
    assert!(told.starts_with("error 8: Invalid for_each: It is sensitive"), "{told}");
    let told = fault_of("for_each = null").await;
    assert!(told.starts_with("error 8: Invalid for_each: It is null"), "{told}");
    let told = fault_of("for_each = toset([1, 2])").await;
    assert!(told.starts_with("error 8: Invalid for_each: The elements of the set must be strings"), "{told}");
    let told = fault_of("count = -1").await;
    assert!(told.starts_with("error 8: Invalid count: It must be a whole number that is not negative; it is -1."), "{told}");
    let told = fault_of("count = test_thing.other.value").await;
    assert!(told.starts_with("error 8: count is not known yet: The number of objects must be known"), "{told}");
}

#[tokio::test]
async fn unknown_values_under_known_keys_are_fine() {
    let text = r#"
        resource "test_thing" "other" { name = "other" }
        resource "test_thing" "t" {
          for_each = { a = test_thing.other.id }
          name     = each.key
          note     = each.value
        }
        resource "test_thing" "last" {
          name = test_thing.t["a"].name
        }
    "#;
    let mut desk = Desk::new();
    let planned = desk.apply(text).await;
    assert_eq!(planned.actions(), ["test_thing.last Create", "test_thing.other Create", r#"test_thing.t["a"] Create"#]);
    assert_eq!(desk.plan(text).await.actions(), [""; 0]);
}
