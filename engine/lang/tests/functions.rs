//! Every call in functions.txt gives what Terraform gives (see functions.sh), and no call of any function panics.
#![allow(clippy::unwrap_used)]

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use hotswap_lang::{
    Diagnostic, Diagnostics, Kind, Marks, Range, Scope, Sources, Subject, Val, evaluate::evaluate, functions, show, syntax,
};
use hotswap_value::{Number, Type};
use proptest::prelude::*;

/// Nothing can be referred to; paths start in the folder `functions`.
struct Nothing {
    folder: PathBuf,
}

impl Nothing {
    fn new() -> Self {
        Self { folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/functions") }
    }
}

impl Scope for Nothing {
    fn get(&self, subject: &Subject, range: Range) -> Result<Val, Box<Diagnostic>> {
        Err(Box::new(Diagnostic::error("Reference to undeclared object", format!("There is no {subject}.")).at(range)))
    }

    fn folder(&self) -> &Path {
        &self.folder
    }
}

/// As the console answers it: the value, or "error", and then what was said.
fn answer(expression: &str, scope: &Nothing) -> (String, Diagnostics) {
    let mut sources = Sources::default();
    let file = sources.add("console", expression);
    let mut diagnostics = Diagnostics::new();
    match syntax::parse_expression(&sources, file) {
        Ok(expr) => {
            let value = evaluate(&expr, scope, &mut diagnostics);
            let failed = diagnostics.iter().any(Diagnostic::is_error);
            (if failed { "error".to_owned() } else { show(&value) }, diagnostics)
        }
        Err(diagnostics) => ("error".to_owned(), diagnostics),
    }
}

#[test]
fn calls_give_what_terraform_gives() {
    let scope = Nothing::new();
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut lines = include_str!("functions.txt").lines().peekable();
    while let Some(line) = lines.next() {
        let Some(expression) = line.strip_prefix("> ") else { continue };
        let mut expected = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("> ") && !line.starts_with("# ")) {
            expected.push(line);
        }
        count += 1;
        let expected = expected.join("\n");
        let (got, said) = answer(expression, &scope);
        if got != expected {
            let said: String = said.iter().map(|said| format!("\n    {}: {}", said.summary, said.detail)).collect();
            wrong.push(format!("> {expression}\n  terraform: {expected}\n  here:      {got}{said}"));
        }
    }
    assert!(count > 700, "{count} calls were read");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Numbers of all sizes, texts that mean something to some function, collections of such.
fn values() -> impl Strategy<Value = Val> {
    let numbers = prop_oneof![
        (-3_i64..12).prop_map(Val::from),
        any::<i64>().prop_map(Val::from),
        "-?[0-9]{1,40}(\\.[0-9]{1,20})?(e-?[0-9]{1,3})?".prop_filter_map("a number", |text| text.parse::<Number>().ok().map(Val::from)),
        Just("1e9000".parse::<Number>().unwrap().into()),
    ];
    let texts = prop_oneof![
        ".{0,12}",
        "[a-c,/]{0,6}",
        "(%[ #+0-]{0,2}[0-9]{0,5}(\\.[0-9]{0,5})?(\\[[0-9]{1,2}\\])?[bdoxXeEfgGstqvz%]){1,3}",
        "[YMDEhHAamsZ'\\- ]{0,8}",
        "([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}",
        "[0-9a-f:]{0,10}::/[0-9]{1,3}",
        "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](Z|[+-][0-2][0-9]:[0-5][0-9])",
        "-?([0-9]{0,12}\\.?[0-9]{0,3}(h|m|s|ms|us|ns)){1,3}",
        "[\\[\\](){}|*+?.^$\\\\a-cdwsQE:&~0-9-]{0,10}",
        "(/[a-c*(+)?]{0,5}/)",
        "[-\\[\\]{}:,\"'&*!|>~ a-c0-9\n]{0,12}",
        Just("d/g.txt".to_owned()),
        Just("bytes.bin".to_owned()),
        Just("UTF-16".to_owned()),
    ]
    .prop_map(Val::from);
    let leaves = prop_oneof![
        4 => numbers,
        6 => texts,
        1 => any::<bool>().prop_map(Val::from),
        1 => prop_oneof![Just(Type::Dynamic), Just(Type::String), Just(Type::list(Type::Number))].prop_map(|ty| Val::from(Kind::Null(ty))),
        1 => prop_oneof![Just(Type::Dynamic), Just(Type::String), Just(Type::object([("a", Type::Bool)]))].prop_map(|ty| Val::from(Kind::Unknown(ty))),
    ];
    let marked = (leaves, prop::bool::weighted(0.05)).prop_map(|(value, sensitive)| value.marked(Marks::of(sensitive, false)));
    marked.prop_recursive(3, 24, 4, |inner| {
        let keys = "[a-c]{0,2}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Val::tuple),
            prop::collection::vec("[a-c]{0,2}", 0..4).prop_map(|texts| Val::list(Type::String, texts.into_iter().map(Val::from))),
            prop::collection::vec(0_i64..5, 0..4).prop_map(|numbers| Val::set(Type::Number, numbers.into_iter().map(Val::from))),
            prop::collection::btree_map(keys, inner, 0..4).prop_map(Val::object),
            prop::collection::btree_map(keys, 0_i64..5, 0..4)
                .prop_map(|map| Val::map(Type::Number, map.into_iter().map(|(key, number)| (Arc::<str>::from(key), Val::from(number))))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn no_call_panics(arguments in prop::collection::vec(values(), 0..4)) {
        let scope = Nothing::new();
        // bcrypt takes the time it is asked to take.
        for function in functions::all().filter(|function| function.name != "bcrypt") {
            let result = functions::call(function.name, &arguments, &scope).unwrap();
            if let Err(error) = result {
                prop_assert!(!error.text.is_empty());
            }
        }
    }
}

#[test]
fn functions_are_in_order_and_described() {
    let names: Vec<_> = functions::names().collect();
    assert!(names.is_sorted());
    assert!(names.len() > 110, "{} functions", names.len());
    for function in functions::all() {
        assert!(!function.summary.is_empty() && !function.summary.ends_with('.'), "{}", function.name);
    }
    assert!(functions::is_lazy("core::try") && !functions::is_lazy("abs"));
}
