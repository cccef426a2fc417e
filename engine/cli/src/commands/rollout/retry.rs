//! `hotswap rollout retry`

use clap::Args;

use super::{Deployment, Output, json, line};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Roll a held spec out once more, as it is
#[derive(Debug, Args)]
pub(crate) struct RetryArgs {
    /// The deployment, such as `acme/hello`
    #[arg(value_name = "TENANT/NAME")]
    deployment: Deployment,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: RetryArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let Deployment { tenant, name } = &args.deployment;
    let rollout = block_on(async { client.retry_deployment(tenant.as_str(), name.as_str()).await.map_err(|error| refused(&error)) })?;
    if args.output.json {
        return json(view, &rollout);
    }
    view.line(&line(&rollout));
    Ok(Exit::Success)
}
