//! JSON as Terraform writes it, from JSON that is text already: numbers stay letter by letter.

/// An object of values that are JSON.
pub(crate) fn object<'a>(fields: impl IntoIterator<Item = (&'a String, String)>) -> String {
    let fields: Vec<_> = fields.into_iter().map(|(name, value)| format!("{}:{value}", serde_json::Value::from(name.as_str()))).collect();
    format!("{{{}}}", fields.join(","))
}

/// The same JSON with a line for each part, two spaces a level. It must have no white space between its parts.
pub(crate) fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut within, mut escaped) = (0_usize, false, false);
    let mut chars = json.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(char) = chars.next() {
        if within {
            out.push(char);
            within = escaped || char != '"';
            escaped = !escaped && char == '\\';
            continue;
        }
        match char {
            '{' | '[' if matches!(chars.peek(), Some('}' | ']')) => {
                out.push(char);
                out.extend(chars.next());
            }
            '{' | '[' => {
                out.push(char);
                depth += 1;
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(char);
            }
            ',' => {
                out.push(char);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                within = char == '"';
                out.push(char);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_a_line_each_and_texts_stay() {
        let json = object([(&"a\"b".to_owned(), r#"[1.50,{"x":"{,:\"\\"}]"#.to_owned()), (&"c".to_owned(), "{}".to_owned())]);
        let expected = "{\n  \"a\\\"b\": [\n    1.50,\n    {\n      \"x\": \"{,:\\\"\\\\\"\n    }\n  ],\n  \"c\": {}\n}";
        assert_eq!(indented(&json), expected);
        assert_eq!(indented("{}"), "{}");
    }
}
