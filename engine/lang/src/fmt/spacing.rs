//! Whether a space stands between two tokens of a line.

use super::Piece;
use crate::syntax::scan::Kind;

/// Whether a space is due between `piece` and `after`; `before` is what stands before both.
pub(super) fn space_between(before: Option<&Piece<'_>>, piece: &Piece<'_>, after: &Piece<'_>) -> bool {
    use Kind::{
        CloseBrace, CloseHeredoc, CloseQuote, Comma, Directive, Dot, DoubleColon, Ellipsis, Identifier, Interpolation, Newline, Number,
        OpenBrace, OpenBracket, OpenHeredoc, OpenParen, OpenQuote, QuotedText, SequenceEnd, Text,
    };
    let before_kind = before.map(|before| before.kind);
    match (piece.kind, after.kind) {
        (_, Newline) => false,
        // Calls and names.
        (Identifier, OpenParen | DoubleColon) | (DoubleColon, Identifier) => false,
        (Dot, _) | (_, Dot | Comma | Ellipsis) => false,
        (Comma, _) => true,
        // The text of strings is not ours to change.
        (QuotedText | Text | OpenQuote | OpenHeredoc, _) | (_, QuotedText | Text | CloseQuote | CloseHeredoc) => false,
        // `for x in [a]`: here the bracket is no index.
        (Identifier, _) if piece.text == "in" && before_kind == Some(Identifier) => true,
        (Identifier | Number, OpenBracket) => false,
        (_, OpenBracket) if piece.brackets() < 0 => false,
        (Kind::Bang, _) => false,
        (Kind::Minus, _) => !begins_operand(before_kind),
        (OpenBrace, CloseBrace) => false,
        (OpenBrace, _) | (_, CloseBrace) => true,
        (Interpolation | Directive, OpenBrace) | (CloseBrace, SequenceEnd) => true,
        (SequenceEnd, Interpolation | Directive) => false,
        _ => piece.brackets() <= 0 && after.brackets() >= 0,
    }
}

/// Whether what follows a token of this kind can only be an operand, so that a minus there negates.
fn begins_operand(before: Option<Kind>) -> bool {
    use Kind::{
        And, Assign, Bang, Colon, Comma, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Minus, NotEqual, OpenBrace, OpenBracket,
        OpenParen, Or, Percent, Plus, Question, Slash, Star,
    };
    matches!(
        before,
        None | Some(
            OpenParen
                | OpenBrace
                | OpenBracket
                | Assign
                | Colon
                | Comma
                | Question
                | Plus
                | Star
                | Slash
                | Percent
                | Minus
                | Equal
                | NotEqual
                | Greater
                | GreaterOrEqual
                | Less
                | LessOrEqual
                | And
                | Or
                | Bang
        )
    )
}
