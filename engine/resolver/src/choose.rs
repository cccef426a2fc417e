//! Choosing one version. How a failure is explained is in `no_version`.

use std::cmp::Reverse;
use std::fmt;

use hotswap_model::{Channel, Constraint, PluginName, Version};

use crate::NoVersion;

/// A version that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its number.
    pub version: Version,
    /// How far it may be trusted.
    pub channel: Channel,
    /// Whether it was taken back.
    pub retired: bool,
    /// Whether it was rolled back for the deployment in question and is not to be tried again by itself.
    pub held: bool,
}

/// The version chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// It is one of the candidates and satisfies the constraint.
    pub version: Version,
    /// What people should know of it.
    pub warnings: Vec<Warning>,
}

/// What people should know of a version that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// It is deprecated.
    Deprecated(Version),
    /// No stable version fits, so one of this channel was taken.
    Unstable(Version, Channel),
    /// The present version was archived; it stays, but would not be chosen again.
    ArchivedStays(Version),
    /// The present version was retired; it stays, but would not be chosen again.
    RetiredStays(Version),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Deprecated(version) => write!(f, "{version} is deprecated; move on before it is archived"),
            Warning::Unstable(version, channel) => write!(f, "{version} is {}: no stable version fits", channel.as_str()),
            Warning::ArchivedStays(version) => write!(f, "{version} is archived; it stays in use, but would not be chosen again"),
            Warning::RetiredStays(version) => write!(f, "{version} was retired; it stays in use, but would not be chosen again"),
        }
    }
}

/// Chooses the version a deployment gets.
///
/// 1. `present`, the version it has, stays while it satisfies the constraint and is not held, whatever became of it since.
/// 2. A constraint that pins one version gets it, unless it is archived or retired. Held does not matter then: it was named.
/// 3. Otherwise, of those that satisfy the constraint and are neither archived, retired nor held: the highest stable one; if
///    there is none, the highest beta; then alpha; then deprecated. The last three with a warning.
///
/// The order of the candidates does not matter.
///
/// # Errors
/// [`NoVersion`] if none will do.
pub fn choose(
    plugin: &PluginName,
    constraint: &Constraint,
    candidates: &[Candidate],
    present: Option<&Version>,
) -> Result<Choice, NoVersion> {
    let fitting = || candidates.iter().filter(|candidate| constraint.matches(&candidate.version));
    if let Some(stays) = fitting().find(|candidate| Some(&candidate.version) == present && !candidate.held) {
        return Ok(Choice { version: stays.version.clone(), warnings: stays.warning_if_present().into_iter().collect() });
    }
    let pinned = constraint.exact().is_some();
    let best = fitting()
        .filter(|candidate| candidate.may_be_chosen() && (pinned || !candidate.held))
        .min_by_key(|candidate| (candidate.preference(), Reverse(&candidate.version)));
    match best {
        Some(best) => Ok(Choice { version: best.version.clone(), warnings: best.warning_if_chosen(pinned).into_iter().collect() }),
        None => Err(NoVersion::explain(plugin, constraint, candidates)),
    }
}

impl Candidate {
    pub(crate) fn may_be_chosen(&self) -> bool {
        !self.retired && self.channel != Channel::Archived
    }

    pub(crate) fn preference(&self) -> u8 {
        match self.channel {
            Channel::Stable => 0,
            Channel::Beta => 1,
            Channel::Alpha => 2,
            Channel::Deprecated => 3,
            Channel::Archived => 4,
        }
    }

    pub(crate) fn warning_if_present(&self) -> Option<Warning> {
        let version = self.version.clone();
        match self.channel {
            _ if self.retired => Some(Warning::RetiredStays(version)),
            Channel::Archived => Some(Warning::ArchivedStays(version)),
            Channel::Deprecated => Some(Warning::Deprecated(version)),
            Channel::Stable | Channel::Beta | Channel::Alpha => None,
        }
    }

    pub(crate) fn warning_if_chosen(&self, pinned: bool) -> Option<Warning> {
        let version = self.version.clone();
        match self.channel {
            Channel::Deprecated => Some(Warning::Deprecated(version)),
            Channel::Beta | Channel::Alpha if !pinned => Some(Warning::Unstable(version, self.channel)),
            _ => None,
        }
    }
}
