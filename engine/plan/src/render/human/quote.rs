//! Names and texts as a configuration has them.

use std::fmt::Write as _;

/// A text in quotes. What can't be seen is escaped.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            char if char.is_control() || is_unseen(char) => {
                _ = write!(out, "\\u{:04x}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// A line of a longer text. Tabs stay; what else can't be seen is escaped.
pub(super) fn line(text: &str) -> String {
    let escaped = self::text(text);
    let plain = |char: char| char == '\t' || !(char.is_control() || is_unseen(char));
    if text.chars().all(plain) { text.to_owned() } else { escaped[1..escaped.len() - 1].to_owned() }
}

/// What is not seen or turns a line's direction around: text from elsewhere must not make a plan read otherwise than it is.
fn is_unseen(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The name of an attribute: in quotes where it could not stand without.
pub(super) fn name(name: &str) -> String {
    let mut chars = name.chars();
    let bare = chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|char| char.is_alphanumeric() || matches!(char, '_' | '-'));
    if bare { name.to_owned() } else { text(name) }
}
