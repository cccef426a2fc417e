//! `hotswap plugin search`

use clap::Args;
use clap::builder::PossibleValuesParser;
use hotswap_client::PluginSearch;
use hotswap_model::Channel;

use super::{Output, list};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::View;

/// Find plugins, the best first
///
/// A plugin is found if it fits all that is given: every word, and every option.
#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Words in its name, display name, description, publisher or tags
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// Only of this category
    #[arg(long)]
    category: Option<String>,
    /// Only with this tag
    #[arg(long)]
    tag: Option<String>,
    /// Only of this publisher
    #[arg(long)]
    publisher: Option<String>,
    /// Only with a live version that offers or needs this interface, such as `wasi:http/outgoing-handler`
    #[arg(long, value_name = "INTERFACE")]
    capability: Option<String>,
    /// Only with a live version in this channel
    #[arg(long, value_parser = PossibleValuesParser::new(Channel::ALL.map(Channel::as_str)))]
    channel: Option<String>,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: SearchArgs, view: &View) -> Result<Exit, Failure> {
    let query = (!args.words.is_empty()).then(|| args.words.join(" "));
    let search = PluginSearch {
        query,
        category: args.category,
        tag: args.tag,
        publisher: args.publisher,
        capability: args.capability,
        channel: args.channel.as_deref().and_then(|name| Channel::ALL.into_iter().find(|channel| channel.as_str() == name)),
    };
    list::found(&search, &args.output, "No plugin fits.", view)
}
