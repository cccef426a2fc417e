//! Diagnostics.

use hotswap_sdk::{Diagnostic, Diagnostics, Severity};

use crate::proto::tfplugin6 as wire;

/// Diagnostics on the wire, in their order.
pub(crate) fn diagnostics(diagnostics: Diagnostics) -> Vec<wire::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> wire::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => wire::diagnostic::Severity::Error,
        Severity::Warning => wire::diagnostic::Severity::Warning,
    };
    wire::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: diagnostic.attribute.filter(|path| !path.is_root()).as_ref().map(super::path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_and_path_travel() {
        let wire = diagnostics(Diagnostics::from(vec![Diagnostic::warning("W", "d").at("a"), Diagnostic::error("E", "")]));
        assert_eq!(wire[0].severity(), wire::diagnostic::Severity::Warning);
        assert_eq!(wire[0].attribute.as_ref().map(|path| path.steps.len()), Some(1));
        assert_eq!(wire[1].severity(), wire::diagnostic::Severity::Error);
        assert_eq!(wire[1].attribute, None);
    }
}
