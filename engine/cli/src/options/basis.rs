//! What a command starts from.

use clap::Args;

use super::{LockOptions, StateOptions, VariableOptions};

/// What a command starts from: values of variables, and the state with its lock.
#[derive(Debug, Args)]
pub(crate) struct BasisOptions {
    #[command(flatten)]
    pub(crate) variables: VariableOptions,
    #[command(flatten)]
    pub(crate) state: StateOptions,
    #[command(flatten)]
    pub(crate) lock: LockOptions,
}
