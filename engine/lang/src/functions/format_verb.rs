//! Reading a format string: text and verbs such as `%-10.2f`, `%[2]q`.

use super::FunctionError;

/// The widest a value is padded to, and the most digits it is given.
const MOST_WIDTH: usize = 10_000;

/// A part of a format string.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// As it is.
    Text(&'a str),
    /// Where an argument goes.
    Verb(Verb<'a>),
}

/// `%`, flags, width, precision, index, letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verb<'a> {
    /// As written, for messages.
    pub(super) raw: &'a str,
    /// Which argument, counted from 0.
    pub(super) argument: usize,
    /// The letter.
    pub(super) mode: char,
    /// `+`
    pub(super) plus: bool,
    /// A space.
    pub(super) space: bool,
    /// `#`
    pub(super) sharp: bool,
    /// `0`
    pub(super) zero: bool,
    /// `-`
    pub(super) minus: bool,
    /// At least how wide.
    pub(super) width: Option<usize>,
    /// How many digits or characters.
    pub(super) precision: Option<usize>,
}

/// Reads a format string. Verbs without an index take the argument after that of the verb before.
pub(super) fn parse(format: &str) -> Result<Vec<Piece<'_>>, FunctionError> {
    let mut pieces = Vec::new();
    let mut rest = format;
    let mut next_argument = 0;
    while let Some(at) = rest.find('%') {
        if at > 0 {
            pieces.push(Piece::Text(&rest[..at]));
        }
        rest = &rest[at..];
        if rest.starts_with("%%") {
            pieces.push(Piece::Text("%"));
            rest = &rest[2..];
            continue;
        }
        let verb = verb(rest, next_argument)?;
        rest = &rest[verb.raw.len()..];
        next_argument = verb.argument + 1;
        pieces.push(Piece::Verb(verb));
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

/// Reads the verb that `text` begins with.
fn verb(text: &str, next_argument: usize) -> Result<Verb<'_>, FunctionError> {
    let mut reader = Reader { text, at: 1 };
    let mut verb = Verb {
        raw: text,
        argument: next_argument,
        mode: 'v',
        plus: false,
        space: false,
        sharp: false,
        zero: false,
        minus: false,
        width: None,
        precision: None,
    };
    loop {
        match reader.peek() {
            Some('+') => verb.plus = true,
            Some(' ') => verb.space = true,
            Some('#') => verb.sharp = true,
            Some('0') => verb.zero = true,
            Some('-') => verb.minus = true,
            _ => break,
        }
        reader.at += 1;
    }
    verb.width = reader.digits()?;
    if reader.peek() == Some('.') {
        reader.at += 1;
        verb.precision = Some(reader.digits()?.unwrap_or(0));
    }
    if reader.peek() == Some('[') {
        reader.at += 1;
        let index = if reader.peek() == Some('0') { None } else { reader.digits()? };
        let index = index.ok_or_else(|| reader.unexpected())?;
        if reader.peek() != Some(']') {
            return Err(reader.unexpected());
        }
        reader.at += 1;
        verb.argument = index - 1;
    }
    match reader.peek() {
        Some(mode) if mode.is_ascii_alphabetic() => verb.mode = mode,
        _ => return Err(reader.unexpected()),
    }
    verb.raw = &text[..=reader.at];
    Ok(verb)
}

/// Reads the characters of a verb, all of which are ASCII.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn digits(&mut self) -> Result<Option<usize>, FunctionError> {
        let start = self.at;
        while self.peek().is_some_and(|character| character.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = &self.text[start..self.at];
        if digits.is_empty() {
            return Ok(None);
        }
        let number = digits.parse().ok().filter(|number| *number <= MOST_WIDTH);
        number.map(Some).ok_or_else(|| FunctionError::at(0, format!("must have no number above {MOST_WIDTH}, {digits} is")))
    }

    fn unexpected(&self) -> FunctionError {
        let read = self.text.get(..self.at).unwrap_or_default();
        FunctionError::at(
            0,
            match self.peek() {
                Some(character) => format!("must be a format string: {character:?} can't follow {read:?}"),
                None => format!("must be a format string: it ends after {read:?}"),
            },
        )
    }
}
