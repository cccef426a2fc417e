//! `csvdecode`: a table of comma-separated values.

use std::{collections::BTreeMap, sync::Arc};

use csv::{ReaderBuilder, StringRecord};
use hotswap_value::Type;

use super::{
    Call, Function, FunctionError, Shape,
    signature::{Outcome, function, takes},
};
use crate::Val;

pub(super) const FUNCTIONS: &[Function] = &[function(
    "csvdecode",
    "A list of objects, one for each row of a table whose first row names the columns",
    &[takes("str", Shape::String)],
    Shape::Any,
    decode,
)];

fn decode(call: &Call) -> Outcome {
    check_quotes(call.text(0))?;
    let mut reader = ReaderBuilder::new().has_headers(true).from_reader(call.text(0).as_bytes());
    let columns = reader.headers().map_err(|error| wrong(&error))?.clone();
    if columns.is_empty() {
        return Err(FunctionError::at(0, "must have a first row that names the columns"));
    }
    let names: Vec<Arc<str>> = columns.iter().map(Arc::from).collect();
    let mut types = BTreeMap::new();
    for name in &columns {
        if types.insert(name.to_owned(), Type::String).is_some() {
            return Err(FunctionError::at(0, format!("must name each column once, {name:?} is there twice")));
        }
    }
    let row = |record: StringRecord| Val::object(names.iter().cloned().zip(record.iter().map(Val::from)));
    let rows = reader.records().map(|record| record.map(row).map_err(|error| wrong(&error)));
    Ok(Val::list(Type::Object(types), rows.collect::<Result<Vec<_>, _>>()?))
}

fn wrong(error: &csv::Error) -> FunctionError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => FunctionError::at(
            0,
            format!("must have as many values in each row as there are columns, {expected_len}; line {line} has {len}"),
        ),
        _ => FunctionError::at(0, format!("must be a table of comma-separated values: {error}")),
    }
}

/// The library takes misplaced quotes as they come; Terraform doesn't.
fn check_quotes(text: &str) -> Result<(), FunctionError> {
    let mut line = 1;
    let mut characters = text.chars().peekable();
    let mut at_start = true;
    while let Some(character) = characters.next() {
        match character {
            '"' if at_start => {
                let opened = line;
                loop {
                    match characters.next() {
                        Some('"') if characters.next_if_eq(&'"').is_none() => break,
                        Some('\n') => line += 1,
                        Some(_) => {}
                        None => return Err(FunctionError::at(0, format!("must close every quote, the one opened on line {opened} isn't"))),
                    }
                }
                if !matches!(characters.peek(), None | Some(',' | '\n' | '\r')) {
                    return Err(FunctionError::at(0, format!("must end a quoted value with its quote, line {line} goes on after it")));
                }
                at_start = false;
            }
            '"' => return Err(FunctionError::at(0, format!("must have quotes only around whole values, not as on line {line}"))),
            '\n' => {
                line += 1;
                at_start = true;
            }
            character => at_start = matches!(character, ',' | '\r'),
        }
    }
    Ok(())
}
