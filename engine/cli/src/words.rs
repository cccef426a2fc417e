//! A line of text taken apart as a shell does it: words, quotes and backslashes, and nothing else.

/// A quote is opened and not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the quote {0} is not closed")]
pub(crate) struct UnclosedQuote(char);

/// The words of a line.
pub(crate) fn split(line: &str) -> Result<Vec<String>, UnclosedQuote> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        match char {
            '\'' | '"' => quoted(char, &mut chars, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().extend(chars.next()),
            space if space.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Adds everything up to the closing quote. A backslash escapes in double quotes only.
fn quoted(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), UnclosedQuote> {
    while let Some(char) = chars.next() {
        match char {
            end if end == quote => return Ok(()),
            '\\' if quote == '"' => match chars.next() {
                Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                Some(other) => word.extend(['\\', other]),
                None => break,
            },
            other => word.push(other),
        }
    }
    Err(UnclosedQuote(quote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_a_shell_has_them() {
        assert_eq!(split(r#" a  'b c'd "e\"f\n" \"g "" "#).unwrap(), ["a", "b cd", r#"e"f\n"#, "\"g", ""]);
        assert_eq!(split("").unwrap(), Vec::<String>::new());
        assert_eq!(split("-var='x={\"a\"=1}'").unwrap(), ["-var=x={\"a\"=1}"]);
    }

    #[test]
    fn an_open_quote_is_an_error() {
        assert_eq!(split("a 'b"), Err(UnclosedQuote('\'')));
        assert_eq!(split("a \"b\\"), Err(UnclosedQuote('"')));
    }
}
