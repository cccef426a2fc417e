//! What is wrong with a value, field by field: validation reports every fault at once.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fault {
    /// Path of the field, names joined by dots, list indices in brackets: `strategy.canary.steps[1].weight`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// Everything that is wrong with one value; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// The faults, in the order of the fields.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }

    /// The faults as a list.
    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// Collects faults while a value is looked through.
#[derive(Debug, Default)]
pub(crate) struct Collector(Vec<Fault>);

impl Collector {
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Fault { field: field.into(), message: message.into() });
    }

    pub(crate) fn check(&mut self, fine: bool, field: &str, message: impl FnOnce() -> String) {
        if !fine {
            self.add(field, message());
        }
    }

    pub(crate) fn finish(self) -> Result<(), Faults> {
        if self.0.is_empty() { Ok(()) } else { Err(Faults(self.0)) }
    }
}
