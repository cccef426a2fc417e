//! How the console shows a value: as one would write it, so that it can be read back.

use std::fmt::Write as _;

use hotswap_value::Type;

use crate::{Kind, Val};

/// How far each level is indented.
const STEP: usize = 2;

/// The value as the console shows it: collections with their type, one element a line; `(sensitive value)`, `(ephemeral value)`, `(known after apply)`.
pub fn show(value: &Val) -> String {
    let mut text = String::new();
    write(&mut text, value, 0);
    text
}

fn write(out: &mut String, value: &Val, indent: usize) {
    match &value.kind {
        Kind::Unknown(_) => out.push_str("(known after apply)"),
        _ if value.marks.ephemeral => out.push_str("(ephemeral value)"),
        _ if value.marks.sensitive => out.push_str("(sensitive value)"),
        Kind::Null(ty) => out.push_str(&null(ty)),
        Kind::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        // Writing to a String can't fail, here and below.
        Kind::Number(number) => drop(write!(out, "{number}")),
        Kind::String(text) => write_text(out, text, indent),
        Kind::Tuple(elements) => write_elements(out, elements, indent),
        Kind::List(_, elements) => {
            out.push_str("tolist(");
            write_elements(out, elements, indent);
            out.push(')');
        }
        Kind::Set(_, elements) => {
            out.push_str("toset(");
            write_elements(out, elements, indent);
            out.push(')');
        }
        Kind::Object(attributes) => write_items(out, attributes.iter(), indent),
        Kind::Map(_, elements) => {
            out.push_str("tomap(");
            write_items(out, elements.iter(), indent);
            out.push(')');
        }
    }
}

/// A null with what says its type, as far as there is such a thing.
fn null(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "null".to_owned(),
        Type::String => "tostring(null)".to_owned(),
        Type::Number => "tonumber(null)".to_owned(),
        Type::Bool => "tobool(null)".to_owned(),
        Type::List(element) => format!("tolist(null) /* of {element} */"),
        Type::Set(element) => format!("toset(null) /* of {element} */"),
        Type::Map(element) => format!("tomap(null) /* of {element} */"),
        Type::Tuple(_) | Type::Object(_) => format!("null /* {ty} */"),
    }
}

fn write_elements(out: &mut String, elements: &[Val], indent: usize) {
    if elements.is_empty() {
        out.push_str("[]");
        return;
    }
    out.push('[');
    for element in elements {
        new_line(out, indent + STEP);
        write(out, element, indent + STEP);
        out.push(',');
    }
    new_line(out, indent);
    out.push(']');
}

fn write_items<'v>(out: &mut String, items: impl ExactSizeIterator<Item = (&'v std::sync::Arc<str>, &'v Val)>, indent: usize) {
    if items.len() == 0 {
        out.push_str("{}");
        return;
    }
    out.push('{');
    for (key, value) in items {
        new_line(out, indent + STEP);
        write_text(out, key, indent + STEP);
        out.push_str(" = ");
        write(out, value, indent + STEP);
    }
    new_line(out, indent);
    out.push('}');
}

fn write_text(out: &mut String, text: &str, indent: usize) {
    if text.contains('\n') { write_heredoc(out, text, indent) } else { write_quoted(out, text) }
}

/// Text of several lines. Inside of something else it is indented, which `<<-` says.
fn write_heredoc(out: &mut String, text: &str, indent: usize) {
    let mut end = "EOT".to_owned();
    while text.lines().any(|line| line.trim() == end) {
        end.push('_');
    }
    out.push_str(if indent > 0 { "<<-" } else { "<<" });
    out.push_str(&end);
    for line in text.split('\n') {
        new_line(out, indent);
        out.push_str(line);
    }
    new_line(out, indent);
    out.push_str(&end);
}

/// In quotes, with what can't be seen written by its number.
fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            char if char.is_ascii_control() => drop(write!(out, "\\x{:02x}", u32::from(char))),
            char if !is_invisible(char) => out.push(char),
            char if u32::from(char) < 0x10000 => drop(write!(out, "\\u{:04x}", u32::from(char))),
            char => drop(write!(out, "\\U{:08x}", u32::from(char))),
        }
    }
    out.push('"');
}

/// Controls, spaces other than the plain one, marks of direction and format, and what is for private use.
fn is_invisible(char: char) -> bool {
    char != ' ' && (char.is_control() || char.is_whitespace())
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{10ffff}')
}

fn new_line(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}
