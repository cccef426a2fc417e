//! `hotswap plugin tree`

use clap::Args;
use hotswap_model::PluginName;

use super::solution::{Edge, Which};
use super::{Output, json};
use crate::connection::connect;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Show a plugin and all it needs as a tree, in the versions that would be chosen now
///
/// With `--deployment` it is the solution that deployment has. Behind each plugin stands which versions of it were needed. What is needed
/// by several is shown under each of them, and what it needs itself under the first.
#[derive(Debug, Args)]
pub(crate) struct TreeArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: TreeArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let solution = block_on(args.which.ask(&client))?;
    if args.output.json {
        return json(view, &solution);
    }
    view.line(&format!("{} {}", solution.plugin, solution.version));
    let mut shown = std::collections::BTreeSet::new();
    let edges = solution.edges();
    for line in branches(&solution.plugin, &edges, &mut shown) {
        view.line(&line);
    }
    Ok(Exit::Success)
}

/// The lines below a plugin.
fn branches(of: &PluginName, edges: &[Edge], shown: &mut std::collections::BTreeSet<PluginName>) -> Vec<String> {
    let needs: Vec<&Edge> = edges.iter().filter(|edge| edge.plugin == *of).collect();
    let mut lines = Vec::new();
    for (index, edge) in needs.iter().enumerate() {
        let last = index + 1 == needs.len();
        let (branch, below) = if last { ("└── ", "    ") } else { ("├── ", "│   ") };
        let first = shown.insert(edge.needs.clone());
        let again = if first || !edges.iter().any(|other| other.plugin == edge.needs) { "" } else { ", shown above" };
        lines.push(format!("{branch}{} {} ({}){again}", edge.needs, edge.chosen, edge.constraint));
        if first {
            lines.extend(branches(&edge.needs, edges, shown).into_iter().map(|line| format!("{below}{line}")));
        }
    }
    lines
}
