//! The lines a diagnostic points at, and the part of them that it is about.

use std::ops;

use unicode_segmentation::UnicodeSegmentation;

use crate::{Range, Sources};

/// So many lines are shown at most; what a message is about begins in the first of them.
const MAX_LINES: usize = 12;

/// An excerpt of a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snippet<'a> {
    /// Whole lines, without the last line break.
    pub(super) code: &'a str,
    /// The number of the first, counted from 1.
    pub(super) start_line: usize,
    /// The part the message is about, in bytes of `code`.
    pub(super) highlight: ops::Range<usize>,
}

/// The lines a range lies in.
pub(super) fn snippet(sources: &Sources, range: Range) -> Snippet<'_> {
    let text = &*sources.file(range.file).text;
    let start = floor(text, range.start as usize);
    let end = floor(text, (range.end as usize).max(start));
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    // A range that takes a line break along does not reach into the next line.
    let last = if end > start && text[..end].ends_with('\n') { end - 1 } else { end };
    let mut line_end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    if let Some((at, _)) = text[line_start..line_end].match_indices('\n').nth(MAX_LINES - 1) {
        line_end = line_start + at;
    }
    let code = text[line_start..line_end].trim_end_matches('\r');
    let clamp = |at: usize| (at - line_start).min(code.len());
    let start_line = text[..line_start].bytes().filter(|byte| *byte == b'\n').count() + 1;
    Snippet { code, start_line, highlight: clamp(start)..clamp(end) }
}

/// The nearest boundary of a character at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Line and column of a byte, as Terraform counts columns: in what people see as characters.
pub(super) fn position(sources: &Sources, range: Range, byte: u32) -> (usize, usize, usize) {
    let text = &*sources.file(range.file).text;
    let at = floor(text, byte as usize);
    let line_start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let line = text[..line_start].bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, text[line_start..at].graphemes(true).count() + 1, at)
}

/// The header of the block around, in one line: `resource "hotswap_tenant" "acme"`.
pub(super) fn header(sources: &Sources, range: Range) -> String {
    sources.text(range).split_whitespace().collect::<Vec<_>>().join(" ")
}
