//! `format` and `formatlist`: values written into text as verbs say.

use hotswap_value::Type;
use unicode_segmentation::UnicodeSegmentation;

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    arguments::a_kind,
    format_number,
    format_verb::{Piece, Verb, parse},
    json,
    signature::{Outcome, STRINGS, function, takes},
};
use crate::{Kind, Val, convert::convert};

const FORMAT: Parameter = takes("format", Shape::String);
const ARGS: Parameter = takes("args", Shape::Any).or_typed_null();

pub(super) const FUNCTIONS: &[Function] = &[
    function("format", "The text with values written in where its verbs (%s, %d, …) stand", &[FORMAT], Shape::String, format).and(&ARGS),
    function("formatlist", "A list of texts, written as by format for each element of the lists", &[FORMAT], STRINGS, formatlist)
        .and(&ARGS),
];

fn format(call: &Call) -> Outcome {
    if call.from(1).any(|(_, value)| !value.is_wholly_known()) {
        // A fault of the format string doesn't wait for the values.
        parse(call.text(0))?;
        return Ok(Kind::Unknown(Type::String).into());
    }
    let values: Vec<&Val> = call.from(1).map(|(_, value)| value).collect();
    write(call.text(0), &values).map(Into::into)
}

fn formatlist(call: &Call) -> Outcome {
    let lists: Vec<Option<&[Val]>> = call.from(1).map(|(_, value)| value.as_elements()).collect();
    let mut length: Option<(usize, usize)> = None;
    for (index, elements) in lists.iter().enumerate().filter_map(|(index, list)| Some((index + 1, (*list)?))) {
        match length {
            None => length = Some((index, elements.len())),
            Some((first, due)) if due != elements.len() => {
                let given = elements.len();
                return Err(FunctionError::at(
                    index,
                    format!("must be lists of one length: argument {first} has {due} elements, argument {index} has {given}"),
                ));
            }
            Some(_) => {}
        }
    }
    let count = length.map_or(1, |(_, length)| length);
    let mut texts = Vec::with_capacity(count);
    for position in 0..count {
        let values: Vec<&Val> =
            lists.iter().enumerate().map(|(index, list)| list.map_or(call.value(index + 1), |elements| &elements[position])).collect();
        if values.iter().all(|value| value.is_wholly_known()) {
            texts.push(write(call.text(0), &values)?.into());
        } else {
            texts.push(Val::from(Kind::Unknown(Type::String)));
        }
    }
    Ok(Val::list(Type::String, texts))
}

/// The text of a format string and known values. Every value must be used.
fn write(format: &str, values: &[&Val]) -> Result<String, FunctionError> {
    let mut out = String::new();
    let mut used = 0;
    for piece in parse(format)? {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Verb(verb) => {
                let value = values.get(verb.argument).ok_or_else(|| {
                    let needed = verb.argument + 1;
                    FunctionError::new(format!("{} needs a value number {needed}, and {} are given", verb.raw, values.len()))
                })?;
                used = used.max(verb.argument + 1);
                out.push_str(&written(&verb, value)?);
            }
        }
    }
    if used < values.len() {
        let text = format!("must be as many as the format string uses: it uses {used}, and {} are given", values.len());
        return Err(FunctionError::at(used + 1, text));
    }
    Ok(out)
}

fn written(verb: &Verb, value: &Val) -> Result<String, FunctionError> {
    let wrong = |needs: &str| {
        FunctionError::at(verb.argument + 1, format!("must fit the format string: {} writes {needs}, not {}", verb.raw, a_kind(value)))
    };
    let converted = |ty: Type, needs: &str| match convert(value, &ty) {
        Ok(value) if !value.is_null() => Ok(value),
        _ => Err(wrong(needs)),
    };
    match verb.mode {
        'v' => as_it_is(verb, value),
        't' => Ok(converted(Type::Bool, "a bool")?.as_bool().unwrap_or_default().to_string()),
        'b' | 'd' | 'o' | 'x' | 'X' => match converted(Type::Number, "a whole number")?.as_number() {
            Some(number) if number.is_integer() => Ok(format_number::integer(verb, number)),
            _ => Err(FunctionError::at(verb.argument + 1, format!("must fit the format string: {} writes a whole number", verb.raw))),
        },
        'e' | 'E' | 'f' | 'g' | 'G' => match converted(Type::Number, "a number")?.as_number() {
            Some(number) => Ok(format_number::float(verb, number)),
            None => Err(wrong("a number")),
        },
        's' => Ok(padded(verb, cut(verb, converted(Type::String, "a string")?.as_str().unwrap_or_default()))),
        'q' => {
            let value = converted(Type::String, "a string")?;
            let mut quoted = String::new();
            json::write_text(&mut quoted, cut(verb, value.as_str().unwrap_or_default()));
            Ok(padded(verb, &quoted))
        }
        _ => Err(FunctionError::at(0, format!("must use verbs there are, and {} is none", verb.raw))),
    }
}

/// Strings and numbers as they are, anything else, or all with `#`, as JSON.
fn as_it_is(verb: &Verb, value: &Val) -> Result<String, FunctionError> {
    match &value.kind {
        Kind::String(text) if !verb.sharp => Ok(padded(verb, text)),
        Kind::Number(number) if !verb.sharp => Ok(padded(verb, &format_number::shortest(number))),
        _ => {
            let mut out = String::new();
            json::write(&mut out, value);
            Ok(padded(verb, &out))
        }
    }
}

/// The text cut to the verb's precision. A precision of zero counts as none.
fn cut<'a>(verb: &Verb, text: &'a str) -> &'a str {
    match verb.precision {
        Some(most) if most > 0 => text.grapheme_indices(true).nth(most).map_or(text, |(end, _)| &text[..end]),
        _ => text,
    }
}

fn padded(verb: &Verb, text: &str) -> String {
    let length = text.graphemes(true).count();
    let padding = (if verb.zero { "0" } else { " " }).repeat(verb.width.unwrap_or(0).saturating_sub(length));
    if verb.minus { format!("{text}{padding}") } else { format!("{padding}{text}") }
}
