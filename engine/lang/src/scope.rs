//! What an expression can refer to: who evaluates it supplies the values.

use std::{fmt, path::Path, sync::Arc};

use hotswap_value::address::ResourceName;

use crate::{Diagnostic, Range, Val};

/// The thing a reference names; what follows it in the expression (indexes, attributes) is evaluated on its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// `var.name`
    Variable(Arc<str>),
    /// `local.name`
    Local(Arc<str>),
    /// `module.name`: an object of its outputs; with `count` a tuple and with `for_each` an object of such.
    Module(Arc<str>),
    /// `type.name`, `data.type.name`, `ephemeral.type.name`: the object; with `count` a tuple and with `for_each` an object of such.
    Resource(ResourceName),
    /// `each.key`
    EachKey,
    /// `each.value`
    EachValue,
    /// `count.index`
    CountIndex,
    /// `self`
    SelfObject,
    /// `path.module`, `path.root`, `path.cwd`
    Path(Arc<str>),
    /// `terraform.workspace`, `terraform.applying`
    Terraform(Arc<str>),
}

/// When an evaluation happens, for the functions that depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// What `plantimestamp()` gives; unknown where there is no plan.
    pub planned: Option<jiff::Timestamp>,
    /// What `timestamp()` gives; unknown while planning.
    pub now: Option<jiff::Timestamp>,
}

/// Supplies what an expression refers to.
pub trait Scope: Sync {
    /// The value of a subject. `range` is where the expression names it. The error is told to the user as it is.
    fn get(&self, subject: &Subject, range: Range) -> Result<Val, Box<Diagnostic>>;

    /// The folder that relative paths of `file` and its like start from: where the command runs, as in Terraform.
    fn folder(&self) -> &Path;

    /// When this is.
    fn moment(&self) -> Moment {
        Moment::default()
    }

    /// Calls a provider's function. `None` if there is no such provider or function.
    ///
    /// Arguments are neither null nor unknown; the error names the argument at fault, counted from 0.
    fn call_provider_function(&self, _provider: &str, _function: &str, _arguments: &[Val]) -> Option<Result<Val, (Option<usize>, String)>> {
        None
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "var.{name}"),
            Self::Local(name) => write!(f, "local.{name}"),
            Self::Module(name) => write!(f, "module.{name}"),
            Self::Resource(name) => write!(f, "{name}"),
            Self::EachKey => f.write_str("each.key"),
            Self::EachValue => f.write_str("each.value"),
            Self::CountIndex => f.write_str("count.index"),
            Self::SelfObject => f.write_str("self"),
            Self::Path(name) => write!(f, "path.{name}"),
            Self::Terraform(name) => write!(f, "terraform.{name}"),
        }
    }
}
