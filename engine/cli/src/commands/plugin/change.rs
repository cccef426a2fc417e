//! What `promote`, `deprecate` and `archive` have in common: a version goes to another channel, and what is said of that changes.

use clap::Args;
use hotswap_api::VersionChange;
use hotswap_model::{Channel, Replacement, VersionName};

use super::{Output, json};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// What is told to those who use a version that is advised against.
#[derive(Debug, Default, Args)]
pub(super) struct Advice {
    /// Why, for those who use it [default: what is said already]
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
    /// What to take instead: a version, such as 1.1.0, or one of another plugin, such as `greeter@2.0.0` [default: what is said
    /// already]
    #[arg(long, value_name = "[PLUGIN@]VERSION")]
    replacement: Option<Replacement>,
}

/// Moves a version to the channel that `to` names, given the one it is in. Without advice, what was said before is said no more.
pub(super) fn change(
    name: &VersionName,
    to: impl FnOnce(Channel) -> Result<Channel, Failure>,
    advice: Option<Advice>,
    output: &Output,
    view: &View,
) -> Result<Exit, Failure> {
    let client = connect()?;
    let (before, after) = block_on(async {
        let told = |error| refused(&error);
        let before = client.get_version(name.plugin.as_str(), &name.version).await.map_err(told)?;
        let now = VersionChange::none(&before.spec);
        let change = VersionChange {
            channel: to(before.spec.channel)?,
            channel_message: advice.as_ref().and_then(|advice| advice.message.clone().or_else(|| now.channel_message.clone())),
            replacement: advice.as_ref().and_then(|advice| advice.replacement.clone().or_else(|| now.replacement.clone())),
            release_notes: now.release_notes.clone(),
        };
        if change == now {
            return Ok((before.clone(), before));
        }
        let after = client.change_version(name.plugin.as_str(), &name.version, &change).await.map_err(told)?;
        Ok((before, after))
    })?;
    if output.json {
        return json(view, &after);
    }
    let (was, is) = (before.spec.channel.as_str(), after.spec.channel.as_str());
    view.line(&match (was == is, before == after) {
        (true, true) => format!("{name} is {is} already."),
        (true, false) => format!("{name} is {is} already; what is said of it changed."),
        (false, _) => format!("{name}: {was} -> {is}"),
    });
    Ok(Exit::Success)
}
