//! `hotswap init`

use clap::Args;
use hotswap_lang::Diagnostic;
use hotswap_state::State;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation;
use crate::options::ViewOptions;
use crate::providers;
use crate::view::View;

/// Check that the configuration needs nothing hotswap does not have
///
/// There is nothing to be downloaded: the provider is in this binary, modules are local folders, and the state is a file.
/// So this command is never needed; it is here for those who are used to it.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(super) view: ViewOptions,
    // What scripts pass to `terraform init`; there is nothing it could change here.
    #[arg(long, hide = true)]
    upgrade: bool,
    #[arg(long, hide = true)]
    reconfigure: bool,
    #[arg(long, hide = true, value_name = "BOOL", default_missing_value = "true", num_args = 0..=1, require_equals = true)]
    backend: Option<String>,
    #[arg(long, hide = true, value_name = "BOOL", default_missing_value = "true", num_args = 0..=1, require_equals = true)]
    get: Option<String>,
    #[arg(long, hide = true, value_name = "BOOL", default_missing_value = "true", num_args = 0..=1, require_equals = true)]
    input: Option<String>,
    #[arg(long, hide = true, value_name = "MODE")]
    lockfile: Option<String>,
}

pub(crate) fn run(_args: InitArgs, view: &View) -> Result<Exit, Failure> {
    let (config, mut diagnostics) = operation::load()?;
    diagnostics.extend(providers::providers().check(&config, &State::new(String::new())));
    view.diagnostics(&diagnostics, &config.sources);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(Exit::Failure);
    }
    view.line("There is nothing to initialise: hotswap has all that this configuration needs. Next: hotswap plan");
    Ok(Exit::Success)
}
