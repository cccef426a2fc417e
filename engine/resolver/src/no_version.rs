//! Why no version will do, told with what there is and with a way out.

use std::fmt;

use hotswap_model::{Channel, Constraint, PluginName, Version};

use crate::Candidate;

/// How many versions a message lists; the others are counted.
const LISTED: usize = 10;

/// No version of a plugin will do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no version of {plugin} satisfies {constraint}; {}", Published(published))]
pub struct NoVersion {
    /// Of which plugin.
    pub plugin: PluginName,
    /// What was asked for.
    pub constraint: String,
    /// Those there are, the lowest first; retired ones are left out.
    pub published: Vec<Candidate>,
    hint: Option<String>,
}

/// The versions as a message lists them: the highest ones, since those are what people ask for.
struct Published<'a>(&'a [Candidate]);

impl fmt::Display for Published<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none is published");
        }
        f.write_str("published: ")?;
        let left_out = self.0.len().saturating_sub(LISTED);
        if left_out > 0 {
            write!(f, "{left_out} lower ones, ")?;
        }
        for (index, candidate) in self.0[left_out..].iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{}", candidate.version)?;
            match (candidate.held, candidate.channel) {
                (true, _) => f.write_str(" (held)")?,
                (false, Channel::Stable) => {}
                (false, channel) => write!(f, " ({})", channel.as_str())?,
            }
        }
        Ok(())
    }
}

impl NoVersion {
    /// What would help, if that can be told.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    pub(crate) fn explain(plugin: &PluginName, constraint: &Constraint, candidates: &[Candidate]) -> Self {
        let mut published: Vec<_> = candidates.iter().filter(|candidate| !candidate.retired).cloned().collect();
        published.sort_by(|a, b| a.version.cmp(&b.version));
        let hint = hint(plugin, constraint, candidates);
        Self { plugin: plugin.clone(), constraint: constraint.to_string(), published, hint }
    }
}

fn hint(plugin: &PluginName, constraint: &Constraint, candidates: &[Candidate]) -> Option<String> {
    let highest = |wanted: &dyn Fn(&Candidate) -> bool| {
        candidates.iter().filter(|candidate| wanted(candidate)).max_by(|a, b| a.version.cmp(&b.version))
    };
    let fits = |candidate: &Candidate| constraint.matches(&candidate.version);

    if let Some(found) = highest(&|candidate| fits(candidate) && candidate.held && candidate.may_be_chosen()) {
        return Some(format!("{} fits, but was rolled back here; raise `retry` to try it again, or pin it", found.version));
    }
    if let Some(found) = highest(&|candidate| fits(candidate) && !candidate.retired) {
        return Some(format!("{} fits, but is archived; put it into another channel, or allow another version", found.version));
    }
    if let Some(found) = highest(&fits) {
        return Some(format!("{} fits, but was retired; publish it again, or allow another version", found.version));
    }
    if let Some(found) =
        highest(&|candidate| candidate.may_be_chosen() && release(&candidate.version).is_some_and(|core| constraint.matches(&core)))
    {
        return Some(format!("{0} is a pre-release, which must be named; write \"{0}\" to pin it", found.version));
    }
    let usable =
        || candidates.iter().filter(|candidate| candidate.may_be_chosen() && !candidate.held && !candidate.version.is_prerelease());
    let nearest = match constraint.exact() {
        Some(pinned) => {
            let below = usable().map(|candidate| &candidate.version).filter(|version| *version < pinned).max();
            below.or_else(|| usable().map(|candidate| &candidate.version).min())
        }
        None => usable().map(|candidate| &candidate.version).max(),
    };
    match nearest {
        Some(nearest) => Some(match constraint.exact() {
            Some(pinned) => format!("{nearest} is the nearest; publish {pinned} first, or write \"{nearest}\""),
            None => format!("{nearest} is the highest that can be chosen; write \"{nearest}\" to pin it, or publish one that fits"),
        }),
        None if candidates.iter().all(|candidate| candidate.retired) => Some(format!("publish a version of {plugin} first")),
        None => None,
    }
}

/// The release a pre-release comes before; nothing for a release.
fn release(version: &Version) -> Option<Version> {
    let text = version.to_string();
    let (core, _) = text.split_once('-')?;
    core.parse().ok()
}
