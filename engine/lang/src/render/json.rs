//! The form `-json` has, version 1.0 of Terraform's.

use serde_json::{Value as Json, json};

use super::snippet::{header, position, snippet};
use crate::{Diagnostic, Range, Severity, Sources};

/// One diagnostic. Offsets of the highlight are bytes into the snippet's code.
pub fn json(sources: &Sources, diagnostic: &Diagnostic) -> Json {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut result = json!({ "severity": severity, "summary": diagnostic.summary, "detail": diagnostic.detail });
    if let Some(address) = &diagnostic.address {
        result["address"] = json!(address);
    }
    if let Some(range) = diagnostic.range {
        let at = |byte: u32| {
            let (line, column, byte) = position(sources, range, byte);
            json!({ "line": line, "column": column, "byte": byte })
        };
        result["range"] = json!({
            "filename": sources.file(range.file).path.to_string_lossy(),
            "start": at(range.start),
            "end": at(range.end.max(range.start)),
        });
        result["snippet"] = snippet_json(sources, diagnostic, range);
    }
    result
}

fn snippet_json(sources: &Sources, diagnostic: &Diagnostic, range: Range) -> Json {
    let snippet = snippet(sources, range);
    let values: Vec<_> =
        diagnostic.values.iter().map(|(traversal, statement)| json!({ "traversal": traversal, "statement": statement })).collect();
    json!({
        "context": diagnostic.context.map(|context| header(sources, context)),
        "code": snippet.code,
        "start_line": snippet.start_line,
        "highlight_start_offset": snippet.highlight.start,
        "highlight_end_offset": snippet.highlight.end,
        "values": values,
    })
}

/// What `validate -json` prints.
pub fn validation_json(sources: &Sources, diagnostics: &[Diagnostic]) -> Json {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    json!({
        "format_version": "1.0",
        "valid": errors == 0,
        "error_count": errors,
        "warning_count": diagnostics.len() - errors,
        "diagnostics": diagnostics.iter().map(|diagnostic| json(sources, diagnostic)).collect::<Vec<_>>(),
    })
}
