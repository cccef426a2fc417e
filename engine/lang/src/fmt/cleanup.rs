//! Forms of old that mean the same as a shorter one: `"${a}"`, types in quotes, labels without quotes.

use std::borrow::Cow;

use super::Piece;
use crate::{
    Range,
    ast::{Block, Body},
    syntax::scan::Kind,
};

/// Rewrites what has a newer form. `body` is what the pieces were read as.
pub(super) fn cleanup(pieces: &mut Vec<Piece<'_>>, body: &Body) {
    // Places in the source stay true for what follows only if the end is changed first.
    let mut edits = Vec::new();
    collect(body, false, &mut edits);
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range().start));
    for edit in edits {
        let range = edit.range();
        let start = pieces.partition_point(|piece| piece.start < range.start);
        let end = pieces.partition_point(|piece| piece.start < range.end);
        let old: Vec<Piece<'_>> = pieces.drain(start..end).collect();
        let new = match edit {
            Edit::Value(_) => value(old),
            Edit::Type(_) => ty(old),
            Edit::Header(_) => header(old),
        };
        pieces.splice(start..start, new);
    }
}

enum Edit {
    /// The value of an argument.
    Value(Range),
    /// The type of a variable.
    Type(Range),
    /// Type and labels of a block.
    Header(Range),
}

impl Edit {
    fn range(&self) -> Range {
        let (Self::Value(range) | Self::Type(range) | Self::Header(range)) = self;
        *range
    }
}

fn collect(body: &Body, variable: bool, edits: &mut Vec<Edit>) {
    for attribute in &body.attributes {
        let range = attribute.value.range;
        edits.push(if variable && &*attribute.name == "type" { Edit::Type(range) } else { Edit::Value(range) });
    }
    for block in &body.blocks {
        edits.push(Edit::Header(block.header));
        collect(&block.body, is_variable(block), edits);
    }
}

fn is_variable(block: &Block) -> bool {
    &*block.ty == "variable"
}

fn word(text: &str, kind: Kind, start: u32) -> Piece<'static> {
    Piece { kind, text: Cow::Owned(text.to_owned()), start, spaces: 0 }
}

/// `"${a}"` is `a`, unless that changes what it means.
fn value(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let kinds: Vec<Kind> = pieces.iter().map(|piece| piece.kind).collect();
    let [Kind::OpenQuote, Kind::Interpolation, inside @ .., Kind::SequenceEnd, Kind::CloseQuote] = &kinds[..] else { return pieces };
    // Two interpolations side by side; those in a string inside are part of one expression.
    let mut quotes = 0;
    for kind in inside {
        match kind {
            Kind::OpenQuote => quotes += 1,
            Kind::CloseQuote => quotes -= 1,
            Kind::Interpolation | Kind::SequenceEnd if quotes == 0 => return pieces,
            _ => {}
        }
    }
    let (start, count) = (pieces[0].start, inside.len());
    let mut inner: Vec<_> = pieces.into_iter().skip(2).take(count).collect();
    while inner.first().is_some_and(|piece| piece.kind == Kind::Newline) {
        inner.remove(0);
    }
    while inner.last().is_some_and(|piece| piece.kind == Kind::Newline) {
        inner.pop();
    }
    let in_parens = inner.first().is_some_and(|piece| piece.kind == Kind::OpenParen)
        && inner.last().is_some_and(|piece| piece.kind == Kind::CloseParen);
    if !in_parens && inner.iter().any(|piece| piece.kind == Kind::Newline) {
        // Outside the quotes a line break would end the expression.
        inner.insert(0, word("(", Kind::OpenParen, start));
        inner.push(word(")", Kind::CloseParen, start));
    }
    inner
}

/// Types as Terraform wrote them before 0.12.
fn ty(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let start = pieces.first().map_or(0, |piece| piece.start);
    let of = |collection: &str, element: &str| {
        vec![
            word(collection, Kind::Identifier, start),
            word("(", Kind::OpenParen, start),
            word(element, Kind::Identifier, start),
            word(")", Kind::CloseParen, start),
        ]
    };
    match &pieces[..] {
        [name] if name.kind == Kind::Identifier && matches!(&*name.text, "list" | "map" | "set") => of(&name.text, "any"),
        [open, text, _] if open.kind == Kind::OpenQuote => match &*text.text {
            "string" => vec![word("string", Kind::Identifier, start)],
            "list" | "map" => of(&text.text, "string"),
            _ => pieces,
        },
        _ => pieces,
    }
}

/// Labels are written in quotes.
fn header(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let mut quoted = false;
    let mut result = Vec::new();
    for (index, piece) in pieces.into_iter().enumerate() {
        match piece.kind {
            Kind::OpenQuote => quoted = true,
            Kind::CloseQuote => quoted = false,
            Kind::Comment if !quoted => continue,
            Kind::Identifier if index > 0 => {
                result.push(word("\"", Kind::OpenQuote, piece.start));
                result.push(Piece { kind: Kind::QuotedText, ..piece.clone() });
                result.push(word("\"", Kind::CloseQuote, piece.start));
                continue;
            }
            _ => {}
        }
        result.push(piece);
    }
    result
}
