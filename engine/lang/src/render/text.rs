//! The form people read.

use super::snippet::{Snippet, header, snippet};
use crate::{Diagnostic, Range, Severity, Sources};

/// How the text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours may be used; the part a message is about is underlined then.
    pub color: bool,
    /// Whether a message stands in a frame of box characters. Terraform has one where it has colours.
    pub frame: bool,
    /// The columns after which words of details are wrapped; zero for never. Excerpts are not wrapped.
    pub width: usize,
}

impl Style {
    /// Without colours and frame, wrapped at 78 columns: what a file or pipe gets.
    pub const PLAIN: Self = Self { color: false, frame: false, width: 78 };
}

const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const BOLD: &str = "\x1b[1m";
const DARK: &str = "\x1b[90m";
const UNDERLINE: &str = "\x1b[4m";
const RESET: &str = "\x1b[0m";

/// One diagnostic, with a line break at its end. In a list each begins with an empty line of its own where there is no frame.
pub fn text(sources: &Sources, diagnostic: &Diagnostic, style: Style) -> String {
    let mut lines = Vec::new();
    let paint = Paint(style.color);
    let (severity, color) = match diagnostic.severity {
        Severity::Error => ("Error: ", RED),
        Severity::Warning => ("Warning: ", YELLOW),
    };
    lines.push(format!("{}{}", paint.with(&[BOLD, color], severity), paint.with(&[BOLD], &diagnostic.summary)));
    lines.push(String::new());
    place(sources, diagnostic, paint, &mut lines);
    let width = style.width.saturating_sub(if style.frame { 2 } else { 0 });
    wrap(&diagnostic.detail, width, &mut lines);
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if !style.frame {
        return format!("\n{}\n", lines.join("\n"));
    }
    let side = |sign: &str| paint.with(&[color], sign);
    let mut result = format!("{}\n", side("╷"));
    for line in lines {
        result += &if line.is_empty() { format!("{}\n", side("│")) } else { format!("{} {line}\n", side("│")) };
    }
    result + &side("╵") + "\n"
}

#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, codes: &[&str], text: &str) -> String {
        if self.0 && !text.is_empty() { format!("{}{text}{RESET}", codes.concat()) } else { text.to_owned() }
    }
}

/// Which object, which file and line, the excerpt and the values in it.
fn place(sources: &Sources, diagnostic: &Diagnostic, paint: Paint, lines: &mut Vec<String>) {
    if diagnostic.address.is_none() && diagnostic.range.is_none() {
        return;
    }
    if let Some(address) = &diagnostic.address {
        let comma = if diagnostic.range.is_some() { "," } else { "" };
        lines.push(format!("  with {address}{comma}"));
    }
    if let Some(range) = diagnostic.range {
        let snippet = snippet(sources, range);
        lines.push(format!("  on {}:", on(sources, diagnostic, range)));
        excerpt(&snippet, paint, lines);
        if !diagnostic.values.is_empty() {
            lines.push(format!("    {}", paint.with(&[DARK], "├────────────────")));
            let bar = paint.with(&[DARK], "│");
            for (reference, statement) in &diagnostic.values {
                lines.push(format!("    {bar} {} {statement}", paint.with(&[BOLD], reference)));
            }
        }
    }
    lines.push(String::new());
}

/// `main.tf line 3, in resource "hotswap_tenant" "t"`.
fn on(sources: &Sources, diagnostic: &Diagnostic, range: Range) -> String {
    let file = sources.file(range.file);
    let line = sources.position(range.file, range.start).line;
    let within = diagnostic.context.map_or_else(String::new, |context| format!(", in {}", header(sources, context)));
    format!("{} line {line}{within}", file.path.display())
}

fn excerpt(snippet: &Snippet<'_>, paint: Paint, lines: &mut Vec<String>) {
    let mut start = 0;
    for (number, line) in (snippet.start_line..).zip(snippet.code.split('\n')) {
        let shown = line.trim_end_matches('\r');
        let clamp = |at: usize| at.clamp(start, start + shown.len()) - start;
        let (from, to) = (clamp(snippet.highlight.start), clamp(snippet.highlight.end));
        let code =
            format!("{}{}{}", printable(&shown[..from]), paint.with(&[UNDERLINE], &printable(&shown[from..to])), printable(&shown[to..]));
        lines.push(format!("{number:4}: {code}").trim_end().to_owned());
        start += line.len() + 1;
    }
}

/// The text without what would steer a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|char| if char.is_control() && char != '\t' { char::REPLACEMENT_CHARACTER } else { char }).collect()
}

/// Breaks lines between words. A line that begins with a space is kept as it is: it is an example or a list.
fn wrap(text: &str, width: usize, lines: &mut Vec<String>) {
    for paragraph in text.split('\n') {
        if width == 0 || paragraph.starts_with(' ') {
            lines.push(paragraph.trim_end().to_owned());
            continue;
        }
        let mut line = String::new();
        let mut columns = 0;
        for word in paragraph.split(' ') {
            let length = word.chars().count();
            if columns > 0 && columns + 1 + length > width {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                columns = 0;
            }
            if columns > 0 {
                line.push(' ');
                columns += 1;
            }
            line.push_str(word);
            columns += length;
        }
        lines.push(line.trim_end().to_owned());
    }
}
