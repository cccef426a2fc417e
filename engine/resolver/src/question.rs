//! What is asked: which versions one deployment gets, in the place it is to run.

use std::collections::BTreeMap;
use std::fmt;

use hotswap_model::{Constraint, PluginName, Version};

/// Where something is written. Told behind what it is about, and otherwise of no matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file, as people know it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Which versions one deployment gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asks, as people know it: `acme/hello`.
    pub asker: String,
    /// Which plugin is to run.
    pub plugin: PluginName,
    /// Which versions of it will do.
    pub constraint: Constraint,
    /// Where that is written.
    pub origin: Option<Origin>,
    /// The solution it has; each version stays while that is possible. Leave out what is to be chosen anew.
    pub present: BTreeMap<PluginName, Version>,
    /// What else is asked of dependencies.
    pub pins: Vec<Pin>,
    /// What runs in the same place and is not part of what is asked for.
    pub running: Vec<Running>,
}

/// Versions of one dependency that will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Of which plugin.
    pub plugin: PluginName,
    /// Which will do.
    pub constraint: Constraint,
    /// Who says so: `acme/hello`.
    pub by: String,
    /// Where that is written.
    pub origin: Option<Origin>,
}

/// A plugin that runs in the same place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Which plugin.
    pub plugin: PluginName,
    /// Which version of it.
    pub version: Version,
    /// As what: `acme/auth`.
    pub name: String,
}

impl Question {
    /// A question in an empty place.
    pub fn new(asker: impl Into<String>, plugin: PluginName, constraint: Constraint) -> Self {
        Self { asker: asker.into(), plugin, constraint, origin: None, present: BTreeMap::new(), pins: Vec::new(), running: Vec::new() }
    }
}
