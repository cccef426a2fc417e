//! `hotswap plugin why`

use clap::Args;
use hotswap_model::{PluginName, Version};
use serde::Serialize;

use super::solution::{Address, Edge, Solution, address, find};
use super::{Output, json, whole};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Say why a plugin is part of deployments: who needs it, step by step
///
/// Looks through the solutions of all deployments this token sees, or of the one that is named. Where a plugin is needed in several
/// ways, the shortest is told.
#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// The plugin's name
    plugin: PluginName,
    /// Only in this deployment
    #[arg(long, value_name = "TENANT/NAME", value_parser = address)]
    deployment: Option<Address>,
    #[command(flatten)]
    pub(super) output: Output,
}

/// Why a plugin is part of one deployment.
#[derive(Debug, Serialize)]
struct Why {
    deployment: String,
    plugin: PluginName,
    version: Version,
    /// From what is deployed to the plugin; empty if it is deployed itself.
    way: Vec<Edge>,
}

pub(super) fn run(args: WhyArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let deployments = block_on(async {
        match &args.deployment {
            Some(deployment) => Ok(vec![find(&client, deployment).await?]),
            None => client.list_deployments(None).await.map_err(|error| refused(&error)),
        }
    })?;
    let mut found = Vec::new();
    for deployment in deployments {
        let name = format!("{}/{}", deployment.tenant, deployment.name);
        let solution = Solution::from(deployment);
        if let Some(way) = solution.way_to(&args.plugin) {
            let version = way.last().map_or(&solution.version, |edge| &edge.chosen).clone();
            found.push(Why { deployment: name, plugin: args.plugin.clone(), version, way });
        }
    }
    if args.output.json {
        return json(view, &whole(found));
    }
    if found.is_empty() {
        let place = args.deployment.map_or_else(|| "No deployment".to_owned(), |address| format!("{}/{}", address.tenant, address.name));
        let verb = if place == "No deployment" { "has" } else { "does not have" };
        view.message(&format!("{place} {verb} {} as what it runs or needs.", args.plugin));
    }
    for why in found {
        view.line(&format!("{}: {} {}", why.deployment, why.plugin, why.version));
        if why.way.is_empty() {
            view.line("  is what it deploys");
        }
        for edge in why.way {
            view.line(&format!("  {} {} needs {} {}", edge.plugin, edge.version, edge.needs, edge.constraint));
        }
    }
    Ok(Exit::Success)
}
