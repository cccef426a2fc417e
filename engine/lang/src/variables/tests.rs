//! Which value counts, and what is said of values that don't fit.

use std::path::Path;

use super::*;
use crate::Marks;
use crate::config::tests::{Memory, loaded, told};

const DECLARED: &str = r#"
variable "s" {}
variable "n" {
  type    = number
  default = 1
}
variable "l" {
  type    = list(string)
  default = []
}
variable "o" {
  type    = object({ a = string, b = optional(number, 7) })
  default = null
}
variable "x" {
  nullable  = false
  sensitive = true
  default   = "dx"
}
"#;

/// The values and messages of a configuration with these files, environment and options.
fn given(
    files: &[(&'static str, &'static str)],
    environment: &[(&str, &str)],
    arguments: &[Argument],
) -> (BTreeMap<Arc<str>, Val>, String) {
    let mut files = files.to_vec();
    files.push(("main.tf", DECLARED));
    let mut config = loaded(&files).config;
    let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let (given, mut diagnostics) = read(&mut config, &Memory(files.iter().copied().collect()), Path::new("."), environment, arguments);
    let (values, more) = resolve(&config, &given);
    diagnostics.extend(more);
    (values, told(&config.sources, &diagnostics))
}

fn option(text: &str) -> Argument {
    Argument::Value(text.to_owned())
}

#[test]
fn later_ones_count() {
    let all = [
        ("b.auto.tfvars", "n = 5\n"),
        ("a.auto.tfvars", "n = 4\ns = \"auto\"\n"),
        ("terraform.tfvars", "n = 3\ns = \"file\"\nx = \"file\"\n"),
        ("more.tfvars", "n = 6\n"),
    ];
    let (values, messages) = given(&all, &[("TF_VAR_n", "2"), ("TF_VAR_l", "[\"env\"]"), ("TF_VAR_x", "env")], &[]);
    assert_eq!(messages, "");
    assert_eq!(values["n"], Val::from(5i64));
    assert_eq!(values["s"], Val::from("auto"));
    assert_eq!(values["x"], Val::from("file").marked(Marks::SENSITIVE));
    assert_eq!(values["l"], Val::list(hotswap_value::Type::String, [Val::from("env")]));
    let (values, _) = given(&all, &[], &[option("n=7"), Argument::File("more.tfvars".into())]);
    assert_eq!(values["n"], Val::from(6i64));
    let (values, _) = given(&all, &[], &[Argument::File("more.tfvars".into()), option("n=7")]);
    assert_eq!(values["n"], Val::from(7i64));
}

#[test]
fn text_is_read_by_the_variables_type() {
    let (values, messages) = given(&[], &[], &[option("s=[1]"), option("n=0x"), option("l=[1, true]"), option("o={a=1}"), option("x=")]);
    assert_eq!(values["s"], Val::from("[1]"));
    assert_eq!(values["l"], Val::list(hotswap_value::Type::String, [Val::from("1"), Val::from("true")]));
    assert_eq!(values["o"], Val::object([("a", Val::from("1")), ("b", Val::from(7i64))]));
    assert_eq!(values["x"], Val::from("").marked(Marks::SENSITIVE));
    assert!(values["n"].is_unknown());
    insta::assert_snapshot!(messages);
}

#[test]
fn null_is_absent_where_a_variable_is_not_nullable() {
    let (values, messages) = given(&[("terraform.tfvars", "x = null\nn = null\ns = 1\n")], &[], &[]);
    assert_eq!(messages, "");
    assert_eq!(values["x"], Val::from("dx").marked(Marks::SENSITIVE));
    assert!(values["n"].is_null());
}

#[test]
fn what_does_not_fit_is_told_where_it_is_written() {
    let files = [
        ("terraform.tfvars", "n = \"many\"\nq = 1\nr = 2\nt = 3\nl = [{}]\no = { c = 1 }\nb {}\nu = var.x\n"),
        ("terraform.tfvars.json", "{ \"x\": { \"a\": [1, null] }, \"sx\": 1 }"),
    ];
    let (_, messages) = given(
        &files,
        &[("TF_VAR_q", "("), ("TF_VAR_l", "(")],
        &[option("nn=1"), option("n"), option("a b=1"), Argument::File("none.tfvars".into())],
    );
    insta::assert_snapshot!(messages);
}
