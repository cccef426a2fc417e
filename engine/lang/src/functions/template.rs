//! `templatefile` and `templatestring`: templates with variables of their own.

use std::cell::Cell;

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    filesystem::read_text,
    signature::{Outcome, function, takes},
};
use crate::{Diagnostics, Sources, evaluate::evaluate_template, syntax::parse_template};

const VARS: Parameter = takes("vars", Shape::Any).with_marks();

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "templatefile",
        "The text of a file, a template, with variables filled in",
        &[takes("path", Shape::String), VARS],
        Shape::Any,
        |call| {
            let text = read_text(call, 0)?;
            render(call, call.text(0), &text)
        },
    ),
    function(
        "templatestring",
        "The text of another value, a template, with variables filled in",
        &[takes("template", Shape::String), VARS],
        Shape::String,
        |call| render(call, "<template>", call.text(0)),
    ),
];

thread_local! {
    /// Whether a template is being filled in: one that is filled in by another could be so by itself, without end.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// What the template `text` gives, which messages call `name`.
fn render(call: &Call, name: &str, text: &str) -> Outcome {
    let variables = call.map(1)?;
    for name in variables.keys() {
        let mut characters = name.chars();
        let fits = characters.next().is_some_and(char::is_alphabetic)
            && characters.all(|character| character.is_alphanumeric() || character == '_');
        if !fits {
            return Err(FunctionError::at(
                1,
                format!("must have names that begin with a letter and hold only letters, digits and _; {name:?} doesn't"),
            ));
        }
    }
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let expr = parse_template(&sources, file).map_err(|faults| wrong(&sources, &faults))?;
    if INSIDE.replace(true) {
        return Err(FunctionError::new("a template can't be filled in from inside another one"));
    }
    let mut faults = Diagnostics::new();
    let value = evaluate_template(&expr, variables, call.scope, &mut faults);
    INSIDE.set(false);
    if faults.iter().any(crate::Diagnostic::is_error) {
        return Err(wrong(&sources, &faults));
    }
    Ok(value.marked(call.value(1).marks))
}

/// The first fault, with the place in the template, which the caller's own place says nothing about.
fn wrong(sources: &Sources, faults: &Diagnostics) -> FunctionError {
    let Some(fault) = faults.iter().find(|fault| fault.is_error()) else { return FunctionError::at(0, "must be a template") };
    let place = fault.range.map_or_else(String::new, |range| {
        let position = sources.position(range.file, range.start);
        format!("{}:{}:{}: ", sources.file(range.file).path.display(), position.line, position.column)
    });
    let detail = if fault.detail.is_empty() { String::new() } else { format!(": {}", fault.detail) };
    FunctionError::new(format!("{place}{}{detail}", fault.summary))
}
