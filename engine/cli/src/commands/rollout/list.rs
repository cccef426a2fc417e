//! `hotswap rollout list`

use clap::Args;
use hotswap_api::Page;

use super::{Deployment, Output, json};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::table::Table;
use crate::view::View;

/// List the rollouts of a deployment, the newest first
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// The deployment, such as `acme/hello`
    #[arg(value_name = "TENANT/NAME")]
    deployment: Deployment,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: ListArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let Deployment { tenant, name } = &args.deployment;
    let rollouts = block_on(async { client.list_rollouts(tenant.as_str(), name.as_str()).await.map_err(|error| refused(&error)) })?;
    if args.output.json {
        return json(view, &Page { items: rollouts, next: None });
    }
    let mut table = Table::new(["id", "revision", "version", "status", "started", "stage"]);
    for rollout in rollouts {
        let from = rollout.from_revision.map_or("-".to_owned(), |from| from.to_string());
        let stage = if rollout.status.is_over() { rollout.reason_code.unwrap_or_default() } else { rollout.stage };
        table.row([
            rollout.id.to_string(),
            format!("{from}->{}", rollout.to_revision),
            rollout.to_version.to_string(),
            rollout.status.as_str().to_owned(),
            rollout.started_at.to_string(),
            stage,
        ]);
    }
    table.show(view);
    Ok(Exit::Success)
}
