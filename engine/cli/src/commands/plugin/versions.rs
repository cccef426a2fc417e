//! `hotswap plugin versions`

use clap::Args;
use hotswap_api::PluginVersion;
use hotswap_model::PluginName;

use super::{Output, json, whole};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::table::{Table, size};
use crate::view::View;

/// List the versions of a plugin that are not retired, the highest first
#[derive(Debug, Args)]
pub(crate) struct VersionsArgs {
    /// The plugin's name
    plugin: PluginName,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: VersionsArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let versions = block_on(async { client.list_versions(args.plugin.as_str()).await.map_err(|error| refused(&error)) })?;
    if args.output.json {
        return json(view, &whole(versions));
    }
    if versions.is_empty() {
        view.message(&format!("{} has no versions yet; `hotswap plugin push` publishes one.", args.plugin));
        return Ok(Exit::Success);
    }
    table(&versions).show(view);
    Ok(Exit::Success)
}

/// The versions, which the API lists by precedence, the highest first.
pub(super) fn table(versions: &[PluginVersion]) -> Table {
    let mut table = Table::new(["version", "channel", "size", "published", "sha256"]);
    for version in versions.iter().rev() {
        table.row([
            version.spec.version.to_string(),
            version.spec.channel.as_str().to_owned(),
            size(version.size).replace(' ', ""),
            version.created_at.to_string(),
            version.spec.sha256.to_string(),
        ]);
    }
    table
}
