//! Errors and warnings, with their place in a file.

use hotswap_lang::{Diagnostic, Range, Severity, SourceFile, Sources};
use serde::Serialize;

use super::Event;

#[derive(Debug, Serialize)]
struct DiagnosticJson<'a> {
    severity: &'static str,
    summary: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<RangeJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<SnippetJson<'a>>,
}

#[derive(Debug, Serialize)]
struct RangeJson {
    filename: String,
    start: PositionJson,
    end: PositionJson,
}

#[derive(Debug, Serialize)]
struct PositionJson {
    line: usize,
    column: usize,
    byte: u32,
}

#[derive(Debug, Serialize)]
struct SnippetJson<'a> {
    context: Option<&'a str>,
    code: &'a str,
    start_line: usize,
    highlight_start_offset: usize,
    highlight_end_offset: usize,
    values: Vec<ValueJson<'a>>,
}

#[derive(Debug, Serialize)]
struct ValueJson<'a> {
    traversal: &'a str,
    statement: &'a str,
}

/// An error or warning.
pub fn diagnostic(diagnostic: &Diagnostic, sources: &Sources) -> Event {
    let (level, severity, word) = match diagnostic.severity {
        Severity::Error => ("error", "error", "Error"),
        Severity::Warning => ("warn", "warning", "Warning"),
    };
    let json = DiagnosticJson {
        severity,
        summary: &diagnostic.summary,
        detail: &diagnostic.detail,
        address: diagnostic.address.as_deref(),
        range: diagnostic.range.map(|range| self::range(range, sources)),
        snippet: diagnostic.range.map(|range| snippet(diagnostic, range, sources)),
    };
    let event = Event::new(format!("{word}: {}", diagnostic.summary), "diagnostic").with("diagnostic", &json);
    Event { level, ..event }
}

fn range(range: Range, sources: &Sources) -> RangeJson {
    let position = |byte| {
        let position = sources.position(range.file, byte);
        PositionJson { line: position.line, column: position.column, byte }
    };
    RangeJson {
        filename: sources.file(range.file).path.to_string_lossy().into_owned(),
        start: position(range.start),
        end: position(range.end),
    }
}

/// The lines the range is in.
fn snippet<'a>(diagnostic: &'a Diagnostic, range: Range, sources: &'a Sources) -> SnippetJson<'a> {
    let SourceFile { text, .. } = sources.file(range.file);
    let within = |byte: u32| {
        let mut byte = (byte as usize).min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    };
    let (start, end) = (within(range.start), within(range.end.max(range.start)));
    let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let last = text[end..].find('\n').map_or(text.len(), |at| end + at);
    SnippetJson {
        context: diagnostic.context.map(|header| sources.text(header)),
        code: &text[first..last],
        start_line: sources.position(range.file, range.start).line,
        highlight_start_offset: start - first,
        highlight_end_offset: end - first,
        values: diagnostic.values.iter().map(|(traversal, statement)| ValueJson { traversal, statement }).collect(),
    }
}
