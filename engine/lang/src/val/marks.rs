//! What is known of a value beside what it is.

use std::ops::{BitOr, BitOrAssign};

/// Whom a value may be shown to, and whether it may be kept. Marks travel through expressions with what is made of the value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks {
    /// Hidden in output.
    pub sensitive: bool,
    /// There for one run only: neither a plan nor a state may hold it.
    pub ephemeral: bool,
}

impl Marks {
    /// Nothing special.
    pub const NONE: Self = Self { sensitive: false, ephemeral: false };
    /// Hidden in output.
    pub const SENSITIVE: Self = Self { sensitive: true, ephemeral: false };
    /// There for one run only.
    pub const EPHEMERAL: Self = Self { sensitive: false, ephemeral: true };

    /// As a declaration says: `sensitive = …`, `ephemeral = …`.
    pub fn of(sensitive: bool, ephemeral: bool) -> Self {
        Self { sensitive, ephemeral }
    }

    /// Whether there is one: such a value is not shown, not even in a message.
    pub fn any(self) -> bool {
        self.sensitive || self.ephemeral
    }
}

impl BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self { sensitive: self.sensitive || other.sensitive, ephemeral: self.ephemeral || other.ephemeral }
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}
