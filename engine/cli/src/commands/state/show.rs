//! `hotswap state show`

use clap::Args;
use hotswap_lang::Diagnostic;
use hotswap_state::State;
use hotswap_value::address::ResourceInstance;

use super::read;
use crate::commands::show;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{StateOptions, ViewOptions};
use crate::view::View;

/// Show the attributes of one object in the state
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The object, as `state list` has it
    address: ResourceInstance,
    #[command(flatten)]
    pub(super) view: ViewOptions,
    #[command(flatten)]
    state: StateOptions,
}

pub(super) fn run(args: ShowArgs, view: &View) -> Result<Exit, Failure> {
    let state = read(&args.state)?;
    let Some(object) = state.current(&args.address) else {
        let detail = format!("The state has no object {}. `state list` shows what there is.", args.address);
        return Err(Diagnostic::error("No such object", detail).into());
    };
    let provider = state.resources.get(&args.address.without_key()).map(|resource| resource.provider.as_str()).unwrap_or_default();
    let mut alone = State::new(state.lineage.clone());
    alone.set_current(&args.address, provider, object.clone());
    view.out(&show::text(&alone, view));
    Ok(Exit::Success)
}
