//! What JSON files are read as.

use crate::{
    config::{
        Constraint,
        tests::{config, loaded, told},
    },
    evaluate::references,
};

#[test]
fn json_and_native_files_give_the_same_configuration() {
    let config = config(&[(
        "main.tf.json",
        r#"{
  "//": "a comment",
  "variable": { "v": { "type": "list(object({ a = optional(number) }))", "default": [], "validation": { "condition": "${true}", "error_message": "No." } } },
  "locals": [{ "a": "x${var.v}y" }, { "b": "$${x}", "c": { "k\n": [1, null, 1.50] } }],
  "terraform": { "required_providers": { "x": { "source": "a/x" } } },
  "provider": { "x": [{}, { "alias": "e" }] },
  "resource": {
    "x_y": {
      "z": { "n": "${local.b}", "rule": [{ "a": 1 }], "provider": "x.e", "depends_on": ["x_y.w"], "lifecycle": { "ignore_changes": ["n"] }, "count": 2 },
      "w": { "dynamic": { "rule": { "for_each": [1], "content": { "a": "${rule.value}" } } } }
    }
  },
  "moved": { "from": "x_y.old", "to": "x_y.w" },
  "output": { "o": { "value": "${x_y.z[0].n}", "sensitive": true } }
}"#,
    )]);
    let root = config.root();
    assert!(matches!(root.variables["v"].ty, Constraint::List(_)));
    assert_eq!((root.variables["v"].validations.len(), root.locals.len(), root.providers.len(), root.moved.len()), (1, 3, 2, 1));
    let resource = root.resources.values().find(|resource| &*resource.name.name == "z").unwrap();
    assert_eq!(resource.provider.to_string(), "x.e");
    assert_eq!(resource.depends_on.len(), 1);
    assert_eq!(resource.body.attributes.iter().map(|attribute| &*attribute.name).collect::<Vec<_>>(), ["n", "rule"]);
    let found = references(&root.locals["a"].value, &mut Vec::new());
    assert_eq!(config.sources.text(found[0].range), "var.v");
    let dynamic = root.resources.values().find(|resource| &*resource.name.name == "w").unwrap();
    assert_eq!(dynamic.body.blocks[0].body.blocks[0].body.attributes.len(), 1);
}

#[test]
fn faults_in_json_are_told_with_their_place() {
    let told = [
        "{ \"locals\": { \"a\": 1, } }",
        "{ \"locals\": { a: 1 } }",
        "{\n \"locals\": {\n  \"a\": 1\n  \"b\": 2 } }",
        "{ \"locals\": 'x' }",
        "{ \"locals\": { \"a\": 01 } }",
        "{ \"locals\": { \"a\": \"\\x\" } }",
        "{ \"locals\": { \"a\": \"b",
        "{} {}",
        "// no\n{}",
        "[1]",
        "{ \"resuorce\": {}, \"resource\": { \"a\": 1 }, \"locals\": { \"a\": 1, \"a\": 2, \"b\": \"${\", \"c\": \"\\n${x\" } }",
        "{ \"variable\": { \"a\": { \"typ\": \"string\" } } }",
    ]
    .map(|text| {
        let loaded = loaded(&[("main.tf.json", text)]);
        told(&loaded.config.sources, &loaded.diagnostics)
    });
    insta::assert_snapshot!(told.join("\n---\n"));
}

#[test]
fn deep_json_is_a_fault_and_no_overflow() {
    for text in ["[".repeat(100_000), "{\"locals\":".repeat(100_000)] {
        assert!(!loaded(&[("main.tf.json", Box::leak(text.into_boxed_str()))]).diagnostics.is_empty());
    }
}
