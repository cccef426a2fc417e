//! What the terminal shows: colours where they are wanted, headings, and numbers as people read them.

use std::io::IsTerminal;
use std::sync::LazyLock;

static COLOUR: LazyLock<bool> =
    LazyLock::new(|| std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && std::io::stdout().is_terminal());

fn painted(code: &str, text: &str) -> String {
    if *COLOUR { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Went as it should.
pub(crate) fn good(text: &str) -> String {
    painted("32", text)
}

/// Went wrong.
pub(crate) fn bad(text: &str) -> String {
    painted("1;31", text)
}

/// Worth a look.
pub(crate) fn warn(text: &str) -> String {
    painted("33", text)
}

/// In the background.
pub(crate) fn dim(text: &str) -> String {
    painted("2", text)
}

/// A new part of the story.
pub(crate) fn heading(text: &str) {
    println!("\n{}", painted("1", &format!("== {text}")));
}

/// A command as it is typed.
pub(crate) fn command(text: &str) {
    println!("{}", dim(&format!("$ {text}")));
}

/// A text of several lines, indented.
pub(crate) fn block(text: &str) {
    for line in text.lines() {
        println!("{}", format!("  {line}").trim_end());
    }
}

/// `12345` as `12,345`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_commas_at_the_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }
}
