//! Options that several commands share, a group a file.

mod basis;
mod planning;
mod state;
mod variables;
mod view;

pub(crate) use basis::BasisOptions;
pub(crate) use planning::PlanningOptions;
pub(crate) use state::{LockOptions, StateOptions};
pub(crate) use variables::VariableOptions;
pub(crate) use view::ViewOptions;

use crate::arguments::is_truth;

/// Reads the value of an option that is on unless it is switched off.
pub(crate) fn truth(text: &str) -> Result<bool, String> {
    is_truth(text).ok_or_else(|| "it is neither true nor false".to_owned())
}
