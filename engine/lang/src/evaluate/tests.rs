//! What is said when an expression can't be evaluated, and what it refers to. Values are compared with Terraform's in tests/expressions.rs.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{evaluate, evaluate_template, references};
use crate::{Diagnostic, Diagnostics, FileId, Kind, Marks, Range, Scope, Sources, Subject, Val, ast::Body, ast::Expr, syntax};
use hotswap_value::Type;

/// Some values by the text of their reference.
pub(super) struct Known(BTreeMap<String, Val>);

impl Known {
    pub(super) fn new(values: impl IntoIterator<Item = (&'static str, Val)>) -> Self {
        Self(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

impl Scope for Known {
    fn get(&self, subject: &Subject, range: Range) -> Result<Val, Box<Diagnostic>> {
        let absent = || Box::new(Diagnostic::error("Reference to undeclared object", format!("There is no {subject}.")).at(range));
        self.0.get(&subject.to_string()).cloned().ok_or_else(absent)
    }

    fn folder(&self) -> &Path {
        Path::new(".")
    }

    fn call_provider_function(&self, provider: &str, function: &str, arguments: &[Val]) -> Option<Result<Val, (Option<usize>, String)>> {
        ((provider, function) == ("p", "first")).then(|| arguments.first().cloned().ok_or((None, "an argument is due".to_owned())))
    }
}

pub(super) fn source(text: &str) -> (Sources, FileId) {
    let mut sources = Sources::default();
    let file = sources.add("main.tf", text);
    (sources, file)
}

pub(super) fn body(text: &str) -> (Sources, Body) {
    let (sources, file) = source(text);
    let (body, diagnostics) = syntax::parse_file(&sources, file);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    (sources, body)
}

fn expression(text: &str) -> (Sources, Expr) {
    let (sources, file) = source(text);
    let expr = syntax::parse_expression(&sources, file).unwrap();
    (sources, expr)
}

fn scope() -> Known {
    Known::new([
        ("var.n", 3_i64.into()),
        ("var.s", "a".into()),
        ("var.secret", Val::from("hush").marked(Marks::SENSITIVE)),
        ("var.map", Val::map(Type::Number, [("one", 1_i64.into())])),
        ("local.object", Val::object([("name", "x".into()), ("size", 1_i64.into())])),
        ("local.list", Val::list(Type::String, ["a".into(), "b".into()])),
        ("a_b.c", Val::object([("id", Kind::Unknown(Type::String).into())])),
        ("each.value", Val::null()),
    ])
}

/// Each fault as: the text it is about: summary: detail [values].
fn faults(text: &str) -> Vec<String> {
    let (sources, expr) = expression(text);
    let mut diagnostics = Diagnostics::new();
    evaluate(&expr, &scope(), &mut diagnostics);
    diagnostics.iter().map(|fault| told(&sources, fault)).collect()
}

pub(super) fn told(sources: &Sources, fault: &Diagnostic) -> String {
    let place = fault.range.map_or("nowhere", |range| sources.text(range));
    let values: Vec<String> = fault.values.iter().map(|(name, phrase)| format!("{name} {phrase}")).collect();
    let values = if values.is_empty() { String::new() } else { format!(" [{}]", values.join("; ")) };
    format!("{place}: {}: {}{values}", fault.summary, fault.detail)
}

#[test]
fn a_fault_is_where_it_is_and_comes_with_the_values_behind_it() {
    insta::assert_snapshot!(
        [
            "local.object.nmae",
            "local.object[\"size_\"]",
            "var.map.two",
            "var.map[\"onee\"]",
            "local.list[var.n]",
            "local.list.name",
            "local.list[var.s]",
            "each.value.x",
            "var.n.x",
            "var.s + 1",
            "var.secret + 1",
            "!a_b.c.id && var.n",
            "var.n ? 1 : 2",
            "true ? var.n : local.list",
            "\"${local.object}\"",
            "\"a${each.value}\"",
            "var.n / (3 - var.n)",
            "[for x in var.n : x]",
            "{ for x in local.list : var.s => x }",
            "{ for x in local.list : var.secret => x }",
            "[for x in local.list : x + 1]",
            "{ (each.value) = 1 }",
            "lenght(local.list)",
            "max(var.s...)",
            "provider::p::first(null)",
            "provider::p::second(1)",
            "try(var.s + 1, local.object.x)",
            "var.gone",
        ]
        .into_iter()
        .flat_map(faults)
        .collect::<Vec<_>>()
        .join("\n")
    );
}

#[test]
fn several_faults_are_told_in_one_go() {
    assert_eq!(faults("[local.object.x, var.s * 2, nosuch()]").len(), 3);
}

#[test]
fn a_providers_function_sees_neither_marks_nor_what_is_unknown() {
    let value = |text: &str| {
        let mut diagnostics = Diagnostics::new();
        let value = evaluate(&expression(text).1, &scope(), &mut diagnostics);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        value
    };
    assert_eq!(value("provider::p::first(var.secret)"), Val::from("hush").marked(Marks::SENSITIVE));
    assert_eq!(value("provider::p::first(a_b.c.id)"), Val::unknown());
}

#[test]
fn a_template_sees_its_variables_alone() {
    let (sources, file) = source("${name}: %{ for x in list }${x} %{ endfor }");
    let expr = syntax::parse_template(&sources, file).unwrap();
    let variables = BTreeMap::from([(Arc::from("name"), Val::from("n")), (Arc::from("list"), Val::tuple(["a".into(), "b".into()]))]);
    let mut diagnostics = Diagnostics::new();
    assert_eq!(evaluate_template(&expr, &variables, &scope(), &mut diagnostics), "n: a b ".into());
    let (sources, file) = source("${nmae} ${var.n}");
    let expr = syntax::parse_template(&sources, file).unwrap();
    evaluate_template(&expr, &variables, &scope(), &mut diagnostics);
    let told: Vec<String> = diagnostics.iter().map(|fault| told(&sources, fault)).collect();
    insta::assert_snapshot!(told.join("\n"));
}

/// References as: subject, the text that names it, its steps; then faults.
fn referred(text: &str) -> String {
    let (sources, expr) = expression(text);
    let mut diagnostics = Diagnostics::new();
    let found = references(&expr, &mut diagnostics);
    let found = found.iter().map(|found| {
        let path: hotswap_value::AttributePath = found.steps.iter().cloned().collect();
        format!("{} ({}) {path}", found.subject, sources.text(found.range)).trim_end().to_owned()
    });
    let faults = diagnostics.iter().map(|fault| told(&sources, fault));
    found.chain(faults).collect::<Vec<_>>().join("\n")
}

#[test]
fn references_are_found_with_the_constant_steps_after_them() {
    insta::assert_snapshot!(referred(
        "[var.a.b[0][\"k\"].c, a_b.c[var.i].d, data.a_b.c.d, resource.a_b.e[*].id, module.m.out, self.x, \
         [for v, w in local.l : v.x + w[each.key] + count.index], \"${path.module}\", terraform.workspace, f(var.z...)]"
    ));
}

#[test]
fn what_is_no_reference_is_told() {
    insta::assert_snapshot!(
        [
            "var",
            "vra",
            "each.kee",
            "each",
            "count.indx",
            "path.rot",
            "terraform.env",
            "data.a_b",
            "data",
            "module",
            "foo",
            "local[\"x\"]",
            "ephemeral.a"
        ]
        .map(referred)
        .join("\n")
    );
}
