//! Whatever an expression is made of, it is evaluated without a panic, and its value is the same each time.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use hotswap_lang::{
    Diagnostic, Diagnostics, Kind, Marks, Range, Scope, Sources, Subject, Val,
    convert::{convert, unify},
    evaluate::{evaluate, references},
    show, syntax,
};
use hotswap_value::Type;
use proptest::prelude::*;

struct Known;

impl Scope for Known {
    fn get(&self, subject: &Subject, range: Range) -> Result<Val, Box<Diagnostic>> {
        Ok(match subject.to_string().as_str() {
            "var.n" => 3_i64.into(),
            "var.s" => "a".into(),
            "var.secret" => Val::from("5").marked(Marks::SENSITIVE),
            "var.unknown" => Val::unknown(),
            "var.unknown_list" => Kind::Unknown(Type::list(Type::String)).into(),
            "var.half" => Val::tuple([Val::unknown(), 1_i64.into(), Val::from(2_i64).marked(Marks::SENSITIVE)]),
            "var.list" => Val::list(Type::String, ["a".into(), "b".into()]),
            "var.set" => Val::set(Type::Number, [2_i64.into(), 1_i64.into()]),
            "var.map" => Val::map(Type::Bool, [("a", true.into()), ("b", Kind::Null(Type::Bool).into())]),
            "var.object" => Val::object([("a", 1_i64.into()), ("b", Val::tuple([Val::null()]))]),
            _ => return Err(Box::new(Diagnostic::error("Reference to undeclared object", "").at(range))),
        })
    }

    fn folder(&self) -> &Path {
        Path::new(".")
    }
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "1",
        "0",
        "-1.5",
        "1e50",
        "1e-300",
        "true",
        "null",
        "\"a\"",
        "\"1\"",
        "\"\"",
        "[]",
        "{}",
        "var.n",
        "var.s",
        "var.secret",
        "var.unknown",
        "var.unknown_list",
        "var.half",
        "var.list",
        "var.set",
        "var.map",
        "var.object",
        "var.gone",
        "x",
        "self",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let three = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            two.clone().prop_map(|(a, b)| format!("[{a}, {b}]")),
            two.clone().prop_map(|(a, b)| format!("{{ a = {a}, ({b}) = 1 }}")),
            two.clone().prop_map(|(a, b)| format!("({a})[{b}]")),
            inner.clone().prop_map(|a| format!("({a}).a")),
            inner.clone().prop_map(|a| format!("({a})[*]")),
            inner.clone().prop_map(|a| format!("({a})[*].a[0]")),
            inner.clone().prop_map(|a| format!("({a}).*.b.0")),
            three.clone().prop_map(|(a, b, c)| format!("({a}) ? ({b}) : ({c})")),
            (two.clone(), prop::sample::select(vec!["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"]))
                .prop_map(|((a, b), operator)| format!("({a}) {operator} ({b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            three.clone().prop_map(|(a, b, c)| format!("[for x in {a} : {b} if {c}]")),
            three.clone().prop_map(|(a, b, c)| format!("{{ for x, y in {a} : {b} => {c} }}")),
            three.prop_map(|(a, b, c)| format!("{{ for y, x in {a} : {b} => {c}... }}")),
            two.clone().prop_map(|(a, b)| format!("\"${{{a}}} b ${{{b}}}\"")),
            two.clone().prop_map(|(a, b)| format!("\"%{{ if {a} }}${{{b}}}%{{ endif }}%{{ for x in {b} }}${{x}}%{{ endfor }}\"")),
            (
                two,
                prop::sample::select(vec![
                    "try", "merge", "concat", "max", "join", "toset", "tomap", "tolist", "lookup", "format", "nosuch"
                ])
            )
                .prop_map(|((a, b), function)| format!("{function}({a}, {b})")),
            (
                inner.clone(),
                prop::sample::select(vec!["can", "tostring", "tonumber", "toset", "tolist", "tomap", "length", "sensitive", "flatten"])
            )
                .prop_map(|(a, function)| format!("{function}({a})")),
            inner.prop_map(|a| format!("max({a}...)")),
        ]
    })
}

fn value(text: &str) -> Option<(Val, Diagnostics)> {
    let mut sources = Sources::default();
    let file = sources.add("main.tf", text);
    let expr = syntax::parse_expression(&sources, file).ok()?;
    let mut diagnostics = Diagnostics::new();
    references(&expr, &mut diagnostics);
    diagnostics.clear();
    let value = evaluate(&expr, &Known, &mut diagnostics);
    Some((value, diagnostics))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn every_expression_has_a_value_or_a_fault(text in expression()) {
        let (first, faults) = value(&text).expect("expressions made here are well-formed");
        let (second, again) = value(&text).unwrap();
        prop_assert_eq!(&first, &second);
        prop_assert_eq!(faults, again);
        show(&first);
    }

    #[test]
    fn a_value_converts_to_its_own_type_and_to_what_it_has_in_common_with_another(a in expression(), b in expression()) {
        let (Some((a, _)), Some((b, _))) = (value(&a), value(&b)) else { return Ok(()) };
        prop_assert_eq!(convert(&a, &a.ty()), Ok(a.clone()));
        if let Some(ty) = unify(&[a.ty(), b.ty()])
            && let Ok(converted) = convert(&a, &ty)
        {
            prop_assert_eq!(converted.all_marks(), a.all_marks());
        }
    }

    #[test]
    fn nothing_that_can_be_typed_panics(text in "[-\\[\\](){}.*:?=<>!&|+/%\"$~a-c0-2 ]{0,40}") {
        value(&text);
    }
}
