//! The strategies: which stages traffic passes through. One file each; what they share is in [`crate::decide`].

mod canary;
mod direct;

use hotswap_model::{Span, Strategy};

/// What comes after a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another stage.
    Stage { index: usize, weight: u8 },
    /// All traffic.
    All,
}

/// What comes after the stage `passed`, or first if there was none.
pub(crate) fn after(strategy: &Strategy, passed: Option<usize>) -> Next {
    match strategy {
        Strategy::Direct {} => direct::after(),
        Strategy::Canary(canary) => canary::after(canary, passed),
    }
}

/// How long a stage is watched, at least.
pub(crate) fn hold(strategy: &Strategy, stage: usize) -> Span {
    match strategy {
        Strategy::Direct {} => Span::ZERO,
        Strategy::Canary(canary) => canary::hold(canary, stage),
    }
}
