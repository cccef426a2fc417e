//! `yamlencode`: values as YAML in the one layout that Terraform gives them, which is libyaml's.

use hotswap_value::Type;

use super::{
    Call, Function, Shape,
    signature::{Outcome, function, takes},
};
use crate::{Kind, Val};

pub(super) const FUNCTIONS: &[Function] =
    &[function("yamlencode", "The value as a YAML document", &[takes("value", Shape::Any).or_null()], Shape::String, encode)];

/// Text longer than this is folded at its next space.
const WIDTH: usize = 80;
/// The longest key written before its colon on one line, in bytes.
const LONGEST_KEY: usize = 128;
/// What each level is indented by.
const STEP: usize = 2;

fn encode(call: &Call) -> Outcome {
    let value = call.value(0);
    if !value.is_wholly_known() {
        return Ok(Kind::Unknown(Type::String).into());
    }
    let mut writer = Writer { out: String::new(), column: 0, after_space: true, at_start: true };
    writer.node(value, None, false);
    writer.line(0);
    if matches!(value.kind, Kind::Null(_) | Kind::Bool(_) | Kind::Number(_)) {
        // A document that is one bare word could go on, so its end is marked.
        writer.out.push_str("...\n");
    }
    Ok(writer.out.into())
}

struct Writer {
    out: String,
    column: usize,
    /// Whether the last character is a space, or the line is empty.
    after_space: bool,
    /// Whether the line holds only spaces and indicators so far: a block may begin on it.
    at_start: bool,
}

impl Writer {
    /// Writes a value inside a block indented by `indent`, or as the whole document. `in_mapping`: it is a mapping's.
    fn node(&mut self, value: &Val, indent: Option<usize>, in_mapping: bool) {
        match &value.kind {
            Kind::Null(_) | Kind::Unknown(_) => self.word("null"),
            Kind::Bool(truth) => self.word(if *truth { "true" } else { "false" }),
            Kind::Number(number) => self.word(&number.to_string()),
            Kind::String(text) => self.text(text, deeper(indent, true), false),
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => self.sequence(elements, indent, in_mapping),
            Kind::Map(_, elements) | Kind::Object(elements) => {
                if elements.is_empty() {
                    return self.word("{}");
                }
                let indent = deeper(indent, false);
                for (key, value) in elements.iter() {
                    self.line(indent);
                    self.entry(key, value, indent);
                }
            }
        }
    }

    fn sequence(&mut self, elements: &[Val], indent: Option<usize>, in_mapping: bool) {
        if elements.is_empty() {
            return self.word("[]");
        }
        // A list that begins on a line of its own below its key isn't indented further.
        let indent = if in_mapping && !self.at_start { indent.unwrap_or(0) } else { deeper(indent, false) };
        for element in elements {
            self.line(indent);
            self.indicator("-");
            self.node(element, Some(indent), false);
        }
    }

    fn entry(&mut self, key: &str, value: &Val, indent: usize) {
        if key.len() <= LONGEST_KEY && !key.contains('\n') {
            self.text(key, indent + STEP, true);
            self.out.push(':');
            self.column += 1;
            self.after_space = false;
            self.at_start = false;
        } else {
            self.indicator("?");
            self.text(key, indent + STEP, false);
            self.line(indent);
            self.indicator(":");
        }
        self.node(value, Some(indent), true);
    }

    /// Goes to a line that holds only this indentation, a new one unless this line can still be it.
    fn line(&mut self, indent: usize) {
        if !self.at_start || self.column > indent || (self.column == indent && !self.after_space) {
            self.out.push('\n');
            self.column = 0;
        }
        while self.column < indent {
            self.put(' ');
        }
        self.after_space = true;
        self.at_start = true;
    }

    fn indicator(&mut self, indicator: &str) {
        self.space();
        self.out.push_str(indicator);
        self.column += indicator.len();
        self.after_space = false;
    }

    fn space(&mut self) {
        if !self.after_space {
            self.put(' ');
        }
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
    }

    fn word(&mut self, word: &str) {
        self.space();
        self.out.push_str(word);
        self.column += word.chars().count();
        self.after_space = false;
        self.at_start = false;
    }

    fn text(&mut self, text: &str, indent: usize, one_line: bool) {
        self.space();
        if text.contains('\n') && !one_line && fits_block(text) {
            self.block(text, indent);
        } else {
            self.quoted(text, indent, one_line);
        }
    }

    /// `|` and the lines as they are.
    fn block(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n']) {
            self.out.push_str(&STEP.to_string());
        }
        match text.strip_suffix('\n') {
            None => self.out.push('-'),
            Some(rest) if rest.is_empty() || rest.ends_with('\n') => self.out.push('+'),
            Some(_) => {}
        }
        self.out.push('\n');
        self.column = 0;
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                self.out.push_str(&" ".repeat(indent));
            }
            self.out.push_str(line);
        }
        let ended = text.ends_with('\n');
        // The column matters only as whether the line is empty.
        self.column = usize::from(!ended);
        self.at_start = ended;
        self.after_space = ended;
    }

    fn quoted(&mut self, text: &str, indent: usize, one_line: bool) {
        self.put('"');
        let mut after_space = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let last = characters.peek().is_none();
            if character == ' ' && !one_line && !after_space && self.column > WIDTH && at > 0 && !last {
                self.at_start = false;
                self.line(indent);
                if matches!(characters.peek(), Some((_, ' '))) {
                    self.put('\\');
                }
            } else {
                self.escaped(character);
            }
            after_space = character == ' ';
        }
        self.put('"');
        self.after_space = false;
        self.at_start = false;
    }

    fn escaped(&mut self, character: char) {
        let short = match character {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ if is_printable(character) => return self.put(character),
            _ => {
                let code = u32::from(character);
                let escape = match code {
                    0..=0xff => format!("\\x{code:02X}"),
                    0x100..=0xffff => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                self.out.push_str(&escape);
                self.column += escape.len();
                return;
            }
        };
        self.put('\\');
        self.put(short);
    }
}

/// The indentation of a block inside one indented by `indent`. A scalar that is the whole document is indented all the same.
fn deeper(indent: Option<usize>, scalar: bool) -> usize {
    match indent {
        Some(indent) => indent + STEP,
        None if scalar => STEP,
        None => 0,
    }
}

fn fits_block(text: &str) -> bool {
    let special = |character: char| character != '\n' && !is_printable(character);
    !text.ends_with(' ') && !text.contains(" \n") && !text.contains(special)
}

/// What the emitter takes for printable; it knows nothing beyond the basic plane.
fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}
