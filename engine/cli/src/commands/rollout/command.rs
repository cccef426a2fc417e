//! `hotswap rollout promote`, `pause`, `resume` and `abort`

use clap::Args;

use super::{Output, Which, json, line};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

#[derive(Debug, Args)]
pub(crate) struct CommandArgs {
    /// The rollout's id, or its deployment
    #[arg(value_name = "ROLLOUT")]
    which: Which,
    #[command(flatten)]
    pub(super) output: Output,
}

/// What a rollout is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Command {
    Promote,
    Pause,
    Resume,
    Abort,
}

pub(super) fn run(args: CommandArgs, command: Command, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let rollout = block_on(async {
        let id = args.which.find(&client).await?.id;
        let answer = match command {
            Command::Promote => client.promote_rollout(&id).await,
            Command::Pause => client.pause_rollout(&id).await,
            Command::Resume => client.resume_rollout(&id).await,
            Command::Abort => client.abort_rollout(&id).await,
        };
        answer.map_err(|error| refused(&error))
    })?;
    if args.output.json {
        return json(view, &rollout);
    }
    view.line(&line(&rollout));
    Ok(Exit::Success)
}
