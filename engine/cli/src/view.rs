//! What a command shows: where it goes, how wide it is, and whether it is coloured.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

use hotswap_lang::{Diagnostic, Severity, Sources, render};
use hotswap_plan::render::json::events::{self, Event};
use jiff::Timestamp;

use crate::failure::Failure;
use crate::options::ViewOptions;

/// Where lines are broken if the output is no terminal: as in Terraform.
const PLAIN_WIDTH: usize = 78;

/// What a command shows.
#[derive(Debug, Clone)]
pub(crate) struct View {
    out: Stream,
    err: Stream,
    compact_warnings: bool,
    content: Content,
}

/// What standard output is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text for people: warnings are a part of it.
    Text,
    /// Data for programs: nothing else comes there.
    Data,
    /// An event a line, for programs: everything that is told is an event.
    Events,
}

#[derive(Debug, Clone, Copy)]
struct Stream {
    is_terminal: bool,
    colour: bool,
    width: usize,
}

impl View {
    /// As the options, NO_COLOR and the streams say.
    pub(crate) fn new(options: &ViewOptions, content: Content) -> Self {
        let wanted = !options.no_color && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            out: Stream::of(&io::stdout(), wanted),
            err: Stream::of(&io::stderr(), wanted),
            compact_warnings: options.compact_warnings,
            content,
        }
    }

    /// Whether text on standard output is coloured.
    pub(crate) fn colour(&self) -> bool {
        self.out.colour
    }

    /// Whether what is on standard output can be changed afterwards: it is a terminal, and somebody looks at it.
    pub(crate) fn is_live(&self) -> bool {
        self.out.is_terminal
    }

    /// Columns of the terminal on standard output; absent: it is none, and lines may be as long as they are.
    pub(crate) fn width(&self) -> Option<usize> {
        self.out.is_terminal.then_some(self.out.width)
    }

    /// Whether messages are seen while they are written: standard error is a terminal.
    pub(crate) fn messages_are_live(&self) -> bool {
        self.err.is_terminal
    }

    /// Whether everything that is told is an event, for programs.
    pub(crate) fn is_for_programs(&self) -> bool {
        self.content == Content::Events
    }

    /// Puts out an event that happens now.
    pub(crate) fn event(&self, event: &Event) {
        self.line(&event.line(Timestamp::now()));
    }

    /// Puts out a text as it is.
    pub(crate) fn out(&self, text: &str) {
        put(&mut io::stdout().lock(), text);
    }

    /// Puts out a line.
    pub(crate) fn line(&self, text: &str) {
        self.out(&format!("{text}\n"));
    }

    /// Puts a line where messages go.
    pub(crate) fn message(&self, text: &str) {
        put(&mut io::stderr().lock(), &format!("{text}\n"));
    }

    /// A text in bold, where there are colours.
    pub(crate) fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    /// A text in bold green, where there are colours.
    pub(crate) fn good(&self, text: &str) -> String {
        self.paint("1;32", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.out.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Shows why a command failed.
    pub(crate) fn failure(&self, failure: &Failure) {
        self.diagnostics(&failure.diagnostics, &failure.sources);
    }

    /// Shows messages: errors on standard error; warnings there too unless standard output is for people.
    pub(crate) fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &Sources) {
        if self.is_for_programs() {
            diagnostics.iter().for_each(|diagnostic| self.event(&events::diagnostic(diagnostic, sources)));
            return;
        }
        let only_warnings = diagnostics.iter().all(|diagnostic| !diagnostic.is_error());
        let diagnostics = consolidated(diagnostics);
        if self.compact_warnings && only_warnings && !diagnostics.is_empty() {
            let lines: String = diagnostics.iter().map(|diagnostic| compact(diagnostic, sources)).collect();
            self.warning(&format!("\nWarnings:\n\n{lines}\nWithout -compact-warnings each is shown in full.\n"));
            return;
        }
        for diagnostic in &diagnostics {
            let text = |stream: Stream| render::text(sources, diagnostic, stream.style());
            match diagnostic.severity {
                Severity::Error => put(&mut io::stderr().lock(), &text(self.err)),
                Severity::Warning => self.warning(&text(if self.content == Content::Text { self.out } else { self.err })),
            }
        }
    }

    fn warning(&self, text: &str) {
        match self.content {
            Content::Text => self.out(text),
            Content::Data | Content::Events => put(&mut io::stderr().lock(), text),
        }
    }
}

impl Stream {
    fn of(stream: &(impl AsFd + IsTerminal), colour: bool) -> Self {
        let is_terminal = stream.is_terminal();
        let width = rustix::termios::tcgetwinsize(stream).map_or(0, |size| usize::from(size.ws_col));
        Self { is_terminal, colour: colour && is_terminal, width: if width == 0 { PLAIN_WIDTH } else { width } }
    }

    fn style(self) -> render::Style {
        render::Style { color: self.colour, frame: self.colour, width: self.width }
    }
}

/// Writes and does not complain: who closed the stream doesn't want to know more.
fn put(stream: &mut impl Write, text: &str) {
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

/// The first of all warnings that say the same, with how many more there are. Errors stay as they are.
fn consolidated(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for warning in diagnostics.iter().filter(|diagnostic| !diagnostic.is_error()) {
        *count.entry(&warning.summary).or_default() += 1;
    }
    let mut out = Vec::new();
    for diagnostic in diagnostics {
        if diagnostic.is_error() {
            out.push(diagnostic.clone());
            continue;
        }
        let Some(all) = count.remove(&*diagnostic.summary) else { continue };
        let mut diagnostic = diagnostic.clone();
        if all > 1 {
            let more = if all == 2 { "one more similar warning".to_owned() } else { format!("{} more similar warnings", all - 1) };
            diagnostic.detail = format!("{}\n\n(and {more} elsewhere)", diagnostic.detail);
        }
        out.push(diagnostic);
    }
    out
}

/// A warning on a line, and its place on another.
fn compact(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = diagnostic.range.map_or_else(String::new, |range| {
        let line = sources.position(range.file, range.start).line;
        format!("  on {} line {line}\n", sources.file(range.file).path.display())
    });
    format!("- {}\n{place}", diagnostic.summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_that_say_the_same_are_told_once() {
        let diagnostics = [
            Diagnostic::warning("A", "1"),
            Diagnostic::error("E", ""),
            Diagnostic::warning("A", "2"),
            Diagnostic::error("E", ""),
            Diagnostic::warning("B", ""),
            Diagnostic::warning("A", "3"),
        ];
        let told: Vec<_> = consolidated(&diagnostics).into_iter().map(|told| (told.summary, told.detail)).collect();
        let told: Vec<_> = told.iter().map(|(summary, detail)| (&**summary, &**detail)).collect();
        assert_eq!(told, [("A", "1\n\n(and 2 more similar warnings elsewhere)"), ("E", ""), ("E", ""), ("B", "")]);
    }
}
