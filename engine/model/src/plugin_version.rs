//! Published versions of plugins: immutable but for their channel and what is said of them.

use serde::{Deserialize, Serialize};

use crate::fault::Collector;
use crate::{Channel, Dependency, Digest, Faults, PluginName, Replacement, Version, VersionName, parse_config};

/// What is published under one number. The channel and what is said for people may change later, nothing else may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionSpec {
    /// Of which plugin.
    pub plugin: PluginName,
    /// Its number.
    pub version: Version,
    /// The component's bytes, as given.
    pub sha256: Digest,
    /// How far it may be trusted.
    #[serde(default)]
    pub channel: Channel,
    /// Why it is in that channel, for those who are advised against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_message: Option<String>,
    /// What to take instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<Replacement>,
    /// What it says of other plugins; the order means nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// A JSON object, as text; a deployment's config goes over it key by key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_config: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_notes: Option<String>,
}

impl VersionSpec {
    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// Every fault at once, each with its field.
    pub fn validate(&self) -> Result<(), Faults> {
        let mut faults = Collector::default();
        let characters = self.channel_message.as_ref().map_or(0, |message| message.chars().count());
        faults.check(characters <= Self::LONGEST_MESSAGE, "channel_message", || {
            format!("has {characters} characters; at most {} are kept", Self::LONGEST_MESSAGE)
        });
        faults.check(!self.replacement.as_ref().is_some_and(|instead| instead.is(&self.name())), "replacement", || {
            "is the version itself; name another one".into()
        });
        Dependency::collect(&self.plugin, &self.dependencies, &mut faults);
        if let Some(Err(error)) = self.default_config.as_deref().map(parse_config) {
            faults.add("default_config", error.to_string());
        }
        faults.finish()
    }

    /// Most characters of `channel_message`.
    pub const LONGEST_MESSAGE: usize = 1_024;

    /// The plugin and the number.
    pub fn name(&self) -> VersionName {
        VersionName { plugin: self.plugin.clone(), version: self.version.clone() }
    }

    /// What to tell those who use it although it is deprecated or archived: what to take instead, and why. Nothing if nothing is said.
    pub fn advice(&self) -> Option<String> {
        if !matches!(self.channel, Channel::Deprecated | Channel::Archived) {
            return None;
        }
        match (&self.replacement, self.channel_message.as_deref().map(str::trim)) {
            (Some(instead), Some(why)) => Some(format!("take {instead} instead: {why}")),
            (Some(instead), None) => Some(format!("take {instead} instead")),
            (None, Some(why)) => Some(why.to_owned()),
            (None, None) => None,
        }
    }

    /// Whether the immutable parts are the same.
    pub fn same_content(&self, other: &VersionSpec) -> bool {
        self.plugin == other.plugin
            && self.version == other.version
            && self.sha256 == other.sha256
            && Dependency::same(&self.dependencies, &other.dependencies)
            && self.default_config == other.default_config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(more: &str) -> VersionSpec {
        let digest = Digest::of(b"");
        serde_json::from_str(&format!(r#"{{"plugin":"greeter","version":"1.0.0","sha256":"{digest}"{more}}}"#)).unwrap()
    }

    #[test]
    fn what_is_said_against_a_version_counts_only_where_it_is_not_to_be_used() {
        let said = r#","channel_message":"it forgets\n","replacement":"1.1.0""#;
        assert_eq!(spec(said).advice(), None);
        for (channel, advice) in [("deprecated", Some("take 1.1.0 instead: it forgets")), ("beta", None)] {
            assert_eq!(spec(&format!(r#","channel":"{channel}"{said}"#)).advice().as_deref(), advice);
        }
        assert_eq!(spec(r#","channel":"archived""#).advice(), None);
    }

    #[test]
    fn a_version_is_not_its_own_replacement_and_every_fault_is_told() {
        for itself in ["1.0.0", "greeter@1.0.0"] {
            let long = "x".repeat(1_025);
            let bad = spec(&format!(r#","replacement":"{itself}","channel_message":"{long}","default_config":"[]""#));
            let told = bad.validate().unwrap_err();
            let fields: Vec<_> = told.iter().map(|fault| fault.field.as_str()).collect();
            assert_eq!(fields, ["channel_message", "replacement", "default_config"]);
        }
        spec(r#","replacement":"other@1.0.0""#).validate().unwrap();
    }

    #[test]
    fn what_is_said_of_a_version_is_no_content() {
        assert!(spec("").same_content(&spec(r#","channel":"beta","channel_message":"x","replacement":"2.0.0""#)));
    }
}
