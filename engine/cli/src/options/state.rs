//! Where the state is, and its lock.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use super::truth;

/// Whether and how patiently a state is locked.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "State")]
pub(crate) struct LockOptions {
    /// Whether to lock the state; without, nothing else may change it meanwhile
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = ArgAction::Set, value_parser = truth)]
    pub(crate) lock: bool,
    /// How long to wait for a lock that another holds, such as 30s or 5m
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = humantime::parse_duration)]
    pub(crate) lock_timeout: Duration,
}

/// Where the state is read and written.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "State")]
pub(crate) struct StateOptions {
    /// The state's file [default: terraform.tfstate]
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Write the new state here instead of where it was read
    #[arg(long, value_name = "FILE")]
    pub(crate) state_out: Option<PathBuf>,
    /// Where the state from before is kept, `-` for nowhere [default: the state's file with `.backup` added]
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    pub(crate) backup: Option<PathBuf>,
}
