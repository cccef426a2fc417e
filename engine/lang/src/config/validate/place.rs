//! Where an expression stands, and what that allows it to refer to.

use crate::{Range, config::Repeat};

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The header of the block it is in.
    pub(super) header: Range,
    /// Whether there is `count.index`.
    pub(super) count: bool,
    /// Whether there are `each.key` and `each.value`.
    pub(super) each: bool,
    /// Whether there is `self`.
    pub(super) has_self: bool,
}

impl Place {
    /// In a block of which there is one.
    pub(super) fn new(header: Range) -> Self {
        Self { header, count: false, each: false, has_self: false }
    }

    /// In a block that may be repeated.
    pub(super) fn repeated(header: Range, repeat: &Repeat) -> Self {
        Self { count: matches!(repeat, Repeat::Count(_)), each: matches!(repeat, Repeat::ForEach(_)), ..Self::new(header) }
    }

    /// The same, where the object itself can be referred to.
    pub(super) fn with_self(self) -> Self {
        Self { has_self: true, ..self }
    }
}
