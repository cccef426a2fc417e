//! `hotswap rollout status`

use clap::Args;
use hotswap_api::RolloutEvent;
use hotswap_client::Client;
use hotswap_model::{RolloutId, RolloutStatus};

use super::{Output, Which, json, line};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Say where a rollout is; with `-w` until it is over
///
/// With `-w` the exit code is 0 if the new revision serves, else 1.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The rollout's id, or its deployment
    #[arg(value_name = "ROLLOUT")]
    which: Which,
    /// Tell every step as it happens, until the rollout is over
    #[arg(short, long)]
    watch: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: StatusArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    block_on(async {
        let rollout = args.which.find(&client).await?;
        if args.watch {
            return watch(&client, &rollout.id, args.output.json, view).await;
        }
        if args.output.json {
            return json(view, &rollout);
        }
        view.line(&line(&rollout));
        Ok(Exit::Success)
    })
}

async fn watch(client: &Client, id: &RolloutId, for_programs: bool, view: &View) -> Result<Exit, Failure> {
    let mut events = client.follow_rollout(id);
    let mut last = RolloutStatus::Progressing;
    while let Some(event) = events.next().await.map_err(|error| refused(&error))? {
        last = event.status;
        if for_programs {
            let text = serde_json::to_string(&event).map_err(|error| Failure::from_error("Cannot be written as JSON", &error, None))?;
            view.line(&text);
        } else {
            view.line(&step(&event));
        }
        // It goes no further by itself.
        if last == RolloutStatus::Halted {
            break;
        }
    }
    Ok(if last == RolloutStatus::Completed { Exit::Success } else { Exit::Failure })
}

/// How many signs the bar of a weight has.
const BAR: usize = 20;

/// A step: when, the share of the new revision, and what.
pub(super) fn step(event: &RolloutEvent) -> String {
    let filled = usize::from(event.weight) * BAR / 100;
    let bar = format!("{}{}", "#".repeat(filled), ".".repeat(BAR - filled));
    format!("{}  [{bar}] {:>3} %  {}", event.at, event.weight, event.message)
}
