//! `hotswap validate`

use clap::Args;
use hotswap_lang::render::validation_json;
use hotswap_lang::{Diagnostic, Sources};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation;
use crate::options::ViewOptions;
use crate::providers;
use crate::view::View;

/// Find the faults of a configuration that can be found without variables, state and server
///
/// All of them in one run, each with its file and line: syntax, names, types, references, what a type does not have. What
/// depends on values is found by `plan`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// As one JSON document, in Terraform's format
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) view: ViewOptions,
}

pub(crate) fn run(args: ValidateArgs, view: &View) -> Result<Exit, Failure> {
    let (diagnostics, sources) = match operation::load() {
        Ok((config, mut diagnostics)) => {
            let providers = providers::providers();
            diagnostics.extend(operation::block_on(async { Ok(hotswap_plan::validate(&config, &providers).await) })?);
            (diagnostics, config.sources)
        }
        Err(Failure { diagnostics, sources }) => (diagnostics, sources),
    };
    let valid = !diagnostics.iter().any(Diagnostic::is_error);
    if args.json {
        view.line(&format!("{:#}", validation_json(&sources, &diagnostics)));
    } else {
        tell(&diagnostics, &sources, valid, view);
    }
    Ok(if valid { Exit::Success } else { Exit::Failure })
}

fn tell(diagnostics: &[Diagnostic], sources: &Sources, valid: bool, view: &View) {
    view.diagnostics(diagnostics, sources);
    if valid && diagnostics.is_empty() {
        view.line(&format!("{} The configuration is valid.", view.good("Success!")));
    } else if valid {
        view.line(&format!("\n{} The configuration is valid, but see the warnings above.", view.good("Success!")));
    }
}
