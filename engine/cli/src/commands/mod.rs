//! The commands, one a file.

mod apply;
mod completion;
mod console;
mod destroy;
mod fmt;
mod graph;
mod import;
mod init;
pub(crate) mod output;
mod plan;
mod plugin;
mod reference;
mod rollout;
pub(crate) mod serve;
mod show;
mod state;
mod storage;
mod validate;
mod version;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use hotswap_plan::render::json::events::version;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::ViewOptions;
use crate::view::{Content, View};

/// Roll plugin versions out to many tenants, without dropping a request
///
/// Declare tenants, plugins and deployments in Terraform's language; `hotswap plan` and `hotswap apply` bring a server to
/// what is declared, with Terraform's state, flags and exit codes. `hotswap serve` is that server.
#[derive(Debug, Parser)]
#[command(
    name = "hotswap",
    version,
    args_override_self = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Options may be written in Terraform's way too: `-auto-approve`, `-var 'name=value'`, `-refresh=false`."
)]
pub(crate) struct Cli {
    /// Go to this folder before anything else
    #[arg(long, value_name = "FOLDER")]
    chdir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Validate(validate::ValidateArgs),
    Plan(plan::PlanArgs),
    Apply(apply::ApplyArgs),
    Destroy(destroy::DestroyArgs),
    Show(show::ShowArgs),
    Output(output::OutputArgs),
    #[command(subcommand)]
    State(state::StateCommand),
    Import(import::ImportArgs),
    Console(console::ConsoleArgs),
    Graph(graph::GraphArgs),
    Fmt(fmt::FmtArgs),
    #[command(subcommand)]
    Plugin(plugin::PluginCommand),
    #[command(subcommand)]
    Rollout(rollout::RolloutCommand),
    #[command(subcommand)]
    Storage(storage::StorageCommand),
    Serve(serve::ServeArgs),
    Version(version::VersionArgs),
    Completion(completion::CompletionArgs),
    #[command(hide = true)]
    Reference,
}

impl Cli {
    /// Runs the command that was asked for.
    pub(crate) fn run(self) -> Exit {
        if let Some(folder) = &self.chdir
            && let Err(error) = std::env::set_current_dir(folder)
        {
            eprintln!("error: cannot go to the folder {} of -chdir: {error}", folder.display());
            return Exit::Failure;
        }
        match self.command {
            Command::Init(args) => told(&args.view.clone(), Content::Text, |view| init::run(args, view)),
            Command::Validate(args) => {
                let content = if args.json { Content::Data } else { Content::Text };
                told(&args.view.clone(), content, |view| validate::run(args, view))
            }
            Command::Console(args) => told(&args.view.clone(), Content::Data, |view| console::run(args, view)),
            Command::Plan(args) => events(&args.view.clone(), args.json, |view| plan::run(args, view)),
            Command::Apply(args) => events(&args.applying.view.clone(), args.applying.json, |view| apply::run(args, view)),
            Command::Destroy(args) => events(&args.applying.view.clone(), args.applying.json, |view| destroy::run(args, view)),
            Command::Import(args) => told(&args.view.clone(), Content::Text, |view| import::run(args, view)),
            Command::Fmt(args) => told(&args.view.clone(), Content::Data, |view| fmt::run(args, view)),
            Command::Graph(args) => told(&args.view.clone(), Content::Data, |view| graph::run(args, view)),
            Command::Show(args) => told(&args.view.clone(), Content::Data, |view| show::run(args, view)),
            Command::Output(args) => told(&args.view.clone(), Content::Data, |view| output::run(args, view)),
            Command::State(command) => told(&command.view().clone(), Content::Text, |view| command.run(view)),
            Command::Storage(command) => told(&command.view().clone(), command.content(), |view| command.run(view)),
            Command::Plugin(command) => told(&command.view().clone(), command.content(), |view| command.run(view)),
            Command::Rollout(command) => told(&command.view().clone(), command.content(), |view| command.run(view)),
            Command::Serve(args) => serve::run(args),
            Command::Version(args) => told(&ViewOptions::default(), Content::Data, |view| version::run(args, view)),
            Command::Completion(args) => told(&ViewOptions::default(), Content::Data, |view| completion::run(args, view)),
            Command::Reference => told(&ViewOptions::default(), Content::Data, reference::run),
        }
    }
}

/// Runs a command, and shows why it failed if it does.
fn told(options: &ViewOptions, content: Content, command: impl FnOnce(&View) -> Result<Exit, Failure>) -> Exit {
    let view = View::new(options, content);
    command(&view).unwrap_or_else(|failure| {
        view.failure(&failure);
        Exit::Failure
    })
}

/// Runs a command that tells what happens, as text or as events.
fn events(options: &ViewOptions, json: bool, command: impl FnOnce(&View) -> Result<Exit, Failure>) -> Exit {
    told(options, if json { Content::Events } else { Content::Text }, |view| {
        if json {
            view.event(&version(env!("CARGO_PKG_VERSION")));
        }
        command(view)
    })
}
