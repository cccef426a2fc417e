//! What `promote`, `deprecate` and `archive` have in common: a version goes to another channel, and nothing else of it changes.

use hotswap_api::VersionChange;
use hotswap_model::{Channel, VersionName};

use super::{Output, json};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Moves a version to the channel that `to` names, given the one it is in.
pub(super) fn change(
    name: &VersionName,
    to: impl FnOnce(Channel) -> Result<Channel, Failure>,
    output: &Output,
    view: &View,
) -> Result<Exit, Failure> {
    let client = connect()?;
    let (before, after) = block_on(async {
        let told = |error| refused(&error);
        let before = client.get_version(name.plugin.as_str(), &name.version).await.map_err(told)?;
        let change = VersionChange { channel: to(before.spec.channel)?, release_notes: before.spec.release_notes.clone() };
        if change.channel == before.spec.channel {
            return Ok((before.clone(), before));
        }
        let after = client.change_version(name.plugin.as_str(), &name.version, &change).await.map_err(told)?;
        Ok((before, after))
    })?;
    if output.json {
        return json(view, &after);
    }
    let (was, is) = (before.spec.channel.as_str(), after.spec.channel.as_str());
    let told = if was == is { format!("{name} is {is} already.") } else { format!("{name}: {was} -> {is}") };
    view.line(&told);
    Ok(Exit::Success)
}
