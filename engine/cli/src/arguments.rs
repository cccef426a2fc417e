//! Terraform's way of writing options, made into the usual one before clap sees it, so that help, completion and suggestions
//! stay clap's: `-auto-approve` becomes `--auto-approve`, `-json=true` becomes `--json`. And what TF_CLI_ARGS adds.

use std::ffi::{OsStr, OsString};

use clap::{ArgAction, Command};

use crate::words::{self, UnclosedQuote};

/// What the environment adds to the arguments cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the arguments in {variable} cannot be read")]
pub(crate) struct EnvironmentArguments {
    /// Which variable.
    variable: String,
    source: UnclosedQuote,
}

/// The arguments as clap wants them. `variable` looks an environment variable up.
pub(crate) fn normalise(
    root: &Command,
    given: Vec<OsString>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Vec<OsString>, EnvironmentArguments> {
    let mut given = given.into_iter();
    let mut arguments: Vec<OsString> = given.by_ref().take(1).collect();
    let (mut command, mut path) = (root, Vec::new());
    let mut rest = Vec::new();
    while let Some(argument) = given.next() {
        // Only words before the first argument of a command can name it or a command below it.
        let named = if rest.is_empty() { argument.to_str().and_then(|name| command.find_subcommand(name)) } else { None };
        match named {
            Some(below) => {
                arguments.push(below.get_name().into());
                path.push(below.get_name().to_owned());
                command = below;
            }
            None if path.is_empty() && is_option(&argument) => {
                let separate = argument == "-chdir" || argument == "--chdir";
                push(&mut arguments, argument, root);
                arguments.extend(separate.then(|| given.next()).flatten());
            }
            None => rest.push(argument),
        }
    }
    if !path.is_empty() {
        for argument in added(&path, variable)? {
            push(&mut arguments, argument, command);
        }
    }
    let mut is_value = false;
    let mut ended = false;
    for argument in rest {
        ended |= argument == "--";
        if ended || is_value {
            is_value = false;
            arguments.push(argument);
        } else {
            is_value = takes_next(&argument, command);
            push(&mut arguments, argument, command);
        }
    }
    Ok(arguments)
}

/// What TF_CLI_ARGS_plan and TF_CLI_ARGS add; later ones go before earlier ones, and what is typed before both.
fn added(path: &[String], variable: impl Fn(&str) -> Option<String>) -> Result<Vec<OsString>, EnvironmentArguments> {
    let mut all = Vec::new();
    for name in [format!("TF_CLI_ARGS_{}", path.join("_").replace('-', "_")), "TF_CLI_ARGS".to_owned()] {
        let text = variable(&name).unwrap_or_default();
        let words = words::split(&text).map_err(|source| EnvironmentArguments { variable: name, source })?;
        all.extend(words.into_iter().map(OsString::from));
    }
    Ok(all)
}

/// Adds one argument in clap's way of writing.
fn push(arguments: &mut Vec<OsString>, argument: OsString, command: &Command) {
    let long = long(&argument);
    let Some((name, value)) = long.as_deref().and_then(OsStr::to_str).map(|long| long.split_once('=').unzip()) else {
        arguments.push(long.unwrap_or(argument));
        return;
    };
    let is_switch = name.is_some_and(|name| {
        command.get_arguments().any(|known| known.get_long() == name.strip_prefix("--") && matches!(known.get_action(), ArgAction::SetTrue))
    });
    match (name, value) {
        (Some(name), Some(value)) if is_switch && is_truth(value) == Some(true) => arguments.push(name.into()),
        // As if it had not been said, here or before.
        (Some(name), Some(value)) if is_switch && is_truth(value) == Some(false) => arguments.retain(|before| before != name),
        _ => arguments.extend(long),
    }
}

/// The option with two dashes; absent if it is none.
fn long(argument: &OsStr) -> Option<OsString> {
    if argument == "-v" {
        return Some("--version".into());
    }
    if !is_option(argument) {
        return None;
    }
    let text = argument.as_encoded_bytes();
    if text.starts_with(b"--") || text.len() == 2 {
        return Some(argument.to_owned());
    }
    let mut long = OsString::from("-");
    long.push(argument);
    Some(long)
}

/// Whether it begins as an option does; a lone dash and a negative number don't.
fn is_option(argument: &OsStr) -> bool {
    matches!(argument.as_encoded_bytes(), [b'-', second, ..] if !second.is_ascii_digit())
}

/// Whether the argument after this one is its value.
fn takes_next(argument: &OsStr, command: &Command) -> bool {
    let long = long(argument);
    let Some(name) = long.as_deref().and_then(OsStr::to_str).and_then(|long| long.strip_prefix("--")) else { return false };
    command.get_arguments().any(|known| {
        let takes_values = matches!(known.get_action(), ArgAction::Set | ArgAction::Append);
        known.get_long() == Some(name) && takes_values && !known.is_require_equals_set()
    })
}

/// Yes or no in the ways that Terraform knows.
pub(crate) fn is_truth(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::commands::Cli;

    fn with(arguments: &str, variables: &[(&str, &str)]) -> String {
        let given = std::iter::once("hotswap").chain(arguments.split(' ')).map(OsString::from).collect();
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let arguments = normalise(&Cli::command(), given, variable).unwrap();
        arguments[1..].iter().map(|argument| argument.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    fn normal(arguments: &str) -> String {
        with(arguments, &[])
    }

    #[test]
    fn one_dash_is_as_good_as_two() {
        assert_eq!(normal("apply -auto-approve -var a=b -var=c=d p"), "apply --auto-approve --var a=b --var=c=d p");
        assert_eq!(normal("plan --out=p -out q"), "plan --out=p --out q");
        assert_eq!(normal("-chdir=x plan -bogus=1"), "--chdir=x plan --bogus=1");
        assert_eq!(normal("-chdir plan plan"), "--chdir plan plan");
        assert_eq!(normal("-help"), "--help");
        assert_eq!(normal("-v"), "--version");
        assert_eq!(normal("state list -id=x"), "state list --id=x");
    }

    #[test]
    fn switches_take_yes_and_no() {
        assert_eq!(normal("plan -json=true -destroy=false -no-color=0 -json=maybe"), "plan --json --json=maybe");
        assert_eq!(normal("plan -json -json=false"), "plan");
        assert_eq!(normal("plan -refresh=false"), "plan --refresh=false");
    }

    #[test]
    fn what_is_no_option_stays() {
        assert_eq!(normal("fmt -"), "fmt -");
        assert_eq!(normal("import a.b -1"), "import a.b -1");
        assert_eq!(normal("serve --ephemeral -- sh -ec true"), "serve --ephemeral -- sh -ec true");
        assert_eq!(normal("plan -h"), "plan -h");
        assert_eq!(normal("plan -var -a=b"), "plan --var -a=b");
    }

    #[test]
    fn the_environment_adds_what_is_typed_before() {
        let variables = [("TF_CLI_ARGS", "-no-color"), ("TF_CLI_ARGS_plan", "-var 'a=b c' -json"), ("TF_CLI_ARGS_state_list", "-id=x")];
        assert_eq!(with("plan -out=p", &variables), "plan --var a=b c --json --no-color --out=p");
        assert_eq!(with("plan -json=false", &variables), "plan --var a=b c --no-color");
        assert_eq!(with("state list", &variables), "state list --id=x --no-color");
        assert_eq!(with("-help", &variables), "--help");
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told_with_its_variable() {
        let given = vec!["hotswap".into(), "plan".into()];
        let error = normalise(&Cli::command(), given, |_| Some("'a".to_owned())).unwrap_err();
        assert!(error.to_string().contains("TF_CLI_ARGS_plan"));
    }
}
