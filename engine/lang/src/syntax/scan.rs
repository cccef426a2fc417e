//! From text to tokens. Nothing is lost: what lies between two tokens is spaces only, so that `fmt` can work on tokens too.
//!
//! Quoted strings and heredocs are made of several tokens, because `${…}` in them holds tokens of its own.

/// A token: its kind and its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Identifier,
    Number,
    /// One whole comment; one to the end of the line takes its line break along.
    Comment,
    Newline,
    /// `{`
    OpenBrace,
    CloseBrace,
    /// `[`
    OpenBracket,
    CloseBracket,
    /// `(`
    OpenParen,
    CloseParen,
    /// The `"` a string begins with.
    OpenQuote,
    CloseQuote,
    /// `<<EOT` or `<<-EOT` with its line break.
    OpenHeredoc,
    /// The line of the closing marker, with the spaces before it and without its line break.
    CloseHeredoc,
    /// Text between quotes, escapes and all; never across lines.
    QuotedText,
    /// One line of a heredoc, or what is left of it beside a sequence; in a bare template, text up to a sequence.
    Text,
    /// `${` or `${~`
    Interpolation,
    /// `%{` or `%{~`
    Directive,
    /// The `}` or `~}` that ends either.
    SequenceEnd,
    Assign,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    And,
    Or,
    Bang,
    Question,
    Colon,
    DoubleColon,
    Comma,
    Dot,
    Ellipsis,
    FatArrow,
    /// A string whose line ends before its closing quote; empty, at the end of the line.
    UnclosedQuote,
    /// A character the language has no use for.
    Invalid,
    EndOfFile,
}

/// Where scanning starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// A file or an expression.
    Normal,
    /// The inside of a template.
    Template,
}

/// What surrounds the place in hand.
#[derive(Debug)]
enum Mode<'a> {
    /// `${…}` or `%{…}`, with as many braces open in it.
    Sequence { braces: u32 },
    /// `"…"`
    Quoted,
    /// `<<EOT …`: the marker, and whether the place in hand begins a line.
    Heredoc { marker: &'a str, line_start: bool },
    /// A template without quotes.
    Bare,
}

/// The tokens of `text` from byte `from` on; the last is [`Kind::EndOfFile`].
pub(crate) fn scan(text: &str, from: usize, start: Start) -> Vec<Token> {
    let modes = match start {
        Start::Normal => Vec::new(),
        Start::Template => vec![Mode::Bare],
    };
    let mut scanner = Scanner { text, at: from, modes, tokens: Vec::new() };
    scanner.run();
    scanner.tokens
}

/// Whether an identifier can begin with it.
pub(crate) fn is_identifier_start(char: char) -> bool {
    char == '_' || char.is_alphabetic()
}

/// Whether an identifier can go on with it.
pub(crate) fn is_identifier_part(char: char) -> bool {
    char == '_' || char == '-' || char.is_alphanumeric()
}

/// Whether the text is one identifier.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(is_identifier_start) && text.chars().all(is_identifier_part)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    modes: Vec<Mode<'a>>,
    tokens: Vec<Token>,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) {
        while self.at < self.text.len() {
            match self.modes.last() {
                None | Some(Mode::Sequence { .. }) => self.code(),
                Some(Mode::Quoted) => self.quoted(),
                Some(Mode::Heredoc { .. }) => self.heredoc(),
                Some(Mode::Bare) => self.bare(),
            }
        }
        self.push(Kind::EndOfFile, 0);
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Adds a token of `length` bytes and moves past it.
    fn push(&mut self, kind: Kind, length: usize) {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.tokens.push(Token { kind, start: place(self.at), end: place(self.at + length) });
        self.at += length;
    }

    fn code(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        match first {
            ' ' | '\t' => self.at += 1,
            // A byte order mark says nothing in UTF-8.
            '\u{feff}' if self.at == 0 => self.at += first.len_utf8(),
            '\r' if rest.starts_with("\r\n") => self.push(Kind::Newline, 2),
            '\n' => self.push(Kind::Newline, 1),
            '#' => self.line_comment(),
            '/' if rest.starts_with("//") => self.line_comment(),
            '/' if rest.starts_with("/*") => match rest.find("*/") {
                Some(end) if end >= 2 => self.push(Kind::Comment, end + 2),
                // `/*/` begins a comment and does not end it.
                Some(_) => match rest[3..].find("*/") {
                    Some(end) => self.push(Kind::Comment, end + 5),
                    None => self.push(Kind::Invalid, rest.len()),
                },
                None => self.push(Kind::Invalid, rest.len()),
            },
            '"' => {
                self.push(Kind::OpenQuote, 1);
                self.modes.push(Mode::Quoted);
            }
            '0'..='9' => self.push(Kind::Number, number_length(rest)),
            '<' if rest.starts_with("<<") => self.heredoc_start(),
            '{' => {
                if let Some(Mode::Sequence { braces }) = self.modes.last_mut() {
                    *braces += 1;
                }
                self.push(Kind::OpenBrace, 1);
            }
            '}' => self.close_brace(1),
            '~' if rest.starts_with("~}") && matches!(self.modes.last(), Some(Mode::Sequence { braces: 0 })) => self.close_brace(2),
            char if is_identifier_start(char) => {
                self.push(Kind::Identifier, rest.find(|c| !is_identifier_part(c)).unwrap_or(rest.len()));
            }
            char => {
                let (kind, length) = operator(rest).unwrap_or((Kind::Invalid, char.len_utf8()));
                self.push(kind, length);
            }
        }
    }

    fn line_comment(&mut self) {
        let rest = self.rest();
        self.push(Kind::Comment, rest.find('\n').map_or(rest.len(), |at| at + 1));
    }

    fn close_brace(&mut self, length: usize) {
        match self.modes.last_mut() {
            Some(Mode::Sequence { braces: 0 }) => {
                self.push(Kind::SequenceEnd, length);
                self.modes.pop();
            }
            Some(Mode::Sequence { braces }) => {
                *braces -= 1;
                self.push(Kind::CloseBrace, 1);
            }
            _ => self.push(Kind::CloseBrace, 1),
        }
    }

    /// `<<EOT`, `<<-EOT`; anything else that begins so is two operators.
    fn heredoc_start(&mut self) {
        let rest = self.rest();
        let intro = if rest.starts_with("<<-") { 3 } else { 2 };
        let marker = &rest[intro..];
        let marker = &marker[..marker.find(|c| !is_identifier_part(c)).unwrap_or(marker.len())];
        let after = &rest[intro + marker.len()..];
        let line_break = if after.starts_with("\r\n") { 2 } else { usize::from(after.starts_with('\n')) };
        if is_identifier(marker) && line_break > 0 {
            self.push(Kind::OpenHeredoc, intro + marker.len() + line_break);
            self.modes.push(Mode::Heredoc { marker, line_start: true });
        } else {
            self.push(Kind::Invalid, 2);
        }
    }

    fn quoted(&mut self) {
        let rest = self.rest();
        if rest.starts_with('"') {
            self.push(Kind::CloseQuote, 1);
            self.modes.pop();
        } else if rest.starts_with('\n') || rest.starts_with("\r\n") {
            self.push(Kind::UnclosedQuote, 0);
            self.modes.pop();
        } else if !self.sequence_start() {
            let mut end = 0;
            while let Some(char) = rest[end..].chars().next() {
                match char {
                    '"' | '\n' => break,
                    '\r' if rest[end..].starts_with("\r\n") => break,
                    '\\' => {
                        end += 1;
                        match rest[end..].chars().next() {
                            None | Some('\n' | '\r') => {}
                            Some(escaped) => end += escaped.len_utf8(),
                        }
                    }
                    '$' | '%' => match sequence(&rest[end..]) {
                        Sequence::Start => break,
                        Sequence::Escaped => end += 3,
                        Sequence::None => end += 1,
                    },
                    char => end += char.len_utf8(),
                }
            }
            self.push(Kind::QuotedText, end);
        }
    }

    fn heredoc(&mut self) {
        let rest = self.rest();
        let Some(Mode::Heredoc { marker, line_start }) = self.modes.last_mut() else { return };
        let line_end = rest.find('\n');
        let line = &rest[..line_end.unwrap_or(rest.len())];
        // As in Terraform, the closing marker needs a line break after it.
        if *line_start && line_end.is_some() && line.trim() == *marker {
            let length = line.trim_end_matches('\r').len();
            self.push(Kind::CloseHeredoc, length);
            self.modes.pop();
            return;
        }
        *line_start = false;
        if self.sequence_start() {
            return;
        }
        let end = text_end(line);
        let whole_line = end == line.len();
        self.push(Kind::Text, if whole_line && line_end.is_some() { end + 1 } else { end });
        if let Some(Mode::Heredoc { line_start, .. }) = self.modes.last_mut() {
            *line_start = whole_line;
        }
    }

    fn bare(&mut self) {
        if !self.sequence_start() {
            self.push(Kind::Text, text_end(self.rest()));
        }
    }

    /// Whether `${` or `%{` is here; if so it is taken.
    fn sequence_start(&mut self) -> bool {
        let rest = self.rest();
        if sequence(rest) != Sequence::Start {
            return false;
        }
        let kind = if rest.starts_with('$') { Kind::Interpolation } else { Kind::Directive };
        self.push(kind, if rest[2..].starts_with('~') { 3 } else { 2 });
        self.modes.push(Mode::Sequence { braces: 0 });
        true
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sequence {
    /// `${`
    Start,
    /// `$${`
    Escaped,
    None,
}

fn sequence(text: &str) -> Sequence {
    if text.starts_with("${") || text.starts_with("%{") {
        Sequence::Start
    } else if text.starts_with("$${") || text.starts_with("%%{") {
        Sequence::Escaped
    } else {
        Sequence::None
    }
}

/// Where plain template text ends: at the first sequence.
fn text_end(text: &str) -> usize {
    let mut end = 0;
    while let Some(found) = text[end..].find(['$', '%']) {
        end += found;
        match sequence(&text[end..]) {
            Sequence::Start => return end,
            Sequence::Escaped => end += 3,
            Sequence::None => end += 1,
        }
    }
    text.len()
}

/// `12`, `1.5`, `1.5e-3`.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(0);
    if text[end..].starts_with('.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

fn operator(text: &str) -> Option<(Kind, usize)> {
    const OPERATORS: [(&str, Kind); 27] = [
        ("...", Kind::Ellipsis),
        ("==", Kind::Equal),
        ("=>", Kind::FatArrow),
        ("!=", Kind::NotEqual),
        ("<=", Kind::LessOrEqual),
        (">=", Kind::GreaterOrEqual),
        ("&&", Kind::And),
        ("||", Kind::Or),
        ("::", Kind::DoubleColon),
        ("=", Kind::Assign),
        ("!", Kind::Bang),
        ("<", Kind::Less),
        (">", Kind::Greater),
        ("+", Kind::Plus),
        ("-", Kind::Minus),
        ("*", Kind::Star),
        ("/", Kind::Slash),
        ("%", Kind::Percent),
        ("?", Kind::Question),
        (":", Kind::Colon),
        (",", Kind::Comma),
        (".", Kind::Dot),
        ("[", Kind::OpenBracket),
        ("]", Kind::CloseBracket),
        ("(", Kind::OpenParen),
        (")", Kind::CloseParen),
        ("}", Kind::CloseBrace),
    ];
    OPERATORS.iter().find(|(sign, _)| text.starts_with(sign)).map(|(sign, kind)| (*kind, sign.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        scan(text, 0, Start::Normal).iter().map(|token| (token.kind, &text[token.start as usize..token.end as usize])).collect()
    }

    #[test]
    fn a_string_is_its_quotes_its_text_and_its_sequences() {
        assert_eq!(
            kinds(r#""a\"${~ x }$${b""#),
            [
                (Kind::OpenQuote, "\""),
                (Kind::QuotedText, "a\\\""),
                (Kind::Interpolation, "${~"),
                (Kind::Identifier, "x"),
                (Kind::SequenceEnd, "}"),
                (Kind::QuotedText, "$${b"),
                (Kind::CloseQuote, "\""),
                (Kind::EndOfFile, ""),
            ]
        );
    }

    #[test]
    fn a_heredoc_ends_at_a_line_that_is_its_marker() {
        assert_eq!(
            kinds("<<-E\n a E\n${x}E\n  E\r\n"),
            [
                (Kind::OpenHeredoc, "<<-E\n"),
                (Kind::Text, " a E\n"),
                (Kind::Interpolation, "${"),
                (Kind::Identifier, "x"),
                (Kind::SequenceEnd, "}"),
                (Kind::Text, "E\n"),
                (Kind::CloseHeredoc, "  E"),
                (Kind::Newline, "\r\n"),
                (Kind::EndOfFile, ""),
            ]
        );
    }

    #[test]
    fn a_string_left_open_ends_with_its_line() {
        assert_eq!(
            kinds("\"a\nb"),
            [
                (Kind::OpenQuote, "\""),
                (Kind::QuotedText, "a"),
                (Kind::UnclosedQuote, ""),
                (Kind::Newline, "\n"),
                (Kind::Identifier, "b"),
                (Kind::EndOfFile, ""),
            ]
        );
    }

    #[test]
    fn numbers_take_no_more_than_is_theirs() {
        for (text, length) in [("1", 1), ("1.5", 3), ("1.a", 1), ("1e5", 3), ("1e", 1), ("1.5E-3x", 6), ("1...", 1)] {
            assert_eq!(number_length(text), length, "{text}");
        }
    }
}
