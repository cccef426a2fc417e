//! Quoted strings, heredocs and bare templates: escapes, sequences, the space that `~` and `<<-` take away.
//!
//! A template is read into a flat run of pieces first, because space is taken away across directives; then it is nested.

use std::{collections::VecDeque, sync::Arc};

use super::{
    parser::{Parsed, Parser},
    scan::{Kind, Token},
};
use crate::{
    Range,
    ast::{Expr, ExprKind, TemplateFor, TemplatePart},
};

/// A piece of a template in the order it is written.
#[derive(Debug)]
enum Piece {
    Text(String),
    Interpolation(Expr),
    If(Expr, Range),
    Else(Range),
    EndIf(Range),
    For(Option<Arc<str>>, Arc<str>, Expr, Range),
    EndFor(Range),
}

/// What ended a run of template parts.
enum Stop {
    Template,
    Else(Range),
    EndIf(Range),
    EndFor(Range),
}

impl Parser<'_> {
    /// The string or heredoc that begins here.
    pub(super) fn string_or_heredoc(&mut self) -> Parsed<Expr> {
        let open = self.next();
        self.templates += 1;
        let heredoc = open.kind == Kind::OpenHeredoc;
        let (mut pieces, close) = self.pieces(open, if heredoc { Kind::CloseHeredoc } else { Kind::CloseQuote })?;
        if heredoc && self.token_text(open).starts_with("<<-") {
            dedent(&mut pieces);
        }
        self.templates -= 1;
        let range = self.range(open).to(self.range(close));
        self.template_expr(pieces, range)
    }

    /// A template without quotes, up to the end of the text.
    pub(super) fn bare_template(&mut self) -> Parsed<Expr> {
        let open = self.peek();
        let (pieces, close) = self.pieces(open, Kind::EndOfFile)?;
        self.template_expr(pieces, self.place(0, close.end))
    }

    /// A block's label in quotes: text only.
    pub(super) fn label(&mut self) -> Parsed<(Arc<str>, Range)> {
        let open = self.next();
        self.templates += 1;
        let mut label = String::new();
        loop {
            let token = self.peek();
            match token.kind {
                Kind::QuotedText => {
                    self.next();
                    label.push_str(&self.unescape(token)?);
                }
                Kind::CloseQuote => {
                    self.next();
                    self.templates -= 1;
                    return Ok((label.into(), self.range(open).to(self.range(token))));
                }
                Kind::Interpolation | Kind::Directive => {
                    return Err(self.fault_here("Invalid label", "The label of a block is plain text: it can hold no ${…} or %{…}."));
                }
                _ => return Err(self.unclosed_string(open)),
            }
        }
    }

    fn unclosed_string(&self, open: Token) -> Box<crate::Diagnostic> {
        let line = self.line(open.start);
        if open.kind == Kind::OpenHeredoc {
            let marker = self.token_text(open).trim_start_matches(['<', '-']).trim_end();
            return self.fault(
                self.range(open),
                "Unclosed heredoc",
                format!("This heredoc was opened on line {line}; a line that holds nothing but {marker}, and a line break after it, are due before the end of the file."),
            );
        }
        let end = self.peek().start.max(open.end);
        self.fault(
            self.place(open.start, end),
            "Unclosed string",
            "The closing double quote is due on the same line. For text of several lines use \\n, or a heredoc (<<EOT).",
        )
    }

    fn template_expr(&mut self, pieces: Vec<Piece>, range: Range) -> Parsed<Expr> {
        if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
            let text: String = pieces.iter().map(|piece| if let Piece::Text(text) = piece { text.as_str() } else { "" }).collect();
            return Ok(Expr { kind: ExprKind::String(text.into()), range });
        }
        let height = self.height;
        let mut pieces = VecDeque::from(pieces);
        let (parts, end) = self.parts(&mut pieces, 0)?;
        match end {
            Stop::Template => {}
            Stop::Else(at) => return Err(self.fault(at, "Unexpected else", "No %{if …} is open here.")),
            Stop::EndIf(at) => return Err(self.fault(at, "Unexpected endif", "No %{if …} is open here.")),
            Stop::EndFor(at) => return Err(self.fault(at, "Unexpected endfor", "No %{for …} is open here.")),
        }
        self.grow(height)?;
        Ok(Expr { kind: ExprKind::Template(parts), range })
    }

    /// Reads up to the token that ends the template; `self.height` is that of the highest expression in it.
    fn pieces(&mut self, open: Token, end: Kind) -> Parsed<(Vec<Piece>, Token)> {
        let mut pieces = Vec::new();
        let (mut trim, mut height, mut nesting, mut deepest) = (false, 1, 0u32, 0);
        loop {
            let token = self.with_newlines(true, |parser| parser.peek());
            match token.kind {
                kind if kind == end => {
                    self.with_newlines(true, |parser| parser.next());
                    self.height = height + deepest;
                    return Ok((pieces, token));
                }
                Kind::QuotedText | Kind::Text => {
                    self.next();
                    let mut text = if token.kind == Kind::Text { unescape_markers(self.token_text(token)) } else { self.unescape(token)? };
                    if std::mem::take(&mut trim) {
                        text = text.trim_start().to_owned();
                    }
                    pieces.push(Piece::Text(text));
                }
                Kind::Interpolation | Kind::Directive => {
                    if self.token_text(token).ends_with('~') {
                        trim_end(&mut pieces);
                    }
                    self.next();
                    let piece = self.with_newlines(false, |parser| {
                        if token.kind == Kind::Interpolation { parser.interpolation() } else { parser.directive(token) }
                    })?;
                    match piece {
                        Piece::If(..) | Piece::For(..) => nesting += 1,
                        Piece::EndIf(..) | Piece::EndFor(..) => nesting = nesting.saturating_sub(1),
                        _ => {}
                    }
                    deepest = deepest.max(nesting);
                    height = height.max(self.height);
                    let close = self.with_newlines(false, |parser| {
                        parser.expect(Kind::SequenceEnd, "Unclosed template sequence", |parser| {
                            let (line, found) = (parser.line(token.start), parser.found());
                            let sign = parser.token_text(token).trim_end_matches('~');
                            format!("The {sign} on line {line} was not closed: a brace }} is due before {found}.")
                        })
                    })?;
                    trim = self.token_text(close).starts_with('~');
                    pieces.push(piece);
                }
                _ => return Err(self.unclosed_string(open)),
            }
        }
    }

    fn interpolation(&mut self) -> Parsed<Piece> {
        if self.peek().kind == Kind::SequenceEnd {
            return Err(
                self.fault_here("Empty interpolation", "Between ${ and } an expression is due. For the characters themselves write $${.")
            );
        }
        Ok(Piece::Interpolation(self.expression()?))
    }

    fn directive(&mut self, open: Token) -> Parsed<Piece> {
        let token = self.peek();
        let word = if token.kind == Kind::Identifier { self.token_text(token) } else { "" };
        let range = self.range(open).to(self.range(token));
        if matches!(word, "if" | "else" | "endif" | "for" | "endfor") {
            self.next();
        }
        Ok(match word {
            "if" => Piece::If(self.expression()?, range),
            "else" => Piece::Else(range),
            "endif" => Piece::EndIf(range),
            "for" => {
                let (key, value) = self.loop_names()?;
                Piece::For(key, value, self.expression()?, range)
            }
            "endfor" => Piece::EndFor(range),
            _ => {
                let found = self.found();
                return Err(self.fault(
                    range,
                    "Invalid template directive",
                    format!(
                        "After %{{ one of if, else, endif, for and endfor is due, not {found}. For the characters themselves write %%{{."
                    ),
                ));
            }
        })
    }

    /// Nests pieces up to the end of the template, or to what ends the directive they are in.
    fn parts(&mut self, pieces: &mut VecDeque<Piece>, depth: u32) -> Parsed<(Vec<TemplatePart>, Stop)> {
        let mut parts = Vec::new();
        while let Some(piece) = pieces.pop_front() {
            match piece {
                Piece::Text(text) => push_text(&mut parts, text),
                Piece::Interpolation(expr) => parts.push(TemplatePart::Interpolation(expr)),
                Piece::Else(at) => return Ok((parts, Stop::Else(at))),
                Piece::EndIf(at) => return Ok((parts, Stop::EndIf(at))),
                Piece::EndFor(at) => return Ok((parts, Stop::EndFor(at))),
                // The height that `pieces` found counts these levels; here only the stack is guarded.
                Piece::If(_, at) | Piece::For(_, _, _, at) if depth > 100 => {
                    return Err(self.fault(at, "Template nested too deeply", "Directives may lie in each other at most 100 deep."));
                }
                Piece::If(condition, at) => {
                    let (yes, mut end) = self.parts(pieces, depth + 1)?;
                    let mut no = Vec::new();
                    if let Stop::Else(_) = end {
                        (no, end) = self.parts(pieces, depth + 1)?;
                    }
                    match end {
                        Stop::EndIf(_) => parts.push(TemplatePart::If(Box::new((condition, yes, no)))),
                        Stop::Else(at) => return Err(self.fault(at, "Second else", "An %{if …} has at most one %{else}.")),
                        Stop::EndFor(_) | Stop::Template => {
                            return Err(self.fault(at, "Unclosed if", "The %{endif} that ends this %{if …} is missing."));
                        }
                    }
                }
                Piece::For(key, value, collection, at) => {
                    let (body, end) = self.parts(pieces, depth + 1)?;
                    if !matches!(end, Stop::EndFor(_)) {
                        return Err(self.fault(at, "Unclosed for", "The %{endfor} that ends this %{for …} is missing."));
                    }
                    parts.push(TemplatePart::For(Box::new(TemplateFor { key, value, collection, body })));
                }
            }
        }
        Ok((parts, Stop::Template))
    }

    /// The text of a quoted string's token with its escapes resolved.
    fn unescape(&self, token: Token) -> Parsed<String> {
        let text = self.token_text(token);
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            result.push_str(&unescape_markers(&rest[..at]));
            rest = &rest[at..];
            let start = token.start + u32::try_from(text.len() - rest.len()).unwrap_or(0);
            let mut chars = rest[1..].chars();
            let escaped = chars.next();
            let digits = match escaped {
                Some('u') => 4,
                Some('U') => 8,
                _ => 0,
            };
            let length = 1 + escaped.map_or(0, char::len_utf8) + digits;
            let range = self.place(start, (start + u32::try_from(length).unwrap_or(0)).min(token.end));
            let char = match escaped {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(char @ ('"' | '\\')) => char,
                Some('u' | 'U') => {
                    let code = rest.get(2..length).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
                    code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32).ok_or_else(|| {
                        self.fault(
                            range,
                            "Invalid escape sequence",
                            "A character by its number is \\u and four hexadecimal digits, or \\U and eight, of an existing character.",
                        )
                    })?
                }
                other => {
                    let found = other.map_or_else(String::new, |char| format!(", not \\{char}"));
                    return Err(self.fault(
                        range,
                        "Invalid escape sequence",
                        format!("A backslash begins one of \\n, \\r, \\t, \\\", \\\\, \\uNNNN and \\UNNNNNNNN{found}. For a backslash itself write \\\\."),
                    ));
                }
            };
            result.push(char);
            rest = &rest[length..];
        }
        result.push_str(&unescape_markers(rest));
        Ok(result)
    }
}

/// `$${` is `${`, `%%{` is `%{`.
fn unescape_markers(text: &str) -> String {
    text.replace("$${", "${").replace("%%{", "%{")
}

fn push_text(parts: &mut Vec<TemplatePart>, text: String) {
    if let Some(TemplatePart::Text(before)) = parts.last_mut() {
        *before = format!("{before}{text}").into();
    } else {
        parts.push(TemplatePart::Text(text.into()));
    }
}

/// What `~` at the beginning of a sequence takes away: the space before it. In a heredoc, as in Terraform, of its own line only.
fn trim_end(pieces: &mut [Piece]) {
    if let Some(Piece::Text(text)) = pieces.last_mut() {
        text.truncate(text.trim_end().len());
    }
}

/// What `<<-` takes away: the spaces that every line begins with. Blank lines don't count.
fn dedent(pieces: &mut [Piece]) {
    let mut least = usize::MAX;
    let mut line_start = true;
    let mut lines = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        if std::mem::take(&mut line_start) {
            match piece {
                Piece::Text(text) => {
                    let spaces = text.chars().take_while(|char| char.is_whitespace()).count();
                    if !(text.ends_with('\n') && text.trim_start().is_empty()) {
                        least = least.min(spaces);
                        lines.push(index);
                    }
                }
                _ => least = 0,
            }
        }
        line_start = matches!(piece, Piece::Text(text) if text.ends_with('\n'));
    }
    for index in lines {
        if let Piece::Text(text) = &mut pieces[index] {
            *text = text.chars().skip(least).collect();
        }
    }
}
