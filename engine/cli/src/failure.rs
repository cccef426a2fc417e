//! Why a command ended without doing what it should: messages, and the files they point into. Shown once, at the edge.

use std::error::Error;

use hotswap_lang::{Diagnostic, Diagnostics, Sources};

/// Why a command ended without doing what it should.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    /// What is told; at least one error.
    pub(crate) diagnostics: Diagnostics,
    /// What its ranges are of.
    pub(crate) sources: Sources,
}

impl Failure {
    /// An error with a cause: what each of its sources says, and what to do about it.
    pub(crate) fn from_error(summary: &str, error: &dyn Error, hint: Option<&str>) -> Self {
        Diagnostic::error(summary, told(error, hint)).into()
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostics: vec![diagnostic], sources: Sources::default() }
    }
}

/// An error and its causes as sentences, and what to do about it.
pub(crate) fn told(error: &dyn Error, hint: Option<&str>) -> String {
    let mut text = capital(&error.to_string());
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    if !text.ends_with('.') {
        text.push('.');
    }
    if let Some(hint) = hint {
        text += &format!("\n\n{}.", capital(hint.trim_end_matches('.')));
    }
    text
}

/// The text with a capital at its start, unless that would spoil a name.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the state cannot be read")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn an_error_is_told_with_its_causes_and_a_hint() {
        let error = Outer(std::io::Error::other("it is gone"));
        assert_eq!(told(&error, None), "The state cannot be read: it is gone.");
        assert_eq!(told(&error, Some("look elsewhere")), "The state cannot be read: it is gone.\n\nLook elsewhere.");
    }
}
