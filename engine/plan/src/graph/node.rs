//! What the graph is made of: blocks as written, one node each whatever their `count`.

use std::{fmt, sync::Arc};

use hotswap_value::address::{ModulePath, ResourceBlock};

use crate::ProviderAddress;

/// A block. Its instances are dealt with together, when everything it refers to is done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A variable's value.
    Variable(ModulePath, Arc<str>),
    /// A variable's `validation` blocks; what refers to the variable waits for them.
    Validation(ModulePath, Arc<str>),
    /// A local value.
    Local(ModulePath, Arc<str>),
    /// An output.
    Output(ModulePath, Arc<str>),
    /// A module call in the module: how many instances there are. Everything in the called module waits for it.
    Call(ModulePath, Arc<str>),
    /// The end of a module: everything in it is done.
    Module(ModulePath),
    /// A resource or data source.
    Resource(ResourceBlock),
    /// A provider's configuration.
    Provider(ProviderAddress),
    /// A `check` block.
    Check(ModulePath, Arc<str>),
}

impl Node {
    /// The module whose instances it is evaluated in.
    pub fn module(&self) -> &ModulePath {
        match self {
            Self::Variable(module, _)
            | Self::Validation(module, _)
            | Self::Local(module, _)
            | Self::Output(module, _)
            | Self::Call(module, _)
            | Self::Module(module)
            | Self::Check(module, _) => module,
            Self::Resource(block) => &block.module,
            Self::Provider(address) => &address.module,
        }
    }
}

/// As an expression would name it.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (module, word, name) = match self {
            Self::Variable(module, name) => (module, "var", name),
            Self::Validation(module, name) => {
                return write!(f, "{} (validation)", Self::Variable(module.clone(), name.clone()));
            }
            Self::Local(module, name) => (module, "local", name),
            Self::Output(module, name) => (module, "output", name),
            Self::Call(module, name) => (module, "module", name),
            Self::Check(module, name) => (module, "check", name),
            Self::Module(module) => return write!(f, "{module} (all of it)"),
            Self::Resource(block) => return write!(f, "{block}"),
            Self::Provider(address) => return write!(f, "{address}"),
        };
        let dot = if module.is_root() { "" } else { "." };
        write!(f, "{module}{dot}{word}.{name}")
    }
}
