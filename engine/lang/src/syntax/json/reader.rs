//! JSON with the place of everything in it.

use std::sync::Arc;

use hotswap_value::Number;

use crate::{Diagnostic, FileId, Range};

/// How deep arrays and objects may lie in each other.
const MAX_DEPTH: usize = 100;

/// A value and where it is.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) range: Range,
}

#[derive(Debug, Clone)]
pub(super) enum NodeKind {
    Null,
    Bool(bool),
    Number(Number),
    /// Text; `plain` if it is written without escapes, so that places in it are places in the file.
    String {
        text: Arc<str>,
        plain: bool,
    },
    Array(Vec<Node>),
    /// In the order written; a name may come twice.
    Object(Vec<Member>),
}

/// A name and its value in an object.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: Arc<str>,
    pub(super) name_range: Range,
    /// Whether the name is written without escapes.
    pub(super) plain: bool,
    pub(super) value: Node,
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Reads a text that is one JSON value.
pub(super) fn read(text: &str, file: FileId) -> Parsed<Node> {
    let mut reader = Reader { text, file, at: 0, depth: 0 };
    let node = reader.value()?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.fault_here("Text after the JSON value", "A file holds one JSON value, which ends before this."));
    }
    Ok(node)
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn range(&self, start: usize, end: usize) -> Range {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Range { file: self.file, start: place(start), end: place(end) }
    }

    fn fault(&self, start: usize, end: usize, summary: &str, detail: impl Into<String>) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(summary, detail).at(self.range(start, end)))
    }

    fn fault_here(&self, summary: &str, detail: impl Into<String>) -> Box<Diagnostic> {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        self.fault(self.at, self.at + length, summary, detail)
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn take(&mut self, sign: char) -> bool {
        self.space();
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len_utf8();
        }
        found
    }

    /// What is next, as a phrase.
    fn found(&self) -> String {
        match self.rest().chars().next() {
            None => "the end of the file".to_owned(),
            Some(char) => format!("{:?}", char.to_string()),
        }
    }

    fn value(&mut self) -> Parsed<Node> {
        self.space();
        let start = self.at;
        let kind = match self.rest().chars().next() {
            Some('{') => self.object()?,
            Some('[') => self.array()?,
            Some('"') => {
                let (text, plain) = self.string()?;
                NodeKind::String { text, plain }
            }
            Some('-' | '0'..='9') => self.number()?,
            Some(char) if char.is_alphabetic() => {
                let rest = self.rest();
                let word = &rest[..rest.find(|char: char| !char.is_alphanumeric()).unwrap_or(rest.len())];
                let kind = match word {
                    "true" => NodeKind::Bool(true),
                    "false" => NodeKind::Bool(false),
                    "null" => NodeKind::Null,
                    _ => {
                        let detail = format!("{word:?} is no JSON value. Text is written in double quotes; an expression is \"${{ … }}\".");
                        return Err(self.fault(start, start + word.len(), "Invalid JSON", detail));
                    }
                };
                self.at += word.len();
                kind
            }
            Some('\'') => return Err(self.fault_here("Single quotes are not valid", "Text is written in double quotes in JSON.")),
            Some('/' | '#') => {
                return Err(
                    self.fault_here("Comments are not valid", "JSON has no comments. A member named \"//\" of an object is taken as one.")
                );
            }
            _ => {
                let found = self.found();
                return Err(self.fault_here("Invalid JSON", format!("A value is due here, not {found}.")));
            }
        };
        Ok(Node { kind, range: self.range(start, self.at) })
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(
                self.fault_here("JSON nested too deeply", format!("Arrays and objects may lie in each other at most {MAX_DEPTH} deep."))
            );
        }
        Ok(())
    }

    fn line(&self, at: usize) -> usize {
        self.text[..at].bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    fn array(&mut self) -> Parsed<NodeKind> {
        let open = self.at;
        self.deeper()?;
        self.at += 1;
        let mut elements = Vec::new();
        if !self.take(']') {
            loop {
                elements.push(self.value()?);
                if self.take(']') {
                    break;
                }
                self.comma(open, "array", ']')?;
            }
        }
        self.depth -= 1;
        Ok(NodeKind::Array(elements))
    }

    fn comma(&mut self, open: usize, what: &str, close: char) -> Parsed<()> {
        let end = self.at;
        if !self.take(',') {
            let detail = format!(
                "In the {what} that was opened on line {} a comma or the closing {close} is due before {}.",
                self.line(open),
                self.found()
            );
            return Err(self.fault_here("Missing comma", detail));
        }
        self.space();
        if self.rest().starts_with(close) {
            let detail = format!("After the last element of an {what} JSON has no comma.");
            return Err(self.fault(end, self.at, "Trailing comma", detail));
        }
        Ok(())
    }

    fn object(&mut self) -> Parsed<NodeKind> {
        let open = self.at;
        self.deeper()?;
        self.at += 1;
        let mut members = Vec::new();
        if !self.take('}') {
            loop {
                self.space();
                let start = self.at;
                if !self.rest().starts_with('"') {
                    let detail = format!(
                        "In the object that was opened on line {} a name in double quotes is due, not {}.",
                        self.line(open),
                        self.found()
                    );
                    return Err(self.fault_here("Missing name", detail));
                }
                let (name, plain) = self.string()?;
                let name_range = self.range(start, self.at);
                if !self.take(':') {
                    let detail = format!("After the name {name:?} a colon and a value are due, not {}.", self.found());
                    return Err(self.fault_here("Missing colon", detail));
                }
                let value = self.value()?;
                members.push(Member { name, name_range, plain, value });
                if self.take('}') {
                    break;
                }
                self.comma(open, "object", '}')?;
            }
        }
        self.depth -= 1;
        Ok(NodeKind::Object(members))
    }

    fn number(&mut self) -> Parsed<NodeKind> {
        let start = self.at;
        let rest = self.rest();
        let length = rest.find(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '-' | '+' | '.'))).unwrap_or(rest.len());
        let text = &rest[..length];
        let digits = text.strip_prefix('-').unwrap_or(text);
        let valid = digits.starts_with(|char: char| char.is_ascii_digit())
            && !(digits.len() > 1 && digits.starts_with('0') && digits[1..].starts_with(|char: char| char.is_ascii_digit()))
            && digits.chars().all(|char| char.is_ascii_digit() || matches!(char, '.' | 'e' | 'E' | '+' | '-'));
        match crate::number::parse(text).filter(|_| valid) {
            Some(number) => {
                self.at += length;
                Ok(NodeKind::Number(number))
            }
            None => Err(self.fault(
                start,
                start + length,
                "Invalid number",
                format!("{text:?} is no number as JSON writes them, such as 12, -1.5 or 1e6."),
            )),
        }
    }

    fn string(&mut self) -> Parsed<(Arc<str>, bool)> {
        let start = self.at;
        let mut text = String::new();
        let mut at = start + 1;
        let mut plain = true;
        loop {
            let rest = &self.text[at..];
            let Some(end) = rest.find(['"', '\\', '\n']) else {
                return Err(self.fault(start, self.text.len(), "Unclosed string", "The closing double quote of this string is missing."));
            };
            text.push_str(&rest[..end]);
            at += end;
            match rest.as_bytes()[end] {
                b'"' => {
                    self.at = at + 1;
                    return Ok((text.into(), plain));
                }
                b'\\' => {
                    plain = false;
                    let (char, length) = escape(&self.text[at..]).ok_or_else(|| {
                        let length = self.text[at..].chars().take(2).map(char::len_utf8).sum::<usize>();
                        let detail = "A backslash begins one of \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t and \\uNNNN.";
                        self.fault(at, at + length, "Invalid escape sequence", detail)
                    })?;
                    text.push(char);
                    at += length;
                }
                _ => {
                    return Err(self.fault(
                        start,
                        at,
                        "Unclosed string",
                        "The closing double quote is due on the same line. A line break in text is \\n.",
                    ));
                }
            }
        }
    }
}

/// The character that an escape at the beginning of a text stands for, and its length.
fn escape(text: &str) -> Option<(char, usize)> {
    let char = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let unit = |at: usize| {
                text.get(at..at + 4)
                    .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
                    .and_then(|digits| u16::from_str_radix(digits, 16).ok())
            };
            let first = unit(2)?;
            if !(0xd800..0xdc00).contains(&first) {
                return Some((char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER), 6));
            }
            // Half of a pair; alone it means nothing.
            let second = text.get(6..8).filter(|intro| *intro == "\\u").and_then(|_| unit(8));
            let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
            return Some(pair.map_or((char::REPLACEMENT_CHARACTER, 6), |char| (char, 12)));
        }
        _ => return None,
    };
    Some((char, 2))
}
