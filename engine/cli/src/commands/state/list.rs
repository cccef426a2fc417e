//! `hotswap state list`

use clap::Args;
use hotswap_state::{Object, State};
use hotswap_value::address::{ResourceInstance, Target};
use serde::Deserialize;

use super::{read, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{StateOptions, ViewOptions};
use crate::view::View;

/// List the addresses of the objects in the state
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those of these modules, resources or objects [default: all]
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<Target>,
    /// Only those whose attribute `id` is this
    #[arg(long)]
    id: Option<String>,
    #[command(flatten)]
    pub(super) view: ViewOptions,
    #[command(flatten)]
    state: StateOptions,
}

pub(super) fn run(args: ListArgs, view: &View) -> Result<Exit, Failure> {
    let state = read(&args.state)?;
    let listed = state.list(&args.addresses).map_err(|error| refused("Nothing to list", &error))?;
    let wanted = |address: &ResourceInstance| args.id.as_ref().is_none_or(|id| id_of(&state, address).as_ref() == Some(id));
    let lines: String = listed.iter().filter(|address| wanted(address)).map(|address| format!("{address}\n")).collect();
    view.out(&lines);
    Ok(Exit::Success)
}

fn id_of(state: &State, address: &ResourceInstance) -> Option<String> {
    #[derive(Deserialize)]
    struct Attributes {
        id: String,
    }
    let Object { attributes, .. } = state.current(address)?;
    serde_json::from_str::<Attributes>(attributes.as_str()).ok().map(|attributes| attributes.id)
}
