//! What goes wrong when a value doesn't fit its type or its encoding.

use crate::AttributePath;

/// A value, or its encoded form, is not what its type says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", location(.path))]
pub struct ValueError {
    /// Where in the value; empty for the value as a whole.
    pub path: AttributePath,
    /// What is wrong there, without a trailing period.
    pub problem: String,
}

impl ValueError {
    pub(crate) fn new(path: &AttributePath, problem: impl Into<String>) -> Self {
        Self { path: path.clone(), problem: problem.into() }
    }
}

fn location(path: &AttributePath) -> String {
    if path.is_root() { String::new() } else { format!("{path}: ") }
}
