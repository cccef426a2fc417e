//! What a body becomes, and what is said of one that doesn't fit.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use hotswap_value::{AttributePath, Type};

use super::{
    AttributeSpec, BlockSpec, NestedBlockSpec, Nesting, Presence, attribute_range, decode,
    tests::{Known, body, told},
};
use crate::{Kind, Val, config::Constraint, config::ObjectAttribute};

fn attribute(ty: Type, presence: Presence) -> AttributeSpec {
    AttributeSpec::new(Constraint::Primitive(ty), presence)
}

fn nested(nesting: Nesting, min: usize, max: Option<usize>) -> NestedBlockSpec {
    let attributes =
        [("port".into(), attribute(Type::Number, Presence::Required)), ("path".into(), attribute(Type::String, Presence::Optional))];
    NestedBlockSpec::new(nesting, min, max, BlockSpec { attributes: attributes.into(), blocks: BTreeMap::new() })
}

fn spec() -> BlockSpec {
    let limits = Constraint::Object(BTreeMap::from([
        ("cpu".into(), ObjectAttribute { ty: Constraint::Primitive(Type::Number), optional: true, default: None }),
        ("memory".into(), ObjectAttribute { ty: Constraint::Primitive(Type::Number), optional: true, default: None }),
    ]));
    let attributes: [(Arc<str>, AttributeSpec); 6] = [
        ("name".into(), attribute(Type::String, Presence::Required)),
        ("size".into(), attribute(Type::Number, Presence::Optional)),
        ("id".into(), attribute(Type::String, Presence::ProviderOnly)),
        ("labels".into(), AttributeSpec::new(Constraint::Map(Box::new(Constraint::Primitive(Type::String))), Presence::Optional)),
        ("hosts".into(), AttributeSpec::new(Constraint::Set(Box::new(Constraint::Primitive(Type::String))), Presence::Optional)),
        ("limits".into(), AttributeSpec::new(limits, Presence::Optional)),
    ];
    let blocks: [(Arc<str>, NestedBlockSpec); 4] = [
        ("listen".into(), nested(Nesting::List, 0, Some(3))),
        ("check".into(), nested(Nesting::Single, 0, None)),
        ("rule".into(), nested(Nesting::Set, 0, None)),
        ("route".into(), nested(Nesting::Map, 0, None)),
    ];
    BlockSpec { attributes: attributes.into(), blocks: blocks.into() }
}

fn scope() -> Known {
    Known::new([
        ("var.ports", Val::tuple([80_i64.into(), 81_i64.into()])),
        ("var.unknown", Kind::Unknown(Type::list(Type::Number)).into()),
        ("var.n", 3_i64.into()),
        ("count.index", 7_u64.into()),
        ("each.key", "acme".into()),
        ("each.value", Val::object([("tier", "gold".into()), ("hosts", Val::tuple(["a".into(), "b".into()]))])),
    ])
}

fn decoded(text: &str) -> Val {
    let (sources, body) = body(text);
    let (value, diagnostics) = decode(&body, &spec(), &scope());
    let told: Vec<String> = diagnostics.iter().map(|fault| told(&sources, fault)).collect();
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(value.ty(), spec().ty(), "{text}");
    value
}

fn faults(text: &str) -> String {
    let (sources, body) = body(text);
    let (_, diagnostics) = decode(&body, &spec(), &scope());
    diagnostics.iter().map(|fault| told(&sources, fault)).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_body_becomes_an_object_with_everything_in_it() {
    let value = decoded(
        "name = \"n${var.n}\"\nsize = \"5\"\nlimits = { cpu = 2 }\nhosts = [\"b\", \"a\", \"b\"]\n\
         listen {\n  port = 1\n}\nlisten {\n  port = 2\n  path = \"/\"\n}\nroute \"x\" {\n  port = 3\n}\n",
    );
    insta::assert_snapshot!(crate::show(&value));
}

#[test]
fn dynamic_blocks_are_written_out() {
    let value = decoded(
        "name = \"n\"\n\
         dynamic \"listen\" {\n  for_each = var.ports\n  content {\n    port = listen.value\n    path = \"/${listen.key}\"\n  }\n}\n\
         dynamic \"route\" {\n  for_each = { a = 1 }\n  iterator = it\n  labels = [\"r-${it.key}\"]\n  content {\n    port = it.value\n  }\n}\n\
         dynamic \"rule\" {\n  for_each = var.unknown\n  content {\n    port = rule.value\n  }\n}\n",
    );
    insta::assert_snapshot!(crate::show(&value));
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    insta::assert_snapshot!(faults(
        "nmae = 1\nid = \"x\"\nsize = \"big\"\nlimits = { cpu = { x = 1 } }\nhosts = [\"a\", [1]]\nlabels {\n}\nlisten = []\nlisen {\n}\n\
         listen {\n  prot = 1\n}\nlisten \"x\" {\n  port = 1\n}\ncheck {\n  port = 1\n}\ncheck {\n  port = 2\n}\nroute {\n  port = 1\n}\n\
         dynamic \"listen\" {\n  for_each = null\n  content {\n  }\n}\ndynamic \"rule\" {\n  content {\n  }\n}\n"
    ));
    insta::assert_snapshot!(faults("name = null\n"));
}

#[test]
fn a_path_is_found_as_deep_as_it_is_written_out() {
    let (sources, body) = body("limits = {\n  cpu = 2\n}\nhosts = [\"a\", var.n]\nlisten {\n  port = 1\n}\nlisten {\n  port = 2\n}\n");
    let text = |path: AttributePath| attribute_range(&body, &path).map(|range| sources.text(range).to_owned());
    assert_eq!(text(AttributePath::from("limits").attribute("cpu")).unwrap(), "2");
    assert_eq!(text(AttributePath::from("hosts").index(1)).unwrap(), "var.n");
    assert_eq!(text(AttributePath::from("hosts").index(2)).unwrap(), "[\"a\", var.n]");
    assert_eq!(text(AttributePath::from("hosts")).unwrap(), "hosts = [\"a\", var.n]");
    assert_eq!(text(AttributePath::from("listen").index(1).attribute("port")).unwrap(), "port = 2");
    assert_eq!(text(AttributePath::from("listen").index(1).attribute("path")).unwrap(), "listen");
    assert_eq!(text(AttributePath::from("absent")), None);
}

/// Run by hand with `--release -- --ignored --nocapture`: ten thousand bodies take less than 50 ms.
#[test]
#[ignore = "a measurement"]
fn ten_thousand_bodies_are_decoded() {
    let (_, body) = body(
        "name = \"${each.key}-${count.index}\"\nsize = count.index + 1\nlabels = { tier = each.value.tier, key = each.key }\n\
         hosts = [for host in each.value.hosts : \"${host}.example\"]\nlimits = { cpu = 2, memory = 64 }\n",
    );
    let (spec, scope) = (BlockSpec { blocks: BTreeMap::new(), ..spec() }, scope());
    let start = Instant::now();
    for _ in 0..10_000 {
        let (_, diagnostics) = decode(&body, &spec, &scope);
        assert!(diagnostics.is_empty());
    }
    println!("{:?}", start.elapsed());
}
