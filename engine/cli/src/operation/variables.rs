//! Values of the root module's variables: from the environment, files and options, and by asking for those that have none.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hotswap_lang::config::{Config, Disk};
use hotswap_lang::variables::{Argument, Given, Origin, read, resolve, settle};
use hotswap_lang::{Diagnostic, Diagnostics, Val};
use hotswap_plan::Plan;

use super::prompt;
use crate::failure::Failure;
use crate::options::VariableOptions;
use crate::view::View;

/// What is given to the root module's variables. Those without a value are asked for if `ask` says so and somebody is there.
pub(super) async fn given(
    config: &mut Config,
    options: &VariableOptions,
    ask: bool,
    view: &View,
) -> Result<(BTreeMap<Arc<str>, Given>, Diagnostics), Failure> {
    let mut arguments = options.0.clone();
    let (mut given, mut diagnostics) = read_all(config, &arguments);
    if prompt::is_somebody_there(ask) && !view.is_for_programs() && !diagnostics.iter().any(Diagnostic::is_error) {
        let before = arguments.len();
        for (name, description) in missing(config, &given) {
            let explanation = description.unwrap_or_default();
            let answer = prompt::ask(view, &format!("var.{name}"), &explanation).await?;
            arguments.extend(answer.map(|answer| Argument::Value(format!("{name}={answer}"))));
        }
        if arguments.len() > before {
            (given, diagnostics) = read_all(config, &arguments);
        }
    }
    Ok((given, diagnostics))
}

fn read_all(config: &mut Config, arguments: &[Argument]) -> (BTreeMap<Arc<str>, Given>, Diagnostics) {
    let environment = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    read(config, &Disk, Path::new("."), environment, arguments)
}

/// The variables that have neither value nor default, and what they are for.
fn missing(config: &Config, given: &BTreeMap<Arc<str>, Given>) -> Vec<(Arc<str>, Option<String>)> {
    let variables = config.root().variables.values();
    let missing = variables.filter(|variable| variable.default.is_none() && !given.contains_key(&variable.name));
    missing.map(|variable| (variable.name.clone(), variable.description.clone())).collect()
}

/// Variables' values as far as they are given.
pub(crate) struct Variables {
    /// Those without a value are unknown.
    pub(crate) values: BTreeMap<Arc<str>, Val>,
    /// Faults in what is given.
    pub(crate) diagnostics: Diagnostics,
}

/// The ephemeral variables of a saved plan, which has no values of them: those that were given one when it was made get one again,
/// the others have their defaults. Whatever else is given counted when the plan was made.
pub(super) fn given_again(config: &mut Config, plan: &Plan, options: &VariableOptions) -> Variables {
    let (given, mut diagnostics) = read_all(config, &options.0);
    diagnostics.retain(Diagnostic::is_error);
    let mut values = BTreeMap::new();
    for (name, variable) in &config.root().variables {
        let given = given.get(name);
        let by_option = given.is_some_and(|given| given.origin == Origin::Argument);
        let fault = match (variable.ephemeral, given) {
            (false, Some(given)) if by_option => {
                let detail = format!(
                    "The plan has a value for the variable {name:?}. Only ephemeral variables, which it doesn't keep, are given again: leave \
                     the -var option out, or plan anew with it."
                );
                Diagnostic { range: given.range, ..Diagnostic::error("Variable of a saved plan given again", detail) }
            }
            (false, _) => continue,
            (true, None) if plan.ephemeral.contains(name) => {
                let detail = format!(
                    "The variable {name:?} is ephemeral and was given a value when the plan was made. The plan has none of it: give it again, \
                     by -var '{name}=…', in a file of variables, or as TF_VAR_{name} in the environment."
                );
                Diagnostic::error("No value for ephemeral variable", detail).at(variable.header).within(variable.header)
            }
            (true, Some(given)) if !plan.ephemeral.contains(name) => {
                let detail = format!(
                    "The ephemeral variable {name:?} was given no value when the plan was made, so it must have none now. Leave it out, or \
                     plan anew with it."
                );
                Diagnostic { range: given.range, ..Diagnostic::error("Ephemeral variable was not given before", detail) }
            }
            (true, given) => {
                let given = given.map(|given| (&given.value, given.range));
                values.insert(name.clone(), settle(variable, given, &mut diagnostics));
                continue;
            }
        };
        diagnostics.push(fault);
    }
    Variables { values, diagnostics }
}

/// The values of variables without asking for any, and without complaint about those that have none.
pub(crate) fn known_variables(config: &mut Config, options: &VariableOptions) -> Variables {
    let (given, mut diagnostics) = read_all(config, &options.0);
    let none: Vec<_> = missing(config, &given).into_iter().map(|(name, _)| name).collect();
    let (values, found) = resolve(config, &given);
    let is_for_none = |found: &Diagnostic| none.iter().any(|name| config.root().variables.get(name).map(|it| it.header) == found.range);
    diagnostics.extend(found.into_iter().filter(|found| !is_for_none(found)));
    Variables { values, diagnostics }
}
