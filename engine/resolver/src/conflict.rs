//! Why what is needed does not go together, as data and as people read it. Where the facts come from is in `explain`.

use std::fmt;

use hotswap_model::{Channel, Constraint, DependencyKind, PluginName, Version};

use crate::{Candidate, Origin};

/// How many reasons a message has; the others are counted.
const TOLD: usize = 8;
/// How many versions are written one by one.
const WRITTEN: usize = 3;

/// What is needed does not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Which plugin was asked for.
    pub plugin: PluginName,
    /// Which versions of it.
    pub constraint: Constraint,
    /// Where that is written.
    pub origin: Option<Origin>,
    /// What does not go together, from what was asked for to what it needs. Each is needed, as far as
    /// could be found out: without any one of them there would be a solution.
    pub reasons: Vec<Reason>,
    /// What would fit: each is a way out of its own.
    pub fits: Vec<Fit>,
}

/// One part of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Versions of a plugin say something of another one.
    Says {
        /// The plugin.
        plugin: PluginName,
        /// Its versions that say so.
        versions: Versions,
        /// What it says.
        kind: DependencyKind,
        /// Of which plugin.
        target: PluginName,
        /// Of which versions of that.
        constraint: Constraint,
        /// What is published of that plugin, where none of it is meant: then this alone cannot be.
        unmet: Option<Vec<Candidate>>,
    },
    /// Somebody allows only some versions of a dependency.
    Pinned {
        /// Of which plugin.
        plugin: PluginName,
        /// Which are allowed.
        constraint: Constraint,
        /// Who says so.
        by: String,
        /// Where that is written.
        origin: Option<Origin>,
    },
    /// A plugin runs in the same place.
    Runs {
        /// Which plugin.
        plugin: PluginName,
        /// In which versions, and as what.
        versions: Vec<(Version, String)>,
    },
    /// Versions are not chosen anew.
    PassedOver {
        /// Of which plugin.
        plugin: PluginName,
        /// Which versions.
        versions: Versions,
        /// What became of them: `archived`, `retired`, `held`.
        because: &'static str,
    },
    /// Each plugin needs the next one, and the last the first.
    Ring(Vec<PluginName>),
}

/// Some versions of a plugin; never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The versions, the lowest first.
    pub versions: Vec<Version>,
    /// Whether no other version is published between the lowest and the highest of them.
    pub gapless: bool,
}

/// A way out of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// Another version of what was asked for.
    Version(Version),
    /// A pin that allows this version.
    Pin(PluginName, Version),
    /// Another version of what runs, and as what it runs now.
    Running(PluginName, Version, String),
    /// This not running.
    Without(String),
    /// A version that is passed over, and why it is.
    PassedOver(PluginName, Version, &'static str),
}

impl Conflict {
    /// What would fit, if anything that is published would.
    pub fn hint(&self) -> Option<String> {
        let mut hint = String::new();
        for fit in &self.fits {
            let what = fit.told(&self.plugin);
            let sentence = match fit {
                Fit::PassedOver(_, _, because) => format!("{what} would fit, but is {because}"),
                _ if hint.ends_with(" fit") => format!("so would {what}"),
                _ => format!("{what} would fit"),
            };
            if !hint.is_empty() {
                hint.push_str("; ");
            }
            hint.push_str(&sentence);
        }
        (!hint.is_empty()).then_some(hint)
    }
}

impl Conflict {
    fn names(&self, versions: &Versions) -> bool {
        versions.versions.len() == 1 && self.constraint.exact() == versions.versions.first()
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.constraint.exact() {
            Some(version) => write!(f, "{} {version} cannot be had", self.plugin)?,
            None => write!(f, "no version of {} that satisfies {} can be had", self.plugin, self.constraint)?,
        }
        if let Some(origin) = &self.origin {
            write!(f, " ({origin})")?;
        }
        let told = self.reasons.len().min(TOLD);
        for (index, reason) in self.reasons[..told].iter().enumerate() {
            let before = match (index, self.reasons.len()) {
                (0, _) => ": ",
                (1, 2) => ", but ",
                _ => "; ",
            };
            f.write_str(before)?;
            match reason {
                // Who it is has just been said.
                Reason::Says { plugin, versions, .. } if *plugin == self.plugin && self.names(versions) => reason.tell("it", f)?,
                _ => reason.fmt(f)?,
            }
        }
        match self.reasons.len() - told {
            0 => Ok(()),
            more => write!(f, "; and {more} more such reasons"),
        }
    }
}

impl std::error::Error for Conflict {}

impl Reason {
    /// What versions say of another plugin, with these words for the versions.
    fn tell(&self, who: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Says { versions, kind, target, constraint, unmet, .. } = self else { return Ok(()) };
        let many = versions.versions.len() > 1;
        let verb = match (kind, many) {
            (DependencyKind::Required, false) => "needs",
            (DependencyKind::Required, true) => "need",
            (DependencyKind::Optional, false) => "works only with",
            (DependencyKind::Optional, true) => "work only with",
            (DependencyKind::Conflicts, false) => "conflicts with",
            (DependencyKind::Conflicts, true) => "conflict with",
        };
        write!(f, "{who} {verb} {target} {constraint}")?;
        match unmet.as_deref() {
            None => Ok(()),
            Some([]) => f.write_str(", which is not published"),
            Some(published) => write!(f, ", which no version satisfies (published: {})", Published(published)),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Says { plugin, versions, .. } => self.tell(&format!("{plugin} {versions}"), f),
            Self::Pinned { plugin, constraint, by, origin } => {
                write!(f, "{by} pins {plugin} {constraint}")?;
                origin.iter().try_for_each(|origin| write!(f, " ({origin})"))
            }
            Self::Runs { plugin, versions } => {
                let each: Vec<String> = versions.iter().map(|(version, name)| format!("{name} runs {plugin} {version}")).collect();
                f.write_str(&each.join(" and "))
            }
            Self::PassedOver { plugin, versions, because } => {
                let are = if versions.versions.len() > 1 { "are" } else { "is" };
                write!(f, "{plugin} {versions} {are} {because}")
            }
            Self::Ring(plugins) => {
                let way: Vec<&str> = plugins.iter().chain(plugins.first()).map(PluginName::as_str).collect();
                write!(f, "{} is a ring, and plugins in a ring cannot be put together", way.join(" -> "))
            }
        }
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.versions.as_slice() {
            [] => f.write_str("none"),
            [one] => one.fmt(f),
            [first, second] => write!(f, "{first} and {second}"),
            [first, .., last] if self.gapless => write!(f, "{first} to {last}"),
            [first, second, third] => write!(f, "{first}, {second} and {third}"),
            [written @ .., last] => {
                written[..WRITTEN - 1].iter().try_for_each(|version| write!(f, "{version}, "))?;
                write!(f, "{} more up to {last}", self.versions.len() - WRITTEN + 1)
            }
        }
    }
}

/// What is published, the highest ones, with what became of them.
struct Published<'a>(&'a [Candidate]);

impl fmt::Display for Published<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left_out = self.0.len().saturating_sub(WRITTEN + 1);
        if left_out > 0 {
            write!(f, "{left_out} lower ones, ")?;
        }
        for (index, candidate) in self.0[left_out..].iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{}", candidate.version)?;
            if candidate.channel != Channel::Stable {
                write!(f, " ({})", candidate.channel.as_str())?;
            }
        }
        Ok(())
    }
}

impl Fit {
    fn told(&self, asked: &PluginName) -> String {
        match self {
            Self::Version(version) => format!("{asked} {version}"),
            Self::Pin(plugin, version) => format!("a pin that allows {plugin} {version}"),
            Self::Running(plugin, version, name) => format!("{plugin} {version} in {name}"),
            Self::Without(names) => format!("{asked} where {names} does not run"),
            Self::PassedOver(plugin, version, _) => format!("{plugin} {version}"),
        }
    }
}
