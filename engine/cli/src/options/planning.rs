//! What a plan is for, and what it is limited to.

use clap::{ArgAction, Args};
use hotswap_value::address::{ResourceInstance, Target};

use super::truth;

/// As Terraform's.
const PARALLELISM: u16 = 10;

/// What a plan is for, and what it is limited to.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Planning")]
pub(crate) struct PlanningOptions {
    /// Plan to destroy everything there is
    #[arg(long, conflicts_with = "refresh_only")]
    pub(crate) destroy: bool,
    /// Plan nothing but to bring the state, and the outputs, to what is really there
    #[arg(long)]
    pub(crate) refresh_only: bool,
    /// Whether to look at what is really there before planning, instead of believing the state
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = ArgAction::Set, value_parser = truth)]
    pub(crate) refresh: bool,
    /// Only this module, resource or object and what it depends on; may be given many times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) target: Vec<Target>,
    /// Replace this object even if nothing asks for it; may be given many times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) replace: Vec<ResourceInstance>,
    /// Most objects that are read or changed at the same time
    #[arg(long, value_name = "COUNT", default_value_t = PARALLELISM, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) parallelism: u16,
}

impl Default for PlanningOptions {
    fn default() -> Self {
        Self { destroy: false, refresh_only: false, refresh: true, target: Vec::new(), replace: Vec::new(), parallelism: PARALLELISM }
    }
}
