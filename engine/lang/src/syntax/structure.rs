//! Bodies: arguments and blocks. Here parsing goes on after a fault, with the next line.

use super::{
    parser::{MAX_BLOCKS, MAX_FAULTS, Parsed, Parser},
    scan::{Kind, Token},
};
use crate::{
    Range,
    ast::{Attribute, Block, Body},
};

/// Words that blocks at the left margin begin with. One inside another block tells where a closing brace is missing.
const TOP_LEVEL: [&str; 12] =
    ["resource", "data", "variable", "output", "locals", "module", "provider", "terraform", "moved", "import", "removed", "check"];

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    File,
    Brace,
}

impl Parser<'_> {
    /// Everything up to the end of the file. Faults are in `self.diagnostics`.
    pub(super) fn file_body(&mut self) -> Body {
        let mut body = self.empty_body();
        self.items(&mut body, End::File);
        body.range = self.place(0, self.text.len().try_into().unwrap_or(u32::MAX));
        body
    }

    fn empty_body(&self) -> Body {
        Body { attributes: Vec::new(), blocks: Vec::new(), range: self.range(self.peek()) }
    }

    /// Reads items until the body ends; the closing brace is left. Returns whether there is one.
    fn items(&mut self, body: &mut Body, end: End) -> bool {
        let surroundings = self.surroundings();
        loop {
            while matches!(self.peek().kind, Kind::Newline | Kind::Comment) {
                self.next();
            }
            match self.peek().kind {
                Kind::EndOfFile => return false,
                Kind::CloseBrace if end == End::Brace => return true,
                _ => {}
            }
            let item = self.mark();
            if let Err(fault) = self.item(body) {
                self.diagnostics.push(*fault);
                self.return_to(surroundings);
                if self.diagnostics.len() >= MAX_FAULTS {
                    self.skip_all();
                    return true;
                }
                self.recover(item);
                if self.mark() <= item && self.peek().kind != Kind::EndOfFile {
                    // Whatever it is, it can't begin an item.
                    self.go_to(item + 1);
                }
            }
        }
    }

    fn skip_all(&mut self) {
        while self.next().kind != Kind::EndOfFile {}
    }

    fn item(&mut self, body: &mut Body) -> Parsed<()> {
        let token = self.peek();
        match token.kind {
            Kind::Identifier => {}
            Kind::OpenQuote => {
                return Err(self.fault_here(
                    "Argument name in quotes",
                    "The name of an argument or the type of a block is a bare word: leave out the quotes.",
                ));
            }
            Kind::CloseBrace => {
                return Err(self.fault_here(
                    "Unexpected closing brace",
                    "No block is open here: this brace closes nothing. Remove it, or look for a brace too many above.",
                ));
            }
            _ => {
                let found = self.found();
                return Err(self.unexpected(
                    "Argument or block definition required",
                    format!("An argument (name = value) or a block (type \"label\" {{ … }}) is due here, not {found}."),
                ));
            }
        }
        let name = self.next();
        match self.peek().kind {
            Kind::Assign => self.attribute(name, body),
            Kind::OpenBrace | Kind::OpenQuote | Kind::Identifier => self.block(name, body),
            _ => {
                let (word, found) = (self.token_text(name), self.found());
                let detail = match self.peek().kind {
                    Kind::Colon => format!("The value of an argument follows an equals sign: write {word} = …"),
                    Kind::Dot | Kind::OpenBracket => {
                        format!(
                            "The name of an argument is one word. To set part of {word:?}, write it as a whole: {word} = {{ … }} or {word} = [ … ]."
                        )
                    }
                    _ => format!(
                        "After {word:?} an equals sign and a value are due, or a block's labels and its opening brace; not {found}."
                    ),
                };
                Err(self.unexpected("Argument or block definition required", detail))
            }
        }
    }

    fn attribute(&mut self, name: Token, body: &mut Body) -> Parsed<()> {
        let word = self.token_text(name);
        self.next();
        if self.at_line_end() {
            return Err(self.fault(
                self.range(name),
                "Missing value",
                format!("The value of {word:?} is due on the same line, after the equals sign."),
            ));
        }
        let value = self.expression()?;
        let name_range = self.range(name);
        let range = name_range.to(value.range);
        if let Some(first) = body.attribute(word) {
            let line = self.line_of(first.name_range);
            let fault = self.fault(
                name_range,
                "Argument set twice",
                format!("The argument {word:?} was already set on line {line}. Each may be set only once in a block."),
            );
            self.diagnostics.push(*fault);
        } else {
            body.attributes.push(Attribute { name: word.into(), name_range, value, range });
        }
        self.end_of_item(word, "argument")
    }

    fn end_of_item(&mut self, word: &str, what: &str) -> Parsed<()> {
        if self.at_line_end() || self.peek().kind == Kind::CloseBrace && self.one_line {
            return Ok(());
        }
        if self.peek().kind == Kind::CloseBrace && !self.headers.is_empty() {
            return Err(self.fault_here(
                "Missing newline",
                "The closing brace of a block is due on a line of its own, unless the whole block stands on one line.",
            ));
        }
        if self.peek().kind == Kind::Comma {
            return Err(self.fault_here(
                "Unexpected comma",
                format!("The {what} {word:?} ends with its line; commas separate only the elements of a list and a function's arguments."),
            ));
        }
        let found = self.found();
        Err(self.unexpected(
            "Missing newline",
            format!("The {what} {word:?} ends before {found}; a line break is due between two arguments or blocks."),
        ))
    }

    fn line_of(&self, range: Range) -> usize {
        // Ranges of a file that is parsed as a whole start where the text does.
        self.line(range.start.saturating_sub(self.place(0, 0).start).min(u32::try_from(self.text.len()).unwrap_or(u32::MAX)))
    }

    fn block(&mut self, ty: Token, body: &mut Body) -> Parsed<()> {
        let word = self.token_text(ty);
        let mut header = self.range(ty);
        let mut labels: Vec<(std::sync::Arc<str>, Range)> = Vec::new();
        loop {
            match self.peek().kind {
                Kind::OpenBrace => break,
                Kind::Identifier => {
                    let label = self.next();
                    header = header.to(self.range(label));
                    labels.push((self.token_text(label).into(), self.range(label)));
                }
                Kind::OpenQuote => {
                    let (label, range) = self.label()?;
                    header = header.to(range);
                    labels.push((label, range));
                }
                Kind::Assign if labels.len() == 1 => {
                    let label: &str = &labels[0].0;
                    return Err(self.fault(
                        header,
                        "Invalid argument name",
                        format!("The name of an argument is one word; here are two, {word:?} and {label:?}."),
                    ));
                }
                _ => {
                    let found = self.found();
                    return Err(self.unexpected(
                        "Missing opening brace",
                        format!("A block's labels and its opening brace are due on one line: after the header of this {word:?} block {{ is due, not {found}."),
                    ));
                }
            }
        }
        if self.headers.len() >= MAX_BLOCKS {
            return Err(self.fault_here("Blocks nested too deeply", format!("Blocks may lie in each other at most {MAX_BLOCKS} deep.")));
        }
        let open = self.next();
        self.headers.push(header);
        let mut inner = self.empty_body();
        let single_line = !self.at_line_end();
        let closed = self.with_newlines(true, |parser| {
            if single_line { parser.single_line_items(&mut inner) } else { Ok(parser.items(&mut inner, End::Brace)) }
        });
        self.headers.pop();
        let closed = closed?;
        let close = self.peek();
        if !closed {
            self.unclosed(word, header, &inner);
        } else {
            self.next();
        }
        inner.range = self.place(open.start, close.end);
        let range = header.to(self.range(close));
        body.blocks.push(Block { ty: word.into(), labels, body: inner, header, range });
        if close.kind == Kind::EndOfFile { Ok(()) } else { self.end_of_item(word, "block") }
    }

    /// `{ name = value }`, `{}`: at most one argument.
    fn single_line_items(&mut self, body: &mut Body) -> Parsed<bool> {
        if self.peek().kind == Kind::CloseBrace {
            return Ok(true);
        }
        let item = self.mark();
        if self.peek().kind == Kind::Identifier && self.peek_second().kind != Kind::Assign {
            return Err(self.fault_here(
                "Invalid block on one line",
                "A block on one line holds at most one argument and no other block: put a line break after the opening brace and after each item.",
            ));
        }
        self.one_line = true;
        let result = self.item(body);
        self.one_line = false;
        result?;
        match self.peek().kind {
            Kind::CloseBrace => Ok(true),
            Kind::EndOfFile => Ok(false),
            _ => Err(self.fault(
                self.range(self.token_at(item)),
                "Invalid block on one line",
                "The argument stands on the line of the opening brace, so the closing brace is due on that line too. Or put a line break after the opening brace.",
            )),
        }
    }

    /// The block is not closed before the file ends: says where it begins, and where the brace is probably missing.
    fn unclosed(&mut self, word: &str, header: Range, inner: &Body) {
        const SUMMARY: &str = "Unclosed block";
        // Those around it are not closed either; one message is enough.
        if self.diagnostics.iter().any(|fault| fault.summary == SUMMARY) {
            return;
        }
        let margin = inner.blocks.iter().find(|block| TOP_LEVEL.contains(&&*block.ty) && self.at_margin(block.header));
        let hint = margin.map_or_else(String::new, |block| {
            format!(
                " It is probably missing before line {}, where a {:?} block begins at the left margin.",
                self.line_of(block.header),
                &*block.ty
            )
        });
        let fault =
            self.fault(header, SUMMARY, format!("This {word:?} block was opened here, and the file ends before its closing brace.{hint}"));
        self.diagnostics.push(*fault);
    }

    fn at_margin(&self, range: Range) -> bool {
        let start = range.start.saturating_sub(self.place(0, 0).start) as usize;
        start == 0 || self.text.as_bytes().get(start - 1) == Some(&b'\n')
    }
}
