//! `hotswap show`

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use hotswap_lang::Diagnostic;
use hotswap_plan::file;
use hotswap_plan::render::{human, json};
use hotswap_state::State;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{StateOptions, ViewOptions};
use crate::view::View;
use crate::{operation, providers, state_file};

/// Show the state, or a saved plan
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// A plan that `plan -out` saved, or a state's file [default: the state]
    path: Option<PathBuf>,
    /// As JSON, in Terraform's format
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(crate) view: ViewOptions,
}

pub(crate) fn run(args: ShowArgs, view: &View) -> Result<Exit, Failure> {
    if let Some(path) = args.path.as_deref().filter(|path| is_plan(path)) {
        let (plan, config) = operation::read_saved(path)?;
        if args.json {
            view.line(&json::plan(&plan, &config, &providers::schemas()));
        } else {
            view.out(&human::plan(&plan, &config, &providers::schemas(), human::Look { colour: view.colour() }));
        }
        return Ok(Exit::Success);
    }
    let named = args.path.is_some();
    let options = StateOptions { state: args.path, ..StateOptions::default() };
    let mut local = state_file::unlocked(&options);
    let state = state_file::read(&mut local)?;
    if named && state.is_none() {
        let detail = format!("There is neither a saved plan nor a state at {}.", local.paths().read.display());
        return Err(Diagnostic::error("Nothing to show", detail).into());
    }
    if args.json {
        let state = state.unwrap_or_else(|| State::new(String::new()));
        view.line(&json::state(&state, &providers::schemas()));
        return Ok(Exit::Success);
    }
    match state.filter(|state| !state.is_empty()) {
        Some(state) => view.out(&text(&state, view)),
        None => view.line("The state is empty: nothing was applied yet, or everything was destroyed."),
    }
    Ok(Exit::Success)
}

/// Whether the file begins as a plan does. One that can't be read is left to those who say why.
fn is_plan(path: &Path) -> bool {
    let mut beginning = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut beginning));
    read.is_ok() && file::is_plan(&beginning)
}

/// A state as text.
pub(crate) fn text(state: &State, view: &View) -> String {
    human::state(state, &providers::schemas(), human::Look { colour: view.colour() })
}
