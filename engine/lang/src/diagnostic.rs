//! Errors and warnings about a configuration, with where they are. How they look on a terminal is the command line's business.

use crate::Range;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed or can't be done.
    Error,
    /// It goes on, but the user should know.
    Warning,
}

/// One message: what, where, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What happened, in a few words, capitalised, no trailing period.
    pub summary: String,
    /// The facts and what to do, in whole sentences. May be empty.
    pub detail: String,
    /// What it is about.
    pub range: Option<Range>,
    /// The header of the block that is in, such as `resource "a_b" "c"`; shown beside the place.
    pub context: Option<Range>,
    /// The object it came up for, as in `hotswap_tenant.t[0]`.
    pub address: Option<String>,
    /// The values of references that played a part, each as a phrase: `("var.size", "is 3")`. Sensitive ones say only that.
    pub values: Vec<(String, String)>,
}

/// Any number of messages, in the order they came up.
pub type Diagnostics = Vec<Diagnostic>;

impl Diagnostic {
    /// An error about no place in particular.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            summary: summary.into(),
            detail: detail.into(),
            range: None,
            context: None,
            address: None,
            values: Vec::new(),
        }
    }

    /// A warning about no place in particular.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(summary, detail) }
    }

    /// The same, about a place.
    #[must_use]
    pub fn at(mut self, range: Range) -> Self {
        self.range = Some(range);
        self
    }

    /// The same, in a block.
    #[must_use]
    pub fn within(mut self, header: Range) -> Self {
        self.context = Some(header);
        self
    }

    /// The same, for an object.
    #[must_use]
    pub fn for_object(mut self, address: impl ToString) -> Self {
        self.address = Some(address.to_string());
        self
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
