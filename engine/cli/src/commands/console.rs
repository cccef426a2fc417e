//! `hotswap console`

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::Args;
use hotswap_lang::ast::{Expr, ExprKind};
use hotswap_lang::evaluate::evaluate;
use hotswap_lang::functions::type_text;
use hotswap_lang::syntax::parse_expression;
use hotswap_lang::{Diagnostic, Diagnostics, Scope, Sources, show};
use hotswap_plan::{Graph, Purpose, known};
use hotswap_state::State;
use hotswap_value::address::ModuleInstance;
use jiff::Timestamp;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::{self, Variables};
use crate::options::{StateOptions, VariableOptions, ViewOptions};
use crate::view::View;
use crate::{providers, state_file};

/// Evaluate expressions against the configuration and the state
///
/// Reads an expression a line from standard input and shows its value, until the input ends or says `exit`. Changes nothing
/// and asks no server. Variables without a value are unknown.
#[derive(Debug, Args)]
pub(crate) struct ConsoleArgs {
    #[command(flatten)]
    pub(super) view: ViewOptions,
    #[command(flatten)]
    variables: VariableOptions,
    #[command(flatten)]
    state: StateOptions,
}

pub(crate) fn run(args: ConsoleArgs, view: &View) -> Result<Exit, Failure> {
    operation::block_on(console(args, view))
}

async fn console(args: ConsoleArgs, view: &View) -> Result<Exit, Failure> {
    let (mut config, warnings) = operation::load()?;
    let Variables { values, diagnostics } = operation::known_variables(&mut config, &args.variables);
    let state = state_file::read(&mut state_file::unlocked(&args.state))?.unwrap_or_else(|| State::new(String::new()));
    let providers = providers::providers();
    let (_, found) = Graph::new(&config, &providers, []);
    let faults: Diagnostics = warnings.into_iter().chain(diagnostics).chain(found).collect();
    view.diagnostics(&faults, &config.sources);
    if faults.iter().any(Diagnostic::is_error) {
        return Ok(Exit::Failure);
    }
    // What can't be evaluated is unknown; the plan tells why.
    let settings = operation::settings(Purpose::Plan, Timestamp::now());
    let (world, _) = known(&config, &providers, &state, values, settings).await;
    let Some(scope) = world.scope(&ModuleInstance::root()) else {
        return Err(Diagnostic::error("No root module", "The configuration has no root module.").into());
    };
    Ok(converse(&scope, config.sources.clone(), view))
}

/// Answers line by line.
fn converse(scope: &dyn Scope, mut sources: Sources, view: &View) -> Exit {
    let interactive = io::stdin().is_terminal();
    let mut failed = false;
    let mut lines = io::stdin().lock().lines();
    loop {
        if interactive {
            view.out("> ");
        }
        let Some(Ok(line)) = lines.next() else { break };
        match line.trim() {
            "" => {}
            "exit" | "quit" => break,
            expression => {
                let mut diagnostics = Diagnostics::new();
                let value = value_of(expression, scope, &mut sources, &mut diagnostics);
                view.diagnostics(&diagnostics, &sources);
                if diagnostics.iter().any(Diagnostic::is_error) {
                    failed = true;
                } else if let Some(value) = value {
                    view.line(&value);
                }
            }
        }
    }
    // Who sits at a terminal has seen it and gone on.
    if failed && !interactive { Exit::Failure } else { Exit::Success }
}

fn value_of(expression: &str, scope: &dyn Scope, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<String> {
    let file = sources.add("<console-input>", expression);
    match parse_expression(sources, file) {
        // Only here is a type a value.
        Ok(Expr { kind: ExprKind::Call { name, arguments, .. }, .. }) if &*name == "type" && arguments.len() == 1 => {
            Some(type_text(&evaluate(&arguments[0], scope, diagnostics).ty()))
        }
        Ok(parsed) => Some(show(&evaluate(&parsed, scope, diagnostics))),
        Err(faults) => {
            diagnostics.extend(faults);
            None
        }
    }
}
