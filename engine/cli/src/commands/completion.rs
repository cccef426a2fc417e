//! `hotswap completion`

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::View;

/// Write a script that completes commands and options in a shell
///
/// For bash: `source <(hotswap completion bash)`, in ~/.bashrc to keep it. For zsh the same in ~/.zshrc, after compinit.
/// For fish: `hotswap completion fish > ~/.config/fish/completions/hotswap.fish`.
#[derive(Debug, Args)]
pub(crate) struct CompletionArgs {
    /// Which shell
    shell: Shell,
}

pub(crate) fn run(args: CompletionArgs, view: &View) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hotswap", &mut script);
    view.out(&String::from_utf8_lossy(&script));
    Ok(Exit::Success)
}
