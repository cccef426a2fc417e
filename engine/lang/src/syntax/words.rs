//! How messages call what was found.

use super::scan::Kind;

/// A token as a phrase.
pub(super) fn of_token(kind: Kind, text: &str) -> String {
    match kind {
        Kind::EndOfFile => "the end of the file".to_owned(),
        Kind::Newline | Kind::Comment => "the end of the line".to_owned(),
        Kind::OpenQuote => "text in quotes".to_owned(),
        Kind::OpenHeredoc => "a heredoc".to_owned(),
        Kind::Text | Kind::QuotedText => "text".to_owned(),
        Kind::UnclosedQuote => "the end of the line inside a string".to_owned(),
        Kind::Identifier => format!("the word {text:?}"),
        Kind::Number => format!("the number {text}"),
        _ => format!("{text:?}"),
    }
}

/// What to say of a character that the language has no use for but users reach for.
pub(super) fn of_slip(text: &str) -> Option<(&'static str, &'static str)> {
    let said = match text.chars().next()? {
        '\'' => ("Single quotes are not valid", "Text is written in double quotes (\"); a single quote begins nothing."),
        '`' => ("Backticks are not valid", "Text is written in double quotes (\"), or over several lines as a heredoc (<<EOT)."),
        '‘' | '’' | '“' | '”' | '„' => {
            ("Typographic quotes are not valid", "Text is written in plain double quotes (\"). These came from a word processor.")
        }
        ';' => ("Semicolons are not valid", "Arguments are separated by line breaks: put each on a line of its own."),
        '&' => ("\"&\" is not an operator", "The logical \"and\" is written &&. There are no operators on bits."),
        '|' => ("\"|\" is not an operator", "The logical \"or\" is written ||. There are no operators on bits."),
        '^' => ("\"^\" is not an operator", "There are no operators on bits; a power is pow(base, exponent)."),
        '~' => ("\"~\" is not an operator", "It belongs only just inside the braces of a template sequence, as in ${~ name ~}."),
        '<' => (
            "Invalid heredoc",
            "A heredoc begins with << or <<-, a marker such as EOT, and a line break; it ends with a line that holds nothing but the marker.",
        ),
        '/' => ("Comment without an end", "This comment begins with /* and no */ follows."),
        '\u{feff}' => {
            ("Byte order mark inside the file", "A byte order mark may stand only at the very beginning of a file. Delete it here.")
        }
        '\u{a0}' => ("Invalid character", "This is a no-break space, which looks like a space but isn't one. Replace it by a space."),
        _ => return None,
    };
    Some(said)
}
