//! `hotswap rollout show`

use clap::Args;
use hotswap_api::Rollout;

use super::{Output, Which, json};
use crate::connection::connect;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Show a rollout
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The rollout's id, or its deployment
    #[arg(value_name = "ROLLOUT")]
    which: Which,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: ShowArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let rollout = block_on(args.which.find(&client))?;
    if args.output.json {
        return json(view, &rollout);
    }
    view.out(&told(&rollout));
    Ok(Exit::Success)
}

/// What there is to say, a line each.
fn told(rollout: &Rollout) -> String {
    let time = |time: &Option<hotswap_model::Timestamp>| time.map(|time| time.to_string());
    let revision = match rollout.from_revision {
        Some(from) => format!("{} (from {from})", rollout.to_revision),
        None => format!("{} (the first)", rollout.to_revision),
    };
    let lines = [
        ("rollout", Some(rollout.id.to_string())),
        ("deployment", Some(format!("{}/{}", rollout.tenant, rollout.deployment))),
        ("revision", Some(revision)),
        ("version", Some(rollout.to_version.to_string())),
        ("status", Some(rollout.status.as_str().to_owned())),
        ("stage", (!rollout.status.is_over()).then(|| rollout.stage.clone())),
        ("weight", Some(format!("{} %", rollout.weight))),
        ("waits for", rollout.waits_for_promotion.then(|| "somebody to promote it".to_owned())),
        ("paused by", rollout.paused_by.clone()),
        ("comparison", rollout.comparison.clone()),
        ("reason", rollout.reason.clone()),
        ("started", Some(rollout.started_at.to_string())),
        ("ended", time(&rollout.ended_at)),
    ];
    lines.into_iter().filter_map(|(name, value)| Some(format!("{name:<12}{}\n", value?))).collect()
}
