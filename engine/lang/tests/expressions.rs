//! Every expression in expressions.txt has the value that Terraform gives it (see expressions.sh).
#![allow(clippy::unwrap_used)]

use std::{cell::RefCell, collections::HashMap, path::Path, sync::Arc, sync::Mutex};

use hotswap_lang::{
    Diagnostic, Diagnostics, Range, Scope, Sources, Subject, Val,
    config::{self, Config, Files, Loaded},
    convert::convert_to_constraint,
    evaluate::{evaluate, references},
    show, syntax,
};

/// The variables and locals of expressions.tf; its resource doesn't exist yet, so nothing of it is known.
struct Module {
    config: Config,
    values: Mutex<HashMap<Arc<str>, Val>>,
}

impl Module {
    fn new() -> Self {
        let Loaded { config, diagnostics } = config::load(&Expressions, Path::new("."));
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        Self { config, values: Mutex::default() }
    }
}

/// A folder with nothing but expressions.tf in it.
struct Expressions;

impl Files for Expressions {
    fn list(&self, _: &Path) -> std::io::Result<Vec<String>> {
        Ok(vec!["expressions.tf".to_owned()])
    }

    fn read(&self, _: &Path) -> std::io::Result<Vec<u8>> {
        Ok(include_bytes!("expressions.tf").to_vec())
    }
}

impl Scope for Module {
    fn get(&self, subject: &Subject, range: Range) -> Result<Val, Box<Diagnostic>> {
        let absent = || Box::new(Diagnostic::error("Reference to undeclared object", format!("There is no {subject}.")).at(range));
        match subject {
            Subject::Local(name) => {
                if let Some(value) = self.values.lock().unwrap().get(name) {
                    return Ok(value.clone());
                }
                let local = self.config.root().locals.get(name).ok_or_else(absent)?;
                let mut diagnostics = Diagnostics::new();
                let value = evaluate(&local.value, self, &mut diagnostics);
                assert!(diagnostics.is_empty(), "{name}: {diagnostics:?}");
                self.values.lock().unwrap().insert(name.clone(), value.clone());
                Ok(value)
            }
            Subject::Variable(name) => {
                let variable = self.config.root().variables.get(name).ok_or_else(absent)?;
                let default = variable.default.as_ref().ok_or_else(absent)?;
                let mut diagnostics = Diagnostics::new();
                let value = evaluate(default, self, &mut diagnostics);
                assert!(diagnostics.is_empty(), "{name}: {diagnostics:?}");
                Ok(convert_to_constraint(&value, &variable.ty).unwrap())
            }
            Subject::Resource(name) if name.to_string() == "terraform_data.new" => Ok(Val::unknown()),
            Subject::Path(_) => Ok(".".into()),
            Subject::Terraform(_) => Ok("default".into()),
            _ => Err(absent()),
        }
    }

    fn folder(&self) -> &Path {
        Path::new(".")
    }
}

/// Where this engine differs on purpose, and its answer. Numbers have no infinity and zero has no sign.
const DIFFERENT: [(&str, &str); 8] = [
    ("1 / 0", "error"),
    ("1 % 0", "error"),
    ("-0", "0"),
    ("true ? 1 / 0 : 1", "error"),
    ("[for x in [1, 2] : x / 0]", "error"),
    ("try(1 / 0, local.list[9], \"x\")", "\"x\""),
    ("try(1 / 0)", "error"),
    ("can(1 / 0)", "false"),
];

thread_local! {
    /// What the expression in hand said when it failed, to be shown beside a difference.
    static SAID: RefCell<Diagnostics> = const { RefCell::new(Vec::new()) };
}

/// As the console answers it: the value, or "error".
fn answer(expression: &str, scope: &Module) -> String {
    let mut sources = Sources::default();
    let file = sources.add("console", expression);
    let result = syntax::parse_expression(&sources, file).and_then(|expr| {
        // Terraform looks at all references before it evaluates anything.
        let mut diagnostics = Diagnostics::new();
        for reference in references(&expr, &mut diagnostics) {
            if let Err(diagnostic) = scope.get(&reference.subject, reference.range) {
                diagnostics.push(*diagnostic);
            }
        }
        let value = evaluate(&expr, scope, &mut diagnostics);
        if diagnostics.iter().any(Diagnostic::is_error) { Err(diagnostics) } else { Ok(value) }
    });
    match result {
        Ok(value) => show(&value),
        Err(diagnostics) => {
            SAID.replace(diagnostics);
            "error".to_owned()
        }
    }
}

#[test]
fn expressions_have_the_value_that_terraform_gives_them() {
    let scope = Module::new();
    let mut wrong = Vec::new();
    let mut count = 0;
    let text = include_str!("expressions.txt");
    let mut lines = text.trim_end().split('\n').peekable();
    while let Some(line) = lines.next() {
        let Some(expression) = line.strip_prefix("> ") else { continue };
        let mut expected = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("> ") && !line.starts_with('#')) {
            expected.push(line);
        }
        count += 1;
        SAID.take();
        let different = DIFFERENT.iter().find(|(different, _)| *different == expression);
        let expected = different.map_or_else(|| expected.join("\n"), |(_, answer)| (*answer).to_owned());
        let got = answer(expression, &scope);
        if got != expected {
            let said: Vec<_> = SAID.take().iter().map(|said| format!("\n    {}: {}", said.summary, said.detail)).collect();
            wrong.push(format!("> {expression}\n  terraform: {expected}\n  here:      {got}{}", said.concat()));
        }
    }
    assert!(count > 300, "{count} expressions were read");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}
