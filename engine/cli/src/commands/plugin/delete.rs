//! `hotswap plugin delete`

use std::io::IsTerminal as _;

use clap::Args;
use hotswap_client::{Client, ClientError};
use hotswap_lang::Diagnostic;
use serde_json::json;

use super::show::{Shown, shown};
use super::{Output, json};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::{block_on, confirm, may_ask};
use crate::view::View;

/// Retire a version, or remove a plugin that has none
///
/// What runs of a retired version goes on. Its number stays taken: it comes back only with the same content.
#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// A version, such as `greeter@1.0.0`, or a plugin without versions, such as `greeter`
    #[arg(value_name = "PLUGIN[@VERSION]", value_parser = shown)]
    what: Shown,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: DeleteArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let (name, question, done) = match &args.what {
        Shown::Plugin(plugin) => (plugin.to_string(), "Remove the plugin?", "removed"),
        Shown::Version(version) => (version.to_string(), "Retire the version?", "retired"),
    };
    block_on(async {
        find(&client, &args.what).await.map_err(|error| refused(&error))?;
        if !args.yes && !is_confirmed(view, &name, question).await? {
            view.message(&format!("{name} stays."));
            return Ok(Exit::Failure);
        }
        delete(&client, &args.what).await.map_err(|error| refused(&error))?;
        if args.output.json {
            return json(view, &json!({ "deleted": name }));
        }
        view.line(&format!("{name} was {done}."));
        Ok(Exit::Success)
    })
}

/// Whether it is there: nobody is asked about what is not.
async fn find(client: &Client, what: &Shown) -> Result<(), ClientError> {
    match what {
        Shown::Plugin(plugin) => client.get_plugin(plugin.as_str()).await.map(drop),
        Shown::Version(name) => client.get_version(name.plugin.as_str(), &name.version).await.map(drop),
    }
}

async fn delete(client: &Client, what: &Shown) -> Result<(), ClientError> {
    match what {
        Shown::Plugin(plugin) => client.delete_plugin(plugin.as_str()).await,
        Shown::Version(name) => client.retire_version(name.plugin.as_str(), &name.version).await,
    }
}

async fn is_confirmed(view: &View, name: &str, question: &str) -> Result<bool, Failure> {
    if !may_ask() || !std::io::stdin().is_terminal() {
        let detail = format!("{name} was to be deleted, and there is nobody to ask. Pass --yes to go ahead without being asked.");
        return Err(Diagnostic::error("No answer", detail).into());
    }
    confirm(view, question, &format!("{name}: only 'yes' will be accepted.")).await
}
