//! The two front ends.

/// A program that plans and applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// `terraform`, with the provider.
    Terraform,
    /// `hotswap` itself.
    Hotswap,
}

impl Front {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Terraform => Self::Hotswap,
            Self::Hotswap => Self::Terraform,
        }
    }
}
