//! Text in other forms: base64, other character sets, URLs.

use std::io::Write;

use base64::{
    Engine, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use flate2::{Compression, write::GzEncoder};

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    charset::Charset,
    signature::{Outcome, function, takes},
};

/// As Terraform reads base64: padded, and the bits that fill the last letter may be anything.
const LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

const STR: Parameter = takes("str", Shape::String);
const ENCODING: Parameter = takes("encoding", Shape::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64decode", "The text that base64 stands for", &[STR], Shape::String, base64decode),
    function("base64encode", "The text in base64", &[STR], Shape::String, |call| Ok(STANDARD.encode(call.text(0)).into())),
    function("base64gzip", "The text compressed by gzip, in base64", &[STR], Shape::String, base64gzip),
    function(
        "textdecodebase64",
        "The text that base64 stands for, in a given character set",
        &[takes("source", Shape::String), ENCODING],
        Shape::String,
        |call| {
            let text = charset(call)?.decode(&decode(call, 0)?);
            Ok(text.ok_or_else(|| FunctionError::at(0, format!("must be text in {}", call.text(1))))?.into())
        },
    ),
    function(
        "textencodebase64",
        "The text in a given character set, in base64",
        &[takes("string", Shape::String), ENCODING],
        Shape::String,
        |call| {
            let bytes = charset(call)?.encode(call.text(0));
            let bytes = bytes
                .map_err(|character| FunctionError::at(0, format!("must be text that {} can hold, {character:?} isn't", call.text(1))))?;
            Ok(STANDARD.encode(bytes).into())
        },
    ),
    function("urlencode", "The text as it may stand in the query of a URL", &[STR], Shape::String, |call| {
        Ok(urlencode(call.text(0)).into())
    }),
];

fn decode(call: &Call, index: usize) -> Result<Vec<u8>, FunctionError> {
    let text: String = call.text(index).chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    LENIENT.decode(text).map_err(|error| FunctionError::at(index, format!("must be base64: {error}")))
}

fn base64decode(call: &Call) -> Outcome {
    let text = String::from_utf8(decode(call, 0)?);
    Ok(text.map_err(|_| FunctionError::at(0, "must stand for text, and what it stands for isn't UTF-8"))?.into())
}

fn base64gzip(call: &Call) -> Outcome {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let bytes = encoder.write_all(call.text(0).as_bytes()).and_then(|()| encoder.finish());
    Ok(STANDARD.encode(bytes.map_err(|error| FunctionError::new(error.to_string()))?).into())
}

fn charset(call: &Call) -> Result<Charset, FunctionError> {
    let known = "UTF-8, UTF-16, UTF-16LE, UTF-16BE, ISO-8859-1, US-ASCII or windows-1252";
    Charset::named(call.text(1)).ok_or_else(|| FunctionError::at(1, format!("must be one of {known}, not {:?}", call.text(1))))
}

fn urlencode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            byte => out.push_str(percent_encoding::percent_encode_byte(byte)),
        }
    }
    out
}
