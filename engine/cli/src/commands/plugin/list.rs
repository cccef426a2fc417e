//! `hotswap plugin list`

use clap::Args;
use hotswap_api::Plugin;
use hotswap_client::PluginSearch;

use super::{Output, json, whole};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::table::{Table, excerpt};
use crate::view::View;

/// Characters of a description that a list shows.
const DESCRIPTION: usize = 60;

/// List all plugins
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: ListArgs, view: &View) -> Result<Exit, Failure> {
    found(&PluginSearch::default(), &args.output, "There are no plugins yet; `hotswap plugin push --create` makes one.", view)
}

/// Shows the plugins that fit, the best first.
pub(super) fn found(search: &PluginSearch, output: &Output, nothing: &str, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let plugins = block_on(async { client.search_plugins(search).await.map_err(|error| refused(&error)) })?;
    if output.json {
        return json(view, &whole(plugins));
    }
    if plugins.is_empty() {
        view.message(nothing);
        return Ok(Exit::Success);
    }
    table(&plugins).show(view);
    Ok(Exit::Success)
}

fn table(plugins: &[Plugin]) -> Table {
    let mut table = Table::new(["name", "publisher", "category", "tags", "description"]);
    for Plugin { spec, .. } in plugins {
        let tags: Vec<_> = spec.tags.iter().map(String::as_str).collect();
        table.row([
            spec.name.to_string(),
            spec.publisher.clone().unwrap_or_default(),
            spec.category.clone().unwrap_or_default(),
            tags.join(","),
            excerpt(spec.description.as_deref().unwrap_or_default(), DESCRIPTION),
        ]);
    }
    table
}
