//! `hotswap rollout`, and below it a command a file.

mod command;
mod explain;
mod list;
mod retry;
mod rollback;
mod show;
mod simulate;
mod status;

use std::str::FromStr;

use clap::{Args, Subcommand};
use hotswap_api::Rollout;
use hotswap_client::Client;
use hotswap_lang::Diagnostic;
use hotswap_model::{DeploymentName, RolloutId, TenantName};
use serde::Serialize;

use crate::connection::refused;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::ViewOptions;
use crate::view::{Content, View};

/// Look at rollouts, and say how they go on
///
/// A rollout is named by its id, or by its deployment, TENANT/NAME, whose newest one is meant. The server is found as `plan` finds
/// it without a provider block: HOTSWAP_ENDPOINT and HOTSWAP_TOKEN, else the server on this machine.
#[derive(Debug, Subcommand)]
pub(crate) enum RolloutCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Status(status::StatusArgs),
    Explain(explain::ExplainArgs),
    /// Let a rollout leave the stage it waits in
    Promote(command::CommandArgs),
    /// Keep a rollout where it is; it still goes back if it must, and its deadlines go on
    Pause(command::CommandArgs),
    /// Let a paused rollout go on
    Resume(command::CommandArgs),
    /// Send a rollout back
    Abort(command::CommandArgs),
    Retry(retry::RetryArgs),
    Rollback(rollback::RollbackArgs),
    Simulate(simulate::SimulateArgs),
}

/// How a command talks, and whether to programs.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    /// The API's own JSON, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    view: ViewOptions,
}

impl RolloutCommand {
    fn output(&self) -> &Output {
        match self {
            Self::List(args) => &args.output,
            Self::Show(args) => &args.output,
            Self::Status(args) => &args.output,
            Self::Explain(args) => &args.output,
            Self::Promote(args) | Self::Pause(args) | Self::Resume(args) | Self::Abort(args) => &args.output,
            Self::Retry(args) => &args.output,
            Self::Rollback(args) => &args.output,
            Self::Simulate(args) => &args.output,
        }
    }

    pub(crate) fn view(&self) -> &ViewOptions {
        &self.output().view
    }

    pub(crate) fn content(&self) -> Content {
        if self.output().json { Content::Data } else { Content::Text }
    }

    pub(crate) fn run(self, view: &View) -> Result<Exit, Failure> {
        match self {
            Self::List(args) => list::run(args, view),
            Self::Show(args) => show::run(args, view),
            Self::Status(args) => status::run(args, view),
            Self::Explain(args) => explain::run(args, view),
            Self::Promote(args) => command::run(args, command::Command::Promote, view),
            Self::Pause(args) => command::run(args, command::Command::Pause, view),
            Self::Resume(args) => command::run(args, command::Command::Resume, view),
            Self::Abort(args) => command::run(args, command::Command::Abort, view),
            Self::Retry(args) => retry::run(args, view),
            Self::Rollback(args) => rollback::run(args, view),
            Self::Simulate(args) => simulate::run(args, view),
        }
    }
}

/// A deployment: `acme/hello`.
#[derive(Debug, Clone)]
struct Deployment {
    tenant: TenantName,
    name: DeploymentName,
}

impl FromStr for Deployment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (tenant, name) = text.split_once('/').ok_or("a deployment is named TENANT/NAME, such as acme/hello")?;
        let tenant = tenant.parse().map_err(|error: hotswap_model::NameError| error.to_string())?;
        Ok(Self { tenant, name: name.parse().map_err(|error: hotswap_model::NameError| error.to_string())? })
    }
}

/// A rollout, or the deployment whose newest one is meant.
#[derive(Debug, Clone)]
enum Which {
    Rollout(RolloutId),
    Newest(Deployment),
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(id) => Ok(Self::Rollout(id)),
            Err(_) => text.parse().map(Self::Newest).map_err(|error| format!("neither a rollout's id nor a deployment: {error}")),
        }
    }
}

impl Which {
    /// The rollout as it is now.
    async fn find(&self, client: &Client) -> Result<Rollout, Failure> {
        match self {
            Self::Rollout(id) => client.get_rollout(id).await.map_err(|error| refused(&error)),
            Self::Newest(Deployment { tenant, name }) => {
                let rollouts = client.list_rollouts(tenant.as_str(), name.as_str()).await.map_err(|error| refused(&error))?;
                let none = || Diagnostic::error("No rollout", format!("The deployment {tenant}/{name} has had no rollout yet."));
                rollouts.into_iter().next().ok_or_else(|| none().into())
            }
        }
    }
}

/// Puts out what the API says, as it says it.
fn json(view: &View, value: &impl Serialize) -> Result<Exit, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::from_error("Cannot be written as JSON", &error, None))?;
    view.line(&text);
    Ok(Exit::Success)
}

/// A rollout in one line: `acme/hello: revision 2 (1.1.0), progressing, stage 1 of 2 (10 %)`.
fn line(rollout: &Rollout) -> String {
    let Rollout { tenant, deployment, to_revision, to_version, status, stage, .. } = rollout;
    let place = if status.is_over() { String::new() } else { format!(", {stage}") };
    let waits = if rollout.waits_for_promotion { "; it waits for somebody to promote it" } else { "" };
    let reason = rollout.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{tenant}/{deployment}: revision {to_revision} ({to_version}), {}{place}{waits}{reason}", status.as_str())
}
