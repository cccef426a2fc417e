//! Colours, and the symbols that go with them.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

use super::node::Act;

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Painter {
    pub(super) colour: bool,
}

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const GREY: Style = AnsiColor::BrightBlack.on_default();
pub(super) const GREEN: Style = AnsiColor::Green.on_default();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(super) const RED: Style = AnsiColor::Red.on_default();
pub(super) const CYAN: Style = AnsiColor::Cyan.on_default();

impl Painter {
    pub(super) fn paint(self, style: Style, text: impl Display) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    /// What stands before a value, four columns wide.
    pub(super) fn symbol(self, act: Act) -> String {
        match act {
            Act::Nothing => "    ".to_owned(),
            Act::Create => format!("  {} ", self.paint(GREEN, '+')),
            Act::Update => format!("  {} ", self.paint(YELLOW, '~')),
            Act::Delete => format!("  {} ", self.paint(RED, '-')),
        }
    }

    pub(super) fn arrow(self) -> String {
        self.paint(YELLOW, "->")
    }

    /// A remark within a value.
    pub(super) fn remark(self, text: impl Display) -> String {
        self.paint(GREY, format_args!("# {text}"))
    }
}
