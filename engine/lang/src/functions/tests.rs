//! What the console can't ask: calls with values that are not known yet.

use std::path::Path;

use hotswap_value::Type;

use super::{FunctionError, call};
use crate::{Diagnostic, Kind, Marks, Moment, Range, Scope, Subject, Val};

struct Nothing;

impl Scope for Nothing {
    fn get(&self, subject: &Subject, _range: Range) -> Result<Val, Box<Diagnostic>> {
        Err(Box::new(Diagnostic::error("Reference to undeclared object", subject.to_string())))
    }

    fn folder(&self) -> &Path {
        Path::new(".")
    }

    fn moment(&self) -> Moment {
        Moment { planned: "2026-01-02T03:04:05.6Z".parse().ok(), now: None }
    }
}

fn result(name: &str, arguments: &[Val]) -> Result<Val, FunctionError> {
    call(name, arguments, &Nothing).unwrap()
}

fn unknown(ty: Type) -> Val {
    Kind::Unknown(ty).into()
}

fn strings() -> Type {
    Type::list(Type::String)
}

#[test]
fn an_unknown_argument_makes_an_unknown_result_of_the_result_s_type() {
    let map = Val::map(Type::Number, [("a", Val::from(1_i64))]);
    let cases = [
        ("upper", vec![unknown(Type::String)], Type::String),
        ("upper", vec![Val::unknown()], Type::String),
        ("length", vec![unknown(strings())], Type::Number),
        ("concat", vec![unknown(strings()), unknown(strings())], strings()),
        ("concat", vec![unknown(strings()), Val::tuple(["a".into()])], Type::Dynamic),
        ("merge", vec![map.clone(), unknown(Type::map(Type::Number))], Type::map(Type::Number)),
        ("merge", vec![map.clone(), unknown(Type::map(Type::String))], Type::Dynamic),
        ("merge", vec![unknown(Type::object([("b", Type::Bool)])), map.clone()], Type::object([("a", Type::Number), ("b", Type::Bool)])),
        ("lookup", vec![map.clone(), unknown(Type::String), Val::from(2_i64)], Type::Number),
        ("element", vec![unknown(strings()), Val::from(1_i64)], Type::String),
        ("element", vec![unknown(Type::Tuple(vec![Type::Bool, Type::Number])), Val::from(1_i64)], Type::Number),
        ("values", vec![unknown(Type::object([("a", Type::Bool)]))], Type::Tuple(vec![Type::Bool])),
        ("keys", vec![unknown(Type::map(Type::Bool))], strings()),
        ("zipmap", vec![Val::list(Type::String, ["a".into()]), unknown(Type::Tuple(vec![Type::Bool]))], Type::object([("a", Type::Bool)])),
        ("regex", vec!["(a)(b)".into(), unknown(Type::String)], Type::Tuple(vec![Type::String, Type::String])),
        ("regexall", vec!["(?P<x>a)".into(), unknown(Type::String)], Type::list(Type::object([("x", Type::String)]))),
        ("jsondecode", vec![unknown(Type::String)], Type::Dynamic),
        ("jsonencode", vec![Val::tuple([Val::unknown()])], Type::String),
        ("setproduct", vec![unknown(Type::set(Type::Bool)), unknown(strings())], Type::set(Type::Tuple(vec![Type::Bool, Type::String]))),
        ("setunion", vec![unknown(Type::set(Type::Number)), unknown(Type::set(Type::String))], Type::set(Type::String)),
        ("coalesce", vec![unknown(Type::Number), "a".into()], Type::String),
        ("tolist", vec![unknown(Type::set(Type::Bool))], Type::list(Type::Bool)),
        ("format", vec!["%s".into(), unknown(Type::String)], Type::String),
        ("flatten", vec![Val::tuple([unknown(strings())])], Type::Dynamic),
        ("sort", vec![Val::list(Type::String, [unknown(Type::String)])], strings()),
        ("timestamp", vec![], Type::String),
    ];
    for (name, arguments, ty) in cases {
        assert_eq!(result(name, &arguments), Ok(unknown(ty)), "{name} of {arguments:?}");
    }
}

#[test]
fn what_is_known_of_a_partly_unknown_argument_counts() {
    let object = unknown(Type::object([("a", Type::Bool)]));
    assert_eq!(result("keys", std::slice::from_ref(&object)), Ok(Val::tuple(["a".into()])));
    assert_eq!(result("length", &[object]), Ok(1_i64.into()));
    let tuple = Val::tuple([Val::unknown(), "b".into()]);
    assert_eq!(result("contains", &[tuple.clone(), "b".into()]), Ok(true.into()));
    assert_eq!(result("contains", &[tuple.clone(), "c".into()]), Ok(unknown(Type::Bool)));
    assert_eq!(result("element", &[tuple, Val::from(1_i64)]), Ok("b".into()));
    assert_eq!(result("coalesce", &["a".into(), unknown(Type::String)]), Ok("a".into()));
    let texts = Val::list(Type::String, ["a".into(), unknown(Type::String)]);
    let formatted = Val::list(Type::String, ["<a>".into(), unknown(Type::String)]);
    assert_eq!(result("formatlist", &["<%s>".into(), texts]), Ok(formatted));
}

#[test]
fn an_unknown_result_keeps_the_mark() {
    assert_eq!(result("upper", &[unknown(Type::String).marked(Marks::SENSITIVE)]), Ok(unknown(Type::String).marked(Marks::SENSITIVE)));
    assert_eq!(result("length", &[unknown(strings()).marked(Marks::SENSITIVE)]), Ok(unknown(Type::Number).marked(Marks::SENSITIVE)));
    assert_eq!(result("keys", &[unknown(Type::map(Type::Bool)).marked(Marks::SENSITIVE)]), Ok(unknown(strings()).marked(Marks::SENSITIVE)));
    assert_eq!(
        result("element", &[unknown(strings()).marked(Marks::SENSITIVE), Val::from(0_i64)]),
        Ok(unknown(Type::String).marked(Marks::SENSITIVE))
    );
}

#[test]
fn the_plan_has_one_time() {
    assert_eq!(result("plantimestamp", &[]), Ok("2026-01-02T03:04:05Z".into()));
}

#[test]
fn errors_name_the_argument_at_fault() {
    let error = result("pow", &["x".into(), Val::from(1_i64)]).unwrap_err();
    assert_eq!((error.argument, error.text.starts_with("num ")), (Some(0), true), "{error:?}");
    let error = result("max", &[Val::from(1_i64), Kind::Null(Type::Number).into()]).unwrap_err();
    assert_eq!(error, FunctionError { argument: Some(1), text: "numbers must not be null".to_owned() });
    let error = result("abs", &[]).unwrap_err();
    assert_eq!(error, FunctionError { argument: None, text: "it takes one argument, and num is missing".to_owned() });
}

#[test]
fn what_would_never_end_is_refused() {
    for (name, arguments) in [
        ("range", vec![Val::from(i64::MAX)]),
        ("indent", vec![Val::from(i64::MAX), "a\nb".into()]),
        ("format", vec!["%999999999d".into(), Val::from(1_i64)]),
        ("bcrypt", vec!["a".into(), Val::from(31_i64)]),
        ("regex", vec!["((a{1000}){1000}){1000}".into(), "a".into()]),
        ("pow", vec![Val::from(i64::MAX), Val::from(i64::MAX)]),
    ] {
        assert!(result(name, &arguments).is_err(), "{name}");
    }
    let list = Val::list(Type::Number, (0_i64..1000).map(Val::from));
    assert!(result("setproduct", &[list.clone(), list.clone(), list]).is_err());
}
