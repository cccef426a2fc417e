//! From columns to nouns: what doesn't read as what it must be is reported as damage, never guessed.

use std::fmt::Display;
use std::str::FromStr;

use hotswap_model::Timestamp;
use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer};
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};

use crate::{Result, StoreError};

pub(crate) use crate::sql::Row;

fn corrupt(column: &str, problem: impl Display) -> StoreError {
    StoreError::Corrupt { problem: format!("column {column}: {problem}") }
}

/// A column as the database has it.
fn get<T>(row: &Row, column: &'static str) -> Result<T>
where
    T: for<'row> Decode<'row, Sqlite> + Type<Sqlite> + for<'row> Decode<'row, Postgres> + Type<Postgres>,
{
    match row {
        Row::Sqlite(row) => row.try_get(column),
        Row::Postgres(row) => row.try_get(column),
    }
    .map_err(|error| corrupt(column, error))
}

/// A text as it is.
pub(crate) fn string(row: &Row, column: &'static str) -> Result<String> {
    get(row, column)
}

/// A text or nothing.
pub(crate) fn string_or_null(row: &Row, column: &'static str) -> Result<Option<String>> {
    get(row, column)
}

/// A text that is read by its own parser: an id, a name, a version, a digest.
pub(crate) fn text<T: FromStr<Err: Display>>(row: &Row, column: &'static str) -> Result<T> {
    string(row, column)?.parse().map_err(|error| corrupt(column, error))
}

/// As [`text`], or nothing.
pub(crate) fn text_or_null<T: FromStr<Err: Display>>(row: &Row, column: &'static str) -> Result<Option<T>> {
    string_or_null(row, column)?.map(|found| found.parse().map_err(|error| corrupt(column, error))).transpose()
}

/// One of a fixed set of words, as the type's serde form has them.
pub(crate) fn word<T: DeserializeOwned>(row: &Row, column: &'static str) -> Result<T> {
    let found = string(row, column)?;
    T::deserialize(IntoDeserializer::<serde::de::value::Error>::into_deserializer(found)).map_err(|error| corrupt(column, error))
}

/// A value kept as JSON.
pub(crate) fn json<T: DeserializeOwned>(row: &Row, column: &'static str) -> Result<T> {
    serde_json::from_str(&string(row, column)?).map_err(|error| corrupt(column, error))
}

/// As [`json`], or nothing.
pub(crate) fn json_or_null<T: DeserializeOwned>(row: &Row, column: &'static str) -> Result<Option<T>> {
    string_or_null(row, column)?.map(|found| serde_json::from_str(&found).map_err(|error| corrupt(column, error))).transpose()
}

/// A whole number.
pub(crate) fn int(row: &Row, column: &'static str) -> Result<i64> {
    get(row, column)
}

/// A whole number that isn't negative.
pub(crate) fn count(row: &Row, column: &'static str) -> Result<u64> {
    u64::try_from(int(row, column)?).map_err(|error| corrupt(column, error))
}

/// As [`count`], or nothing.
pub(crate) fn count_or_null(row: &Row, column: &'static str) -> Result<Option<u64>> {
    let found: Option<i64> = get(row, column)?;
    found.map(|number| u64::try_from(number).map_err(|error| corrupt(column, error))).transpose()
}

/// A point in time.
pub(crate) fn time(row: &Row, column: &'static str) -> Result<Timestamp> {
    int(row, column).map(Timestamp::from_micros)
}

/// As [`time`], or nothing.
pub(crate) fn time_or_null(row: &Row, column: &'static str) -> Result<Option<Timestamp>> {
    let found: Option<i64> = get(row, column)?;
    Ok(found.map(Timestamp::from_micros))
}

/// A count as databases have it.
pub(crate) fn to_int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A value as JSON.
pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("the records have text keys only, so that they are always JSON")
}

/// How many values one statement lists; well under what any database takes.
pub(crate) const BATCH: usize = 400;

/// Refuses a change by a caller who hasn't seen the row as it is.
pub(crate) fn check_etag(kind: crate::Kind, name: impl Display, stored: i64, given: Option<i64>) -> Result<()> {
    match given {
        Some(given) if given != stored => Err(StoreError::Stale { kind, name: name.to_string(), etag: stored }),
        _ => Ok(()),
    }
}
