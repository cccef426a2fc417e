//! How far a version may be trusted, and how that may change.

use serde::{Deserialize, Serialize};

/// How far a version may be trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Channel {
    /// For those who try things.
    Alpha,
    /// For those who help.
    Beta,
    /// For everybody.
    #[default]
    Stable,
    /// Still chosen, last and with a warning.
    Deprecated,
    /// Never chosen anew; what runs goes on.
    Archived,
}

/// A version cannot go from one channel to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is {} and cannot become {}; from there it can become {}", from.as_str(), to.as_str(), listed(*from))]
pub struct IllegalTransition {
    /// The channel it is in.
    pub from: Channel,
    /// The one that was asked for.
    pub to: Channel,
}

fn listed(from: Channel) -> String {
    let names: Vec<_> = from.next().iter().map(|channel| channel.as_str()).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => "nothing else".to_owned(),
    }
}

impl Channel {
    /// Every channel, in the order of trust.
    pub const ALL: [Channel; 5] = [Channel::Alpha, Channel::Beta, Channel::Stable, Channel::Deprecated, Channel::Archived];

    /// The channel's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Alpha => "alpha",
            Channel::Beta => "beta",
            Channel::Stable => "stable",
            Channel::Deprecated => "deprecated",
            Channel::Archived => "archived",
        }
    }

    /// Where a version may go from here.
    ///
    /// Trust is given and taken back freely. Whoever was advised against a version is not told next that it is an experiment: back
    /// from `deprecated` is `stable`. And nobody meets a version again that was closed to new use, unless by way of the warning:
    /// back from `archived` is `deprecated`. Retiring a version ends its channel; one that comes back begins where it is put.
    pub fn next(self) -> &'static [Channel] {
        use Channel::*;
        match self {
            Alpha => &[Beta, Stable, Deprecated, Archived],
            Beta => &[Alpha, Stable, Deprecated, Archived],
            Stable => &[Alpha, Beta, Deprecated, Archived],
            Deprecated => &[Stable, Archived],
            Archived => &[Deprecated],
        }
    }

    /// Checks that a version may go from this channel to the other, or stay.
    ///
    /// # Errors
    /// [`IllegalTransition`], which says where it may go.
    pub fn change_to(self, to: Channel) -> Result<(), IllegalTransition> {
        if self == to || self.next().contains(&to) { Ok(()) } else { Err(IllegalTransition { from: self, to }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_legal_says_what_is() {
        let told = Channel::Deprecated.change_to(Channel::Beta).unwrap_err().to_string();
        assert_eq!(told, "is deprecated and cannot become beta; from there it can become stable or archived");
        let told = Channel::Archived.change_to(Channel::Stable).unwrap_err().to_string();
        assert_eq!(told, "is archived and cannot become stable; from there it can become deprecated");
    }

    #[test]
    fn every_channel_can_be_left_and_reached_and_none_leads_to_itself() {
        for channel in Channel::ALL {
            channel.change_to(channel).unwrap();
            assert!(!channel.next().is_empty() && !channel.next().contains(&channel), "{channel:?}");
            assert!(Channel::ALL.iter().any(|other| other.next().contains(&channel)), "{channel:?}");
        }
    }
}
