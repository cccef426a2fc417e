//! JSON text as a state holds it: kept letter by letter, but for the white space between.

use std::{fmt, sync::Arc};

use serde_json::value::RawValue;

/// One JSON value, as text: numbers, the order of attributes and escapes stay as they were given. White space between the
/// parts does not, and what Go's encoder escapes (`<`, `>`, `&`, U+2028, U+2029) is escaped, as it is in every state file.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Json(Arc<str>);

/// The text is not one JSON value.
#[derive(Debug, thiserror::Error)]
#[error("not well-formed JSON")]
pub struct JsonError(#[source] serde_json::Error);

impl Json {
    /// The value `text` holds.
    pub fn new(text: &str) -> Result<Self, JsonError> {
        let raw: &RawValue = serde_json::from_str(text).map_err(JsonError)?;
        Ok(Self::from(raw))
    }

    /// Text known to be one JSON value.
    pub(crate) fn written(text: &str) -> Self {
        Self(compact(text).into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&RawValue> for Json {
    fn from(raw: &RawValue) -> Self {
        Self::written(raw.get())
    }
}

/// The empty object.
impl Default for Json {
    fn default() -> Self {
        Self("{}".into())
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Well-formed JSON without the white space between its parts, and with Go's escapes.
fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut within, mut escaped) = (false, false);
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let instead = match byte {
            _ if escaped => {
                escaped = false;
                continue;
            }
            b'\\' => {
                escaped = true;
                continue;
            }
            b'"' => {
                within = !within;
                continue;
            }
            b' ' | b'\n' | b'\r' | b'\t' if !within => "",
            b'<' => r"\u003c",
            b'>' => r"\u003e",
            b'&' => r"\u0026",
            0xe2 => match text.as_bytes().get(at + 1..at + 3) {
                Some([0x80, 0xa8]) => r"\u2028",
                Some([0x80, 0xa9]) => r"\u2029",
                _ => continue,
            },
            _ => continue,
        };
        out.push_str(&text[copied..at]);
        out.push_str(instead);
        copied = at + if byte == 0xe2 { 3 } else { 1 };
    }
    out.push_str(&text[copied..]);
    out
}

/// Appends `json` as Go's `MarshalIndent` would: two spaces a level, after `depth` levels.
pub(crate) fn indent(out: &mut String, json: &Json, mut depth: usize) {
    let text = json.as_str();
    let bytes = text.as_bytes();
    let (mut copied, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_text(bytes, at);
                continue;
            }
            b'{' | b'[' if matches!(bytes.get(at + 1), Some(b'}' | b']')) => at += 1,
            b'{' | b'[' => {
                out.push_str(&text[copied..=at]);
                copied = at + 1;
                depth += 1;
                new_line(out, depth);
            }
            b'}' | b']' => {
                out.push_str(&text[copied..at]);
                copied = at;
                depth = depth.saturating_sub(1);
                new_line(out, depth);
            }
            b',' => {
                out.push_str(&text[copied..=at]);
                copied = at + 1;
                new_line(out, depth);
            }
            b':' => {
                out.push_str(&text[copied..=at]);
                copied = at + 1;
                out.push(' ');
            }
            _ => {}
        }
        at += 1;
    }
    out.push_str(&text[copied..]);
}

/// Where the text that begins at `at` ends: after its closing quote.
fn end_of_text(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Begins a line, `depth` levels in.
pub(crate) fn new_line(out: &mut String, depth: usize) {
    const BLANK: &str = "                                ";
    out.push('\n');
    let mut left = 2 * depth;
    while left > 0 {
        let some = left.min(BLANK.len());
        out.push_str(&BLANK[..some]);
        left -= some;
    }
}

/// Appends text in quotes, escaped as Go escapes it.
pub(crate) fn quote(out: &mut String, text: &str) {
    out.push_str(&compact(&serde_json::Value::from(text).to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indented(text: &str) -> String {
        let mut out = String::new();
        indent(&mut out, &Json::new(text).unwrap(), 1);
        out
    }

    #[test]
    fn white_space_goes_and_everything_else_stays() {
        let json = Json::new(" { \"b\" : [ 1.50 , 1e3,\t\"a \\\" b\" ],\n \"a\":{ } } ").unwrap();
        assert_eq!(json.as_str(), r#"{"b":[1.50,1e3,"a \" b"],"a":{}}"#);
    }

    #[test]
    fn what_go_escapes_is_escaped_once() {
        let json = Json::new("\"<a href=\\\"x\\\">\\u003c&\u{2028}\u{2029}\u{2030}\u{e9}\"").unwrap();
        assert_eq!(json.as_str(), "\"\\u003ca href=\\\"x\\\"\\u003e\\u003c\\u0026\\u2028\\u2029\u{2030}\u{e9}\"");
    }

    #[test]
    fn lines_are_indented_as_go_does() {
        let text = r#"{"a":[],"b":{},"c":[1,{"d":"x: {y}, [\"z\"]"}]}"#;
        let expected = "{\n    \"a\": [],\n    \"b\": {},\n    \"c\": [\n      1,\n      {\n        \"d\": \"x: {y}, [\\\"z\\\"]\"\n      }\n    ]\n  }";
        assert_eq!(indented(text), expected);
        assert_eq!(indented("null"), "null");
        assert_eq!(indented("\"\\\\\""), "\"\\\\\"");
    }

    #[test]
    fn what_is_not_one_value_is_refused() {
        assert!(Json::new("{} {}").is_err() && Json::new("").is_err() && Json::new("{'a':1}").is_err());
    }
}
