//! `hotswap rollout rollback`

use clap::Args;
use hotswap_api::DeploymentRequest;
use hotswap_client::{Client, Precondition};
use hotswap_lang::Diagnostic;
use hotswap_model::{Revision, RolloutStatus};

use super::{Deployment, Output, json};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Go back to what an earlier revision was, as a new revision and by its own strategy
///
/// A configuration that wants something else puts it back with its next apply: change that, too.
#[derive(Debug, Args)]
pub(crate) struct RollbackArgs {
    /// The deployment, such as `acme/hello`
    #[arg(value_name = "TENANT/NAME")]
    deployment: Deployment,
    /// The revision to go back to [default: the one that served before the present one]
    #[arg(long, value_name = "REVISION")]
    to: Option<u64>,
    /// Only tell what would be done
    #[arg(long)]
    plan: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: RollbackArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let Deployment { tenant, name } = args.deployment.clone();
    block_on(async {
        let goal = goal(&client, &args).await?;
        let request = DeploymentRequest { spec: goal.spec, resolved_version: Some(goal.resolved_version.clone()), secrets: None };
        let what = format!("{tenant}/{name}: to what revision {} was, version {}", goal.number, goal.resolved_version);
        if args.plan {
            let preview = client.preview_deployment(tenant.as_str(), name.as_str(), &request).await.map_err(|error| refused(&error))?;
            if args.output.json {
                return json(view, &preview);
            }
            view.line(&what);
            let plan = &preview.rollout_plan;
            view.line(&format!("by {}, in {} at least and {} at most", plan.strategy.as_str(), plan.shortest, plan.longest));
            for warning in &preview.warnings {
                view.line(&format!("note: {warning}"));
            }
            return Ok(Exit::Success);
        }
        let put = client.put_deployment(tenant.as_str(), name.as_str(), &request, &Precondition::None).await;
        let deployment = put.map_err(|error| refused(&error))?;
        if args.output.json {
            return json(view, &deployment);
        }
        view.line(&format!("{what}; it is revision {}, {}", deployment.revision, deployment.status.as_str()));
        Ok(Exit::Success)
    })
}

/// The revision to go back to: the one that is named, or the one the last complete rollout came from.
async fn goal(client: &Client, args: &RollbackArgs) -> Result<Revision, Failure> {
    let Deployment { tenant, name } = &args.deployment;
    let number = match args.to {
        Some(number) => number,
        None => {
            let rollouts = client.list_rollouts(tenant.as_str(), name.as_str()).await.map_err(|error| refused(&error))?;
            let complete = rollouts.iter().find(|rollout| rollout.status == RolloutStatus::Completed);
            complete.and_then(|rollout| rollout.from_revision).ok_or_else(|| {
                let detail = format!("The revision that serves {tenant}/{name} is the first that did.\n\nName another one with `--to`.");
                Diagnostic::error("Nothing to go back to", detail)
            })?
        }
    };
    let revisions = client.list_revisions(tenant.as_str(), name.as_str()).await.map_err(|error| refused(&error))?;
    let known: Vec<_> = revisions.iter().map(|revision| revision.number.to_string()).collect();
    revisions.into_iter().find(|revision| revision.number == number).ok_or_else(|| {
        let detail = format!("{tenant}/{name} has no revision {number}. Those it has: {}.", known.join(", "));
        Diagnostic::error("Unknown revision", detail).into()
    })
}
