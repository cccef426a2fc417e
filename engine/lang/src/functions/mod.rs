//! The language's functions: one table, one file a family.

use crate::{Scope, Val};

/// Why a function gave no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// The argument at fault, counted from 0.
    pub argument: Option<usize>,
    /// A sentence for the user, without a capital at its start: it follows "Call to function … failed: ".
    pub text: String,
}

/// Calls a function by name: arguments are converted, null and unknown ones and marks are treated as the function's parameters say.
/// `None` if there is no such function.
pub fn call(_name: &str, _arguments: &[Val], _scope: &dyn Scope) -> Option<Result<Val, FunctionError>> {
    None
}

/// The names of all functions, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    std::iter::empty()
}
