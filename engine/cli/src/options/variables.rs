//! Values for the root module's variables, in the order they are given: later ones go before earlier ones.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use hotswap_lang::variables::Argument;

/// Values for the root module's variables, in the order they are given.
#[derive(Debug, Clone, Default)]
pub(crate) struct VariableOptions(pub(crate) Vec<Argument>);

const HEADING: &str = "Variables";

impl Args for VariableOptions {
    fn augment_args(command: Command) -> Command {
        let var = Arg::new("var")
            .long("var")
            .value_name("NAME=VALUE")
            .help("The value of a variable of the root module; may be given many times")
            .allow_hyphen_values(true)
            .action(ArgAction::Append)
            .help_heading(HEADING);
        let file = Arg::new("var-file")
            .long("var-file")
            .value_name("FILE")
            .help(
                "Read values of variables from this file, besides terraform.tfvars and *.auto.tfvars, which are always read; may be given many times",
            )
            .value_parser(clap::value_parser!(PathBuf))
            .action(ArgAction::Append)
            .help_heading(HEADING);
        command.arg(var).arg(file)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for VariableOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let values = indexed::<String>(matches, "var").map(|(at, value)| (at, Argument::Value(value.clone())));
        let files = indexed::<PathBuf>(matches, "var-file").map(|(at, path)| (at, Argument::File(path.clone())));
        let mut all: Vec<_> = values.chain(files).collect();
        all.sort_by_key(|(at, _)| *at);
        Ok(Self(all.into_iter().map(|(_, option)| option).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The values of an option with their places among all arguments.
fn indexed<'a, T: Clone + Send + Sync + 'static>(matches: &'a ArgMatches, id: &'a str) -> impl Iterator<Item = (usize, &'a T)> {
    matches.indices_of(id).into_iter().flatten().zip(matches.get_many(id).into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_arguments() {
        let command = VariableOptions::augment_args(Command::new("test"));
        let matches = command.try_get_matches_from(["test", "--var", "a=1", "--var-file=f", "--var=a=-2"]).unwrap();
        let VariableOptions(options) = VariableOptions::from_arg_matches(&matches).unwrap();
        let value = |text: &str| Argument::Value(text.to_owned());
        assert_eq!(options, [value("a=1"), Argument::File("f".into()), value("a=-2")]);
    }
}
