//! Text: cutting, joining, changing letters. Characters are what a reader takes for one (grapheme clusters).

use std::sync::Arc;

use hotswap_value::Type;
use unicode_segmentation::UnicodeSegmentation;

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    signature::{Outcome, STRINGS, function, takes},
};
use crate::{Kind, Val};

/// The longest text that is made of short ones by repetition, in bytes.
const MOST_BYTES: usize = 16 << 20;

const STR: Parameter = takes("str", Shape::String);
const PREFIX: Parameter = takes("prefix", Shape::String);
const SUFFIX: Parameter = takes("suffix", Shape::String);
const SEPARATOR: Parameter = takes("separator", Shape::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function("chomp", "The text without the line ends at its end", &[STR], Shape::String, |call| {
        text(call.text(0).trim_end_matches(['\r', '\n']))
    }),
    function("endswith", "Whether the text ends so", &[STR, SUFFIX], Shape::Bool, |call| Ok(call.text(0).ends_with(call.text(1)).into())),
    function(
        "indent",
        "The text with spaces before every line but the first",
        &[takes("spaces", Shape::Number), STR],
        Shape::String,
        indent,
    ),
    function("join", "The strings of all lists with a separator between", &[SEPARATOR], Shape::String, join).and(&takes("lists", STRINGS)),
    function("lower", "The text in lower-case letters", &[STR], Shape::String, |call| {
        text(call.text(0).chars().map(lower).collect::<String>())
    }),
    function("split", "The parts of the text between separators", &[SEPARATOR, STR], STRINGS, split),
    function("startswith", "Whether the text begins so", &[STR, PREFIX], Shape::Bool, |call| {
        Ok(call.text(0).starts_with(call.text(1)).into())
    }),
    function("strcontains", "Whether the text holds another", &[STR, takes("substr", Shape::String)], Shape::Bool, |call| {
        Ok(call.text(0).contains(call.text(1)).into())
    }),
    function("strrev", "The characters in opposite order", &[STR], Shape::String, |call| {
        text(call.text(0).graphemes(true).rev().collect::<String>())
    }),
    function(
        "substr",
        "A number of characters from an offset; a negative offset counts from the end, a negative length goes to the end",
        &[STR, takes("offset", Shape::Number), takes("length", Shape::Number)],
        Shape::String,
        substr,
    ),
    function("title", "The text with every word's first letter in upper case", &[STR], Shape::String, |call| text(title(call.text(0)))),
    function(
        "trim",
        "The text without any of these characters at either end",
        &[STR, takes("cutset", Shape::String)],
        Shape::String,
        |call| text(call.text(0).trim_matches(|character| call.text(1).contains(character))),
    ),
    function("trimprefix", "The text without this at its start", &[STR, PREFIX], Shape::String, |call| {
        text(call.text(0).strip_prefix(call.text(1)).unwrap_or(call.text(0)))
    }),
    function("trimspace", "The text without white space at either end", &[STR], Shape::String, |call| text(call.text(0).trim())),
    function("trimsuffix", "The text without this at its end", &[STR, SUFFIX], Shape::String, |call| {
        text(call.text(0).strip_suffix(call.text(1)).unwrap_or(call.text(0)))
    }),
    function("upper", "The text in upper-case letters", &[STR], Shape::String, |call| {
        text(call.text(0).chars().map(upper).collect::<String>())
    }),
];

fn text(text: impl Into<Arc<str>>) -> Outcome {
    Ok(text.into().into())
}

fn indent(call: &Call) -> Outcome {
    let spaces = call.integer(0)?;
    let spaces = usize::try_from(spaces).map_err(|_| FunctionError::at(0, format!("must not be negative, it is {spaces}")))?;
    let lines = call.text(1).matches('\n').count();
    if spaces.saturating_mul(lines) > MOST_BYTES {
        return Err(FunctionError::at(0, format!("must leave the text below {MOST_BYTES} bytes, {spaces} on {lines} lines don't")));
    }
    if lines == 0 {
        return text(call.text(1));
    }
    text(call.text(1).replace('\n', &format!("\n{}", " ".repeat(spaces))))
}

fn join(call: &Call) -> Outcome {
    if call.count() < 2 {
        return Err(FunctionError::new("it takes at least one list"));
    }
    let mut texts = Vec::new();
    for (index, list) in call.from(1) {
        for (position, element) in list.as_elements().unwrap_or_default().iter().enumerate() {
            match &element.kind {
                Kind::String(text) => texts.push(&**text),
                Kind::Unknown(_) => return Ok(Kind::Unknown(Type::String).into()),
                _ => return Err(FunctionError::at(index, format!("must hold no null, element {position} is one"))),
            }
        }
    }
    text(texts.join(call.text(0)))
}

fn split(call: &Call) -> Outcome {
    let (separator, text) = (call.text(0), call.text(1));
    let parts: Vec<Val> = match separator {
        "" => text.chars().map(|character| character.to_string().into()).collect(),
        separator => text.split(separator).map(Val::from).collect(),
    };
    Ok(Val::list(Type::String, parts))
}

fn substr(call: &Call) -> Outcome {
    let all = call.text(0);
    let (offset, length) = (call.integer(1)?, call.integer(2)?);
    // Terraform's own slip, kept because states hold its results: counted from the end, no length means all that is left.
    let length = if offset < 0 && length == 0 { -1 } else { length };
    let offset = if offset < 0 { offset.saturating_add(all.graphemes(true).count() as i64).max(0) } else { offset };
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    text(all.graphemes(true).skip(offset).take(length).collect::<String>())
}

/// The one upper-case letter for this one. Where only several letters would do (`ß`), it stays as it is, as in Terraform.
fn upper(character: char) -> char {
    match character {
        // Greek letters with an iota below have a capital of their own, beside the longer form Rust gives.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => shifted(character, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shifted(character, 9),
        _ => single(character.to_uppercase(), character),
    }
}

fn lower(character: char) -> char {
    match character {
        'İ' => 'i',
        _ => single(character.to_lowercase(), character),
    }
}

/// The form a letter has at the start of a word: the upper-case one, but for a few that stand for two letters.
fn title_case(character: char) -> char {
    match character {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        // Georgian has upper-case letters but doesn't begin words with them.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => character,
        _ => upper(character),
    }
}

fn shifted(character: char, by: u32) -> char {
    char::from_u32(u32::from(character) + by).unwrap_or(character)
}

fn single(mut mapped: impl ExactSizeIterator<Item = char>, character: char) -> char {
    if mapped.len() == 1 { mapped.next().unwrap_or(character) } else { character }
}

fn title(text: &str) -> String {
    let mut before = ' ';
    text.chars()
        .map(|character| {
            let titled = if parts_words(before) { title_case(character) } else { character };
            before = character;
            titled
        })
        .collect()
}

/// Whether a word may begin after this character.
fn parts_words(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_alphanumeric() && character != '_';
    }
    !character.is_alphanumeric() && character.is_whitespace()
}
