//! `hotswap plugin graph`

use clap::{Args, ValueEnum};

use super::solution::{Solution, Which};
use super::{Output, json};
use crate::connection::connect;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Draw a plugin and all it needs, for Graphviz or Mermaid
///
/// The same solution as `hotswap plugin tree` shows: `hotswap plugin graph greeter | dot -Tsvg` makes a picture of it.
#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    which: Which,
    /// For which program
    #[arg(long, value_enum, default_value_t = Format::Dot)]
    format: Format,
    #[command(flatten)]
    pub(super) output: Output,
}

/// What draws it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Graphviz
    Dot,
    /// Mermaid, as Markdown pages have it
    Mermaid,
}

pub(super) fn run(args: GraphArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let solution = block_on(args.which.ask(&client))?;
    if args.output.json {
        return json(view, &solution);
    }
    let lines = match args.format {
        Format::Dot => dot(&solution),
        Format::Mermaid => mermaid(&solution),
    };
    for line in lines {
        view.line(&line);
    }
    Ok(Exit::Success)
}

/// Names and versions have no character that means something in either language, and constraints are quoted.
fn dot(solution: &Solution) -> Vec<String> {
    let mut lines = vec!["digraph {".to_owned(), format!("  \"{} {}\";", solution.plugin, solution.version)];
    for edge in solution.edges() {
        let (from, to) = (format!("{} {}", edge.plugin, edge.version), format!("{} {}", edge.needs, edge.chosen));
        lines.push(format!("  \"{from}\" -> \"{to}\" [label=\"{}\"];", edge.constraint));
    }
    lines.push("}".to_owned());
    lines
}

fn mermaid(solution: &Solution) -> Vec<String> {
    let node = |plugin: &hotswap_model::PluginName, version: &hotswap_model::Version| format!("{plugin}[\"{plugin} {version}\"]");
    let mut lines = vec!["graph TD".to_owned(), format!("  {}", node(&solution.plugin, &solution.version))];
    for edge in solution.edges() {
        let (from, to) = (node(&edge.plugin, &edge.version), node(&edge.needs, &edge.chosen));
        lines.push(format!("  {from} -->|\"{}\"| {to}", edge.constraint));
    }
    lines
}
