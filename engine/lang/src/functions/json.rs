//! `jsonencode` and `jsondecode`, and values as JSON for whoever else needs it.

use hotswap_value::{Type, Value};

use super::{
    Call, Function, FunctionError, Shape,
    signature::{Outcome, function, takes},
};
use crate::{Kind, Val, number};

pub(super) const FUNCTIONS: &[Function] = &[
    function("jsondecode", "The value a JSON document says", &[takes("str", Shape::String)], Shape::Any, decode),
    function("jsonencode", "The value as a JSON document", &[takes("val", Shape::Any).or_null()], Shape::String, encode),
];

fn encode(call: &Call) -> Outcome {
    let value = call.value(0);
    if !value.is_wholly_known() {
        return Ok(Kind::Unknown(Type::String).into());
    }
    let mut out = String::new();
    write(&mut out, value);
    Ok(out.into())
}

/// Writes a value as JSON without spaces. What is not known is written as null; callers see to it that all is.
pub(super) fn write(out: &mut String, value: &Val) {
    match &value.kind {
        Kind::Null(_) | Kind::Unknown(_) => out.push_str("null"),
        Kind::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(&number.to_string()),
        Kind::String(text) => write_text(out, text),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(out, element);
            }
            out.push(']');
        }
        Kind::Map(_, elements) | Kind::Object(elements) => {
            out.push('{');
            for (index, (key, element)) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(out, key);
                out.push(':');
                write(out, element);
            }
            out.push('}');
        }
    }
}

/// Writes text in quotes. Beyond what JSON asks for, the characters that matter to HTML and JavaScript are escaped, as in Terraform.
pub(super) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
}

fn decode(call: &Call) -> Outcome {
    let value = hotswap_value::json::from_text(call.text(0)).map_err(|error| {
        // The library calls the document by what it is; here the argument's name stands before.
        FunctionError::at(0, format!("must be a JSON document: {error}"))
    })?;
    from_value(&value)
}

fn from_value(value: &Value) -> Outcome {
    Ok(match value {
        Value::Null | Value::Unknown | Value::Dynamic(_) => Val::null(),
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => {
            number::rounded(number).ok_or_else(|| FunctionError::at(0, "must hold no number of so many digits"))?.into()
        }
        Value::String(text) => text.as_str().into(),
        Value::List(elements) => Val::tuple(elements.iter().map(from_value).collect::<Result<Vec<_>, _>>()?),
        Value::Set(elements) => Val::tuple(elements.iter().map(from_value).collect::<Result<Vec<_>, _>>()?),
        Value::Map(elements) => {
            let attributes = elements.iter().map(|(name, value)| Ok((name.as_str(), from_value(value)?)));
            Val::object(attributes.collect::<Result<Vec<_>, FunctionError>>()?)
        }
    })
}
