//! The canonical style, which is that of `terraform fmt`: two spaces a level, equals signs and comments of neighbouring lines under
//! each other, one space between most tokens. Line breaks, comments and the text of strings and heredocs stay.

mod cleanup;
mod layout;
mod spacing;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::{
    Diagnostics, FileId, Sources,
    syntax::{
        self,
        scan::{self, Kind, Start},
    },
};

/// The file in canonical style; if it can't be read, why. Formatting what came out changes nothing.
pub fn format(sources: &Sources, file: FileId) -> Result<String, Diagnostics> {
    let text = &*sources.file(file).text;
    let (body, faults) = syntax::parse_file(sources, file);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut pieces = pieces(text);
    let end = pieces.last().map(|last| last.start + u32::try_from(last.text.len()).unwrap_or(0));
    cleanup::cleanup(&mut pieces, &body);
    // Terraform leaves spaces alone that no line break follows.
    let end = end.map_or(0, |end| end as usize);
    Ok(layout::lay_out(pieces) + &text[end..])
}

/// A token on its way: its text may have been changed, and the spaces before it are to be found.
#[derive(Debug, Clone)]
struct Piece<'a> {
    kind: Kind,
    text: Cow<'a, str>,
    /// Where it began in the source.
    start: u32,
    spaces: usize,
}

impl Piece<'_> {
    /// What it does to the number of open brackets.
    fn brackets(&self) -> i32 {
        match self.kind {
            Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen | Kind::Interpolation | Kind::Directive => 1,
            Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::SequenceEnd => -1,
            _ => 0,
        }
    }

    fn ends_line(&self) -> bool {
        self.kind == Kind::Newline || self.kind == Kind::Comment && self.text.ends_with('\n')
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let tokens = scan::scan(text, 0, Start::Normal);
    let piece = |token: scan::Token| Piece {
        kind: token.kind,
        text: Cow::Borrowed(&text[token.start as usize..token.end as usize]),
        start: token.start,
        spaces: 0,
    };
    tokens.into_iter().filter(|token| token.kind != Kind::EndOfFile).map(piece).collect()
}
