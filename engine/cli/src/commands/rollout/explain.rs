//! `hotswap rollout explain`

use clap::Args;
use hotswap_api::Page;

use super::{Output, Which, json, line, status};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Tell every decision of a rollout, with the numbers behind it
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rollout's id, or its deployment
    #[arg(value_name = "ROLLOUT")]
    which: Which,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: ExplainArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let (rollout, events) = block_on(async {
        let rollout = args.which.find(&client).await?;
        let events = client.list_rollout_events(&rollout.id).await.map_err(|error| refused(&error))?;
        Ok((rollout, events))
    })?;
    if args.output.json {
        return json(view, &Page { items: events, next: None });
    }
    for event in &events {
        view.line(&status::step(event));
    }
    view.line("");
    view.line(&line(&rollout));
    Ok(Exit::Success)
}
