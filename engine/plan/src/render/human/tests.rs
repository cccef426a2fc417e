use proptest::prelude::*;

use hotswap_sdk::{
    Schema,
    schema::attribute::{dynamic, list, map, single, string},
};
use hotswap_value::{AttributePath, Type, Value};

use super::{
    change,
    node::Node,
    pair::Pair,
    style::Painter,
    write::{Manner, Writer},
    *,
};
use crate::render::testing::{self, FIXTURES};

const PLAIN: Look = Look { colour: false };

#[test]
fn plans_read_as_terraforms_do() {
    let schemas = testing::schemas();
    let config = testing::config();
    for (name, text) in FIXTURES {
        let plan = testing::plan(&serde_json::from_str(text).unwrap(), &schemas);
        insta::assert_snapshot!(name, super::plan(&plan, &config, &schemas, PLAIN));
    }
}

fn show(node: &Node) -> String {
    Writer { painter: Painter { colour: false } }.node(node, 0, Manner::CHANGES)
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(Value::Unknown),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-c\"\n\u{1b}{}:$é]{0,8}".prop_map(Value::from),
        Just(Value::from(r#"{"a":[1,null,{"b":"c"}]}"#)),
        Just(Value::from("[1, 2]")),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::set),
            prop::collection::btree_map("[a-d]| |é", inner, 0..5).prop_map(Value::Map),
        ]
    })
}

fn any_path() -> impl Strategy<Value = AttributePath> {
    prop::collection::vec(
        prop_oneof![
            "[a-d]".prop_map(hotswap_value::Step::Attribute),
            "[a-d]".prop_map(hotswap_value::Step::Key),
            (0usize..4).prop_map(hotswap_value::Step::Index)
        ],
        0..4,
    )
    .prop_map(|steps| steps.into_iter().collect())
}

fn any_schema() -> Schema {
    let nested = || [("a", string()), ("b", list(Type::String)), ("c", map(Type::Number))];
    Schema::new(0, "")
        .attribute("a", single(nested()))
        .attribute("b", hotswap_sdk::schema::attribute::list_of(nested()))
        .attribute("c", hotswap_sdk::schema::attribute::set_of(nested()))
        .attribute("d", dynamic())
        .attribute("e", string().sensitive())
}

proptest! {
    #[test]
    fn no_value_is_too_odd_to_be_shown(before in any_value(), after in any_value(), paths in prop::collection::vec(any_path(), 0..3)) {
        let pair = Pair::new(&before, &after).sensitive(&paths, &paths[..paths.len() / 2]).replaced_by(&paths);
        let schema = any_schema();
        for node in [plain::compare(&pair), change::whole(Some(&schema), &pair)] {
            let text = show(&node);
            prop_assert!(!text.contains('\u{1b}'), "{text:?}");
        }
        for ty in [Type::list(Type::String), Type::set(Type::object([("a", Type::Number)])), Type::map(Type::Dynamic), Type::Tuple(vec![Type::Bool])] {
            show(&compare::by_type(&ty, &pair));
        }
    }

    #[test]
    fn what_stays_the_same_is_no_change(value in any_value()) {
        let pair = Pair::new(&value, &value);
        let known = value.is_wholly_known();
        prop_assert!(!known || plain::compare(&pair).act == node::Act::Nothing);
    }

    #[test]
    fn a_sensitive_value_is_never_shown(secret in "[x-z]{12}", other in any_value()) {
        let (before, after) = (Value::object([("a", secret.clone())]), Value::object([("a", other)]));
        let hidden = [AttributePath::from("a")];
        let node = plain::compare(&Pair::new(&before, &after).sensitive(&hidden, &hidden));
        prop_assert!(!show(&node).contains(&secret));
    }
}

/// As Terraform 1.11 shows them: with objects that come and go, whether they are set or not.
#[test]
fn write_only_attributes_come_and_go_with_their_objects() {
    let schema = Schema::new(0, "").attribute("size", string()).attribute("secret", string().write_only());
    let object = |size: &str| Value::object([("size", Value::from(size)), ("secret", Value::Null)]);
    let text = |before: &Value, after: &Value| show(&change::whole(Some(&schema), &Pair::new(before, after)));
    let (three, seven) = (object("3"), object("7"));
    assert_eq!(text(&Value::Null, &three), "{\n      + secret = (write-only attribute)\n      + size   = \"3\"\n    }");
    assert_eq!(
        text(&three, &Value::Null),
        "{\n      - secret = (write-only attribute) -> null\n      - size   = \"3\" -> null\n    } -> null"
    );
    assert_eq!(text(&three, &seven), "{\n      ~ size   = \"3\" -> \"7\"\n        # (1 unchanged attribute hidden)\n    }");
}

fn text(before: &Value, after: &Value, ty: &Type) -> String {
    show(&compare::by_type(ty, &Pair::new(before, after)))
}

#[test]
fn elements_of_a_list_are_matched_by_what_they_are() {
    let ty = Type::list(Type::String);
    let (before, after) = (Value::list(["a", "b", "c", "d", "e"]), Value::list(["a", "b", "x", "c", "d", "e"]));
    insta::assert_snapshot!(text(&before, &after, &ty), @r#"
    [
            # (1 unchanged element hidden)
            "b",
          + "x",
            "c",
            # (2 unchanged elements hidden)
        ]
    "#);
}

#[test]
fn texts_of_the_same_lines_are_told_apart() {
    let shown = text(&"a\nb".into(), &"a\nb\n".into(), &Type::String);
    assert_eq!(shown, r#""a\nb" -> "a\nb\n""#);
    let spaces = text(&r#"{"a":1}"#.into(), &r#"{ "a": 1 }"#.into(), &Type::String);
    insta::assert_snapshot!(spaces, @r"
    jsonencode( # only white space changes
            {
                a = 1
            }
        )
    ");
}

#[test]
fn what_begins_or_ceases_to_be_hidden_is_told() {
    let (object, hidden) = (Value::object([("a", "x"), ("b", "y")]), [AttributePath::from("a")]);
    let begins = show(&plain::compare(&Pair::new(&object, &object).sensitive(&[], &hidden)));
    assert!(begins.contains("# Warning: this value is sensitive from here on") && begins.contains("~ a = (sensitive value)\n"), "{begins}");
    let ends = show(&plain::compare(&Pair::new(&object, &object).sensitive(&hidden, &[])));
    assert!(ends.contains("# Warning: this value is no longer sensitive") && ends.contains("# (1 unchanged attribute hidden)"), "{ends}");
}

#[test]
fn nothing_to_do_is_told_in_the_words_of_the_mode() {
    let (schemas, config) = (testing::schemas(), testing::config());
    let text = |mode| super::plan(&Plan { mode, ..testing::empty() }, &config, &schemas, PLAIN);
    assert!(text(Mode::Normal).starts_with("\nNo changes. Your infrastructure matches the configuration.\n"));
    assert!(text(Mode::Destroy).starts_with("\nNo changes. No objects need to be destroyed.\n"));
    assert!(text(Mode::RefreshOnly).starts_with("\nNo changes. Your infrastructure still matches the configuration.\n"));
}

#[test]
fn colours_are_where_terraform_has_them_and_nowhere_without_the_flag() {
    let (schemas, config) = (testing::schemas(), testing::config());
    let (_, fixture) = FIXTURES.iter().find(|(name, _)| *name == "replaced_moved_imported").unwrap();
    let plan = testing::plan(&serde_json::from_str(fixture).unwrap(), &schemas);
    let coloured = super::plan(&plan, &config, &schemas, Look { colour: true });
    assert!(coloured.contains("\u{1b}[32m+\u{1b}[0m/\u{1b}[31m-\u{1b}[0m resource \"hotswap_plugin\" \"g\" {"), "{coloured}");
    assert!(coloured.contains("\u{1b}[31m# forces replacement\u{1b}[0m"));
    let plain = super::plan(&plan, &config, &schemas, PLAIN);
    assert!(!plain.contains('\u{1b}'));
    let mut stripped = String::new();
    for part in coloured.split("\u{1b}[") {
        stripped.push_str(if stripped.is_empty() { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(stripped, plain);
}

#[test]
fn notes_stand_under_their_change_and_the_summary_under_the_plan() {
    let (schemas, config) = (testing::schemas(), testing::config());
    let (_, fixture) = FIXTURES.iter().find(|(name, _)| *name == "values_changed").unwrap();
    let mut plan = testing::plan(&serde_json::from_str(fixture).unwrap(), &schemas);
    plan.notes.insert("terraform_data.str".into(), vec!["10% for 5m, then all".into()]);
    plan.summary.push("tenant acme: instances 8 of 10".into());
    let text = super::plan(&plan, &config, &schemas, PLAIN);
    assert!(text.contains("      ~ output = \"plain\" -> (known after apply)\n    }\n    | 10% for 5m, then all\n"), "{text}");
    assert!(text.ends_with("\n\ntenant acme: instances 8 of 10\n"), "{text}");
}
