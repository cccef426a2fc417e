//! `hotswap graph`

use std::collections::BTreeSet;

use clap::Args;
use hotswap_lang::Diagnostic;
use hotswap_plan::Graph;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation;
use crate::options::ViewOptions;
use crate::providers;
use crate::view::View;

/// Write what depends on what, as a graph for Graphviz
///
/// To see it: `hotswap graph | dot -Tsvg > graph.svg`.
#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    pub(super) view: ViewOptions,
}

pub(crate) fn run(_args: GraphArgs, view: &View) -> Result<Exit, Failure> {
    let (config, mut diagnostics) = operation::load()?;
    let (graph, found) = Graph::new(&config, &providers::providers(), BTreeSet::new());
    diagnostics.extend(found);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure { diagnostics, sources: config.sources });
    }
    view.diagnostics(&diagnostics, &config.sources);
    view.out(&graph.to_dot());
    Ok(Exit::Success)
}
