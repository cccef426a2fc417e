//! A part of a list in the order of its names.

/// Which part of a list is wanted. A list that gives fewer rows than `limit` is at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<Name> {
    /// The last name of the part before; absent: from the first.
    pub after: Option<Name>,
    /// How many rows at most.
    pub limit: u32,
}

impl<Name> Page<Name> {
    /// Everything, in one part.
    pub fn all() -> Self {
        Self { after: None, limit: u32::MAX }
    }
}
