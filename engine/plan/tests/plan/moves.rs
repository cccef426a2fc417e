//! `moved`, `import`, `removed`.

use super::Desk;

fn thing(name: &str, rest: &str) -> String {
    format!("resource \"test_thing\" \"{name}\" {{\n{rest}\n}}\n")
}

#[tokio::test]
async fn a_chain_of_moves_ends_where_the_last_one_leads() {
    let mut desk = Desk::new();
    desk.apply(&thing("a", "name = \"x\"")).await;
    let text = thing("c", "name = \"x\"")
        + "moved {\n from = test_thing.b\n to = test_thing.c\n}\nmoved {\n from = test_thing.a\n to = test_thing.b\n}\n";
    let planned = desk.plan(&text).await;
    assert_eq!(planned.actions(), ["test_thing.c NoOp was test_thing.a"]);
}

#[tokio::test]
async fn a_whole_module_and_single_keys_move() {
    let mut desk = Desk::new();
    let child = thing("t", "count = 2\nname = \"t${count.index}\"");
    desk.apply_files([("main.tf", "module \"m\" {\n source = \"./child\"\n}"), ("child/main.tf", &child)]).await;
    let root = "module \"n\" {\n source = \"./child\"\n count = 1\n}\nmoved {\n from = module.m\n to = module.n[0]\n}";
    let planned = desk.plan_files([("main.tf", root), ("child/main.tf", &child)]).await;
    assert_eq!(
        planned.actions(),
        ["module.n[0].test_thing.t[0] NoOp was module.m.test_thing.t[0]", "module.n[0].test_thing.t[1] NoOp was module.m.test_thing.t[1]"]
    );
    let keyed = "resource \"test_thing\" \"t\" {\n for_each = toset([\"a\", \"b\"])\n name = \"t${each.key == \"a\" ? 0 : 1}\"\n}\n";
    let moved = |index: u32, key: &str| format!("moved {{\n from = test_thing.t[{index}]\n to = test_thing.t[\"{key}\"]\n}}\n");
    let child = keyed.to_owned() + &moved(0, "a") + &moved(1, "b");
    let planned = desk.plan_files([("main.tf", "module \"m\" {\n source = \"./child\"\n}"), ("child/main.tf", &child)]).await;
    assert_eq!(
        planned.actions(),
        [
            r#"module.m.test_thing.t["a"] NoOp was module.m.test_thing.t[0]"#,
            r#"module.m.test_thing.t["b"] NoOp was module.m.test_thing.t[1]"#
        ]
    );
}

#[tokio::test]
async fn a_fork_s_object_is_taken_over_by_a_move_and_by_nothing_else() {
    let mut desk = Desk::new();
    desk.apply(&thing("a", "name = \"x\"")).await;
    let mut from = |provider: &str| {
        let resource = desk.state.resources.values_mut().next().unwrap();
        resource.provider = format!("provider[\"registry.example.com/acme/{provider}\"]");
        desk.state.clone()
    };
    let moved = thing("b", "name = \"x\"") + "moved {\n from = test_thing.a\n to = test_thing.b\n}\n";
    let (fork, other) = (from("test"), from("other"));
    desk.state = fork;
    let planned = desk.plan(&moved).await;
    assert_eq!(planned.actions(), ["test_thing.b NoOp was test_thing.a"], "{:?}", planned.messages());
    assert_eq!(planned.plan.base, desk.state, "the state is still what it is");
    let taken: Vec<_> = planned.plan.prior.resources.values().map(|resource| resource.provider.as_str()).collect();
    assert_eq!(taken, ["provider[\"registry.terraform.io/hashicorp/test\"]"]);

    let missing = "Provider registry.example.com/acme/test is not available";
    assert!(desk.plan(&thing("a", "name = \"x\"")).await.messages()[0].contains(missing), "without a word it stays the fork's");
    desk.state = other;
    let refused = desk.plan(&moved).await;
    assert!(refused.messages()[0].contains("Provider registry.example.com/acme/other is not available"), "{:?}", refused.messages());
}

#[tokio::test]
async fn count_comes_and_goes_without_a_word() {
    let mut desk = Desk::new();
    desk.apply(&thing("a", "name = \"x\"")).await;
    let planned = desk.apply(&thing("a", "name = \"x\"\ncount = 1")).await;
    assert_eq!(planned.actions(), ["test_thing.a[0] NoOp was test_thing.a"]);
    let planned = desk.plan(&thing("a", "name = \"x\"")).await;
    assert_eq!(planned.actions(), ["test_thing.a NoOp was test_thing.a[0]"]);
}

#[tokio::test]
async fn a_move_onto_another_object_is_not_made() {
    let mut desk = Desk::new();
    desk.apply(&(thing("a", "name = \"a\"") + &thing("b", "name = \"b\""))).await;
    let text = thing("b", "name = \"b\"") + "moved {\n from = test_thing.a\n to = test_thing.b\n}\n";
    let planned = desk.plan(&text).await;
    assert_eq!(planned.actions(), ["test_thing.a Delete (DeleteBecauseNoResourceConfig)"]);
    assert!(planned.messages()[0].starts_with("warning: Objects could not be moved: "), "{:?}", planned.messages());
}

#[tokio::test]
async fn existing_objects_are_imported_and_those_managed_already_left_alone() {
    let mut other = Desk::new();
    other.apply("resource \"test_thing\" \"t\" {\n for_each = toset([\"a\", \"b\"])\n name = each.key\n}").await;
    let ids: Vec<String> = other.remote.things.lock().unwrap().keys().cloned().collect();
    let mut desk = Desk { remote: other.remote.clone(), ..Desk::new() };
    let text = format!(
        r#"
        resource "test_thing" "t" {{
          for_each = toset(["a", "b"])
          name     = each.key
        }}
        import {{
          for_each = {{ a = {:?}, b = {:?} }}
          to       = test_thing.t[each.key]
          id       = each.value
        }}
        "#,
        ids[0], ids[1]
    );
    let planned = desk.apply(&text).await;
    assert_eq!(planned.actions(), [""; 0]);
    let imported: Vec<_> = planned.plan.changes.iter().filter_map(|change| change.importing.clone()).collect();
    assert_eq!(imported, ids);
    assert!(desk.plan(&text).await.plan.changes.iter().all(|change| change.importing.is_none()));
}

#[tokio::test]
async fn an_import_of_what_is_not_there_or_not_known_is_an_error() {
    let of =
        |id: &str| thing("a", "name = \"a\"") + &thing("b", "name = \"b\"") + &format!("import {{\n to = test_thing.a\n id = {id}\n}}\n");
    let planned = Desk::new().plan(&of("\"nothing\"")).await;
    assert!(planned.messages()[0].contains("There is nothing to import under the id"), "{:?}", planned.messages());
    let planned = Desk::new().plan(&of("test_thing.b.id")).await;
    assert!(planned.messages()[0].starts_with("error 9: Invalid import id: It is only known after apply"), "{:?}", planned.messages());
}

#[tokio::test]
async fn what_is_removed_without_destroying_is_forgotten() {
    let mut desk = Desk::new();
    desk.apply(&(thing("a", "name = \"a\"") + &thing("b", "name = \"b\""))).await;
    let removed =
        |name: &str, destroy: bool| format!("removed {{\n from = test_thing.{name}\n lifecycle {{\n destroy = {destroy}\n }}\n}}\n");
    let planned = desk.apply(&(removed("a", false) + &removed("b", true))).await;
    assert_eq!(
        planned.actions(),
        ["test_thing.a Forget (DeleteBecauseNoResourceConfig)", "test_thing.b Delete (DeleteBecauseNoResourceConfig)"]
    );
    assert_eq!(desk.remote.things.lock().unwrap().len(), 1);
}
