//! `hotswap plugin`, and below it a command a file.

mod archive;
mod change;
mod delete;
mod deprecate;
mod diff;
mod graph;
mod list;
mod promote;
mod push;
mod search;
mod show;
mod solution;
mod tree;
mod versions;
mod why;
mod why_not;

use clap::{Args, Subcommand};
use hotswap_api::Page;
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::ViewOptions;
use crate::view::{Content, View};

/// Publish plugins, find them, and say how far each version may be trusted
///
/// The server is found as `plan` finds it without a provider block: HOTSWAP_ENDPOINT and HOTSWAP_TOKEN, else the server on this
/// machine. What is managed by a configuration is better changed there: the next apply puts it back to what the configuration says.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    List(list::ListArgs),
    Search(search::SearchArgs),
    Show(show::ShowArgs),
    Versions(versions::VersionsArgs),
    Diff(diff::DiffArgs),
    Push(Box<push::PushArgs>),
    Promote(promote::PromoteArgs),
    Deprecate(deprecate::DeprecateArgs),
    Archive(archive::ArchiveArgs),
    Delete(delete::DeleteArgs),
    Why(why::WhyArgs),
    WhyNot(why_not::WhyNotArgs),
    Tree(tree::TreeArgs),
    Graph(graph::GraphArgs),
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

impl PluginCommand {
    fn output(&self) -> &Output {
        match self {
            Self::List(args) => &args.output,
            Self::Search(args) => &args.output,
            Self::Show(args) => &args.output,
            Self::Versions(args) => &args.output,
            Self::Diff(args) => &args.output,
            Self::Push(args) => &args.output,
            Self::Promote(args) => &args.output,
            Self::Deprecate(args) => &args.output,
            Self::Archive(args) => &args.output,
            Self::Delete(args) => &args.output,
            Self::Why(args) => &args.output,
            Self::WhyNot(args) => &args.output,
            Self::Tree(args) => &args.output,
            Self::Graph(args) => &args.output,
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
            Self::Search(args) => search::run(args, view),
            Self::Show(args) => show::run(args, view),
            Self::Versions(args) => versions::run(args, view),
            Self::Diff(args) => diff::run(args, view),
            Self::Push(args) => push::run(*args, view),
            Self::Promote(args) => promote::run(args, view),
            Self::Deprecate(args) => deprecate::run(args, view),
            Self::Archive(args) => archive::run(args, view),
            Self::Delete(args) => delete::run(args, view),
            Self::Why(args) => why::run(args, view),
            Self::WhyNot(args) => why_not::run(args, view),
            Self::Tree(args) => tree::run(args, view),
            Self::Graph(args) => graph::run(args, view),
        }
    }
}

/// Puts out what the API says, as it says it.
pub(super) fn json(view: &View, value: &impl Serialize) -> Result<Exit, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::from_error("Cannot be written as JSON", &error, None))?;
    view.line(&text);
    Ok(Exit::Success)
}

/// The whole of a list, as the API gives it where one answer holds all.
fn whole<T>(items: Vec<T>) -> Page<T> {
    Page { items, next: None }
}
