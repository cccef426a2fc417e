//! What the parts of the parser share: the tokens in hand, which of them count, places, faults and how high a tree may grow.

use super::{
    scan::{self, Kind, Start, Token},
    words,
};
use crate::{Diagnostic, Diagnostics, FileId, Range};

/// How high the tree of one expression may grow. Whoever walks a tree does so recursively; this keeps every stack safe.
const MAX_HEIGHT: u32 = 128;
/// How deep blocks may lie in each other.
pub(super) const MAX_BLOCKS: usize = 64;
/// After so many faults of one file its parsing ends.
pub(super) const MAX_FAULTS: usize = 20;

/// What was read, or the fault that ended it. The fault is told by whoever can go on after it.
pub(super) type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Where the text stands in its file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin {
    /// Its first byte is this one of the file.
    At(FileId, u32),
    /// It is in the file, in one line, from this byte on.
    InLine { file: FileId, start: u32, line: usize },
    /// It is not in the file as it is (a JSON string with escapes); everything in it is said to be here.
    Whole { range: Range, line: usize },
}

/// Reads tokens into a tree. A construct's method leaves the parser after it if it succeeds, and anywhere if it doesn't.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    origin: Origin,
    start: Start,
    tokens: Vec<Token>,
    /// The token in hand.
    at: usize,
    /// Whether line breaks count, innermost last.
    newlines: Vec<bool>,
    /// How many constructs the one in hand lies in.
    depth: u32,
    /// The height of the tree that was read last.
    pub(super) height: u32,
    /// How many templates the place in hand lies in.
    pub(super) templates: u32,
    /// The headers of the blocks the place in hand lies in.
    pub(super) headers: Vec<Range>,
    /// Whether the block in hand stands on one line.
    pub(super) one_line: bool,
    pub(super) diagnostics: Diagnostics,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, origin: Origin, start: Start) -> Self {
        Self {
            text,
            origin,
            start,
            tokens: scan::scan(text, 0, start),
            at: 0,
            newlines: vec![true],
            depth: 0,
            height: 0,
            templates: 0,
            headers: Vec::new(),
            one_line: false,
            diagnostics: Vec::new(),
        }
    }

    /// The next token that counts.
    pub(super) fn peek(&self) -> Token {
        self.tokens[self.skip_from(self.at)]
    }

    /// The token that counts after that.
    pub(super) fn peek_second(&self) -> Token {
        self.tokens[self.skip_from(self.skip_from(self.at) + 1)]
    }

    /// Takes the next token that counts; the end of the file stays.
    pub(super) fn next(&mut self) -> Token {
        let at = self.skip_from(self.at);
        let token = self.tokens[at];
        self.at = (at + 1).min(self.tokens.len() - 1);
        token
    }

    fn skip_from(&self, mut at: usize) -> usize {
        let newlines = self.newlines.last().copied().unwrap_or(true);
        let last = self.tokens.len() - 1;
        while at < last {
            match self.tokens[at].kind {
                // A comment to the end of the line ends the line.
                Kind::Comment if newlines && self.ends_line(at) => break,
                Kind::Comment => {}
                Kind::Newline if !newlines => {}
                _ => break,
            }
            at += 1;
        }
        at.min(last)
    }

    fn ends_line(&self, at: usize) -> bool {
        self.token_text(self.tokens[at]).ends_with('\n')
    }

    /// Takes the next token if it is of that kind.
    pub(super) fn take(&mut self, kind: Kind) -> Option<Token> {
        (self.peek().kind == kind).then(|| self.next())
    }

    /// Whether the line ends here.
    pub(super) fn at_line_end(&self) -> bool {
        let token = self.peek();
        matches!(token.kind, Kind::Newline | Kind::EndOfFile | Kind::Comment)
    }

    /// The place of the next token that counts, to come back to by [`Parser::go_to`].
    pub(super) fn mark(&self) -> usize {
        self.skip_from(self.at)
    }

    pub(super) fn go_to(&mut self, mark: usize) {
        self.at = mark;
    }

    pub(super) fn token_at(&self, mark: usize) -> Token {
        self.tokens[mark.min(self.tokens.len() - 1)]
    }

    pub(super) fn token_text(&self, token: Token) -> &'a str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        let token = self.peek();
        token.kind == Kind::Identifier && self.token_text(token) == word
    }

    pub(super) fn range(&self, token: Token) -> Range {
        self.place(token.start, token.end)
    }

    /// Where bytes of the text are in the file.
    pub(super) fn place(&self, start: u32, end: u32) -> Range {
        match self.origin {
            Origin::At(file, base) | Origin::InLine { file, start: base, .. } => Range { file, start: base + start, end: base + end },
            Origin::Whole { range, .. } => range,
        }
    }

    /// The line of the file that a place in the text is in, counted from 1.
    pub(super) fn line(&self, byte: u32) -> usize {
        if let Origin::InLine { line, .. } | Origin::Whole { line, .. } = self.origin {
            return line;
        }
        self.text.as_bytes()[..byte as usize].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Runs `parse` with line breaks counting or not.
    pub(super) fn with_newlines<T>(&mut self, count: bool, parse: impl FnOnce(&mut Self) -> T) -> T {
        self.newlines.push(count);
        let result = parse(self);
        self.newlines.pop();
        result
    }

    /// Runs `parse` one level deeper; a fault if that is too deep.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_HEIGHT {
            return Err(self.too_high());
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    /// Notes that a tree stands on subtrees of which the highest has this height.
    pub(super) fn grow(&mut self, highest: u32) -> Parsed<()> {
        if highest >= MAX_HEIGHT {
            return Err(self.too_high());
        }
        self.height = highest + 1;
        Ok(())
    }

    fn too_high(&self) -> Box<Diagnostic> {
        self.fault_here(
            "Expression nested too deeply",
            format!("An expression may hold at most {MAX_HEIGHT} levels of operators, calls and brackets. Name parts of it in locals."),
        )
    }

    /// A fault at a place.
    pub(super) fn fault(&self, range: Range, summary: impl Into<String>, detail: impl Into<String>) -> Box<Diagnostic> {
        let mut fault = Diagnostic::error(summary, detail).at(range);
        fault.context = self.headers.last().copied();
        Box::new(fault)
    }

    /// A fault at the next token.
    pub(super) fn fault_here(&self, summary: impl Into<String>, detail: impl Into<String>) -> Box<Diagnostic> {
        self.fault(self.range(self.peek()), summary, detail)
    }

    /// The fault that something else than the next token is due. Characters that are common slips are explained instead.
    pub(super) fn unexpected(&self, summary: &str, detail: impl Into<String>) -> Box<Diagnostic> {
        let token = self.peek();
        if token.kind == Kind::Invalid
            && let Some((summary, detail)) = words::of_slip(self.token_text(token))
        {
            return self.fault(self.range(token), summary, detail);
        }
        self.fault(self.range(token), summary, detail)
    }

    /// Takes a token of that kind, or says what is due.
    pub(super) fn expect(&mut self, kind: Kind, summary: &str, detail: impl FnOnce(&Self) -> String) -> Parsed<Token> {
        match self.take(kind) {
            Some(token) => Ok(token),
            None => Err(self.unexpected(summary, detail(self))),
        }
    }

    /// What the next token is, as a phrase.
    pub(super) fn found(&self) -> String {
        let token = self.peek();
        words::of_token(token.kind, self.token_text(token))
    }

    /// Goes to the end of the line that an item begins in or, if brackets were opened in it, to where they are closed.
    ///
    /// Inside an unfinished string or sequence the tokens that follow mean nothing: the text is scanned again from the next line.
    pub(super) fn recover(&mut self, item: usize) {
        let blank = |token: &&Token| matches!(token.kind, Kind::Newline | Kind::Comment);
        let fault_at = self.at + self.tokens[self.at..].iter().take_while(blank).count();
        if self.heredoc_stays_open(item) {
            self.at = self.tokens.len() - 1;
            return;
        }
        if std::mem::take(&mut self.templates) > 0 {
            let from = self.tokens[item].start as usize;
            let line_end = self.text[from..].find('\n').map_or(self.text.len(), |at| from + at);
            self.tokens.truncate(item + 1);
            self.tokens.extend(scan::scan(self.text, line_end, self.start));
            self.at = item + 1;
            return;
        }
        let mut open = Vec::new();
        self.at = item;
        loop {
            let token = self.tokens[self.at];
            if self.at == fault_at && self.begins_argument(fault_at) && !open.contains(&Kind::CloseBrace) {
                return;
            }
            match token.kind {
                Kind::EndOfFile => return,
                Kind::OpenBrace => open.push(Kind::CloseBrace),
                Kind::OpenBracket => open.push(Kind::CloseBracket),
                Kind::OpenParen => open.push(Kind::CloseParen),
                Kind::OpenQuote => open.push(Kind::CloseQuote),
                Kind::OpenHeredoc => open.push(Kind::CloseHeredoc),
                Kind::Interpolation | Kind::Directive => open.push(Kind::SequenceEnd),
                Kind::UnclosedQuote => {
                    open.pop();
                }
                Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::CloseQuote | Kind::CloseHeredoc | Kind::SequenceEnd => {
                    match open.last() {
                        Some(due) if *due == token.kind => {
                            open.pop();
                        }
                        // It closes what surrounds the item: a bracket in the item was never closed.
                        Some(_) if token.kind == Kind::CloseBrace => return,
                        None if token.kind == Kind::CloseBrace && self.at >= fault_at => return,
                        _ => {}
                    }
                }
                Kind::Newline if open.is_empty() => return,
                Kind::Comment if open.is_empty() && self.ends_line(self.at) => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Whether the rest of the file is the inside of a heredoc that begins in the item.
    fn heredoc_stays_open(&self, item: usize) -> bool {
        let last = self.tokens[item..].iter().rev().find(|token| matches!(token.kind, Kind::OpenHeredoc | Kind::CloseHeredoc));
        last.is_some_and(|token| token.kind == Kind::OpenHeredoc)
    }

    /// Whether a line that reads `name =` starts here: in brackets it can't go on, so a bracket was left open before it.
    fn begins_argument(&self, at: usize) -> bool {
        self.tokens[at].kind == Kind::Identifier
            && self.tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Assign)
            && at.checked_sub(1).is_some_and(|before| self.ends_line(before))
    }

    /// What surrounds the place in hand, for [`Parser::return_to`].
    pub(super) fn surroundings(&self) -> (usize, u32, usize) {
        (self.newlines.len(), self.depth, self.headers.len())
    }

    /// Forgets what was begun since, after a fault in it.
    pub(super) fn return_to(&mut self, (newlines, depth, headers): (usize, u32, usize)) {
        self.newlines.truncate(newlines);
        self.depth = depth;
        self.headers.truncate(headers);
    }
}
