//! One statement for both databases: its text, its values, and where it runs.
//!
//! Every statement of the store is written once. Both databases number placeholders `$1`, and tables have two kinds of columns,
//! texts and whole numbers; so a statement is a text with [`Value`]s, and only here is it asked which database there is. That
//! keeps what each driver has of its own (how to connect, what an error is) within reach, which a common driver would hide.

use std::borrow::Cow;

use sqlx::postgres::{PgConnection, PgQueryResult, PgRow};
use sqlx::sqlite::{SqliteConnection, SqliteQueryResult, SqliteRow};
use sqlx::{AssertSqlSafe, Postgres, Sqlite};

/// Where a statement runs.
pub(crate) enum Conn<'tx> {
    Sqlite(&'tx mut SqliteConnection),
    Postgres(&'tx mut PgConnection),
}

/// A row of either.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What is put in place of `$1` and those behind it.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<&Option<String>> for Value {
    fn from(text: &Option<String>) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

/// A statement. Its text is ours, whatever comes from outside is a value.
#[must_use]
pub(crate) struct Query {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement of this text.
pub(crate) fn query(text: &'static str) -> Query {
    Query { text: text.into(), values: Vec::new() }
}

/// A statement for a database of this kind.
macro_rules! prepare {
    ($query:expr, $database:ty) => {{
        let Query { text, values } = $query;
        let mut prepared = sqlx::query::<$database>(AssertSqlSafe(text.into_owned()));
        for value in values {
            prepared = match value {
                Value::Text(text) => prepared.bind(text),
                Value::Int(number) => prepared.bind(number),
            };
        }
        prepared
    }};
}

impl Query {
    /// Gives the next placeholder its value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it; gives how many rows it wrote.
    pub(crate) async fn execute(self, conn: Conn<'_>) -> sqlx::Result<u64> {
        Ok(match conn {
            Conn::Sqlite(conn) => SqliteQueryResult::rows_affected(&prepare!(self, Sqlite).execute(conn).await?),
            Conn::Postgres(conn) => PgQueryResult::rows_affected(&prepare!(self, Postgres).execute(conn).await?),
        })
    }

    pub(crate) async fn fetch_all(self, conn: Conn<'_>) -> sqlx::Result<Vec<Row>> {
        Ok(match conn {
            Conn::Sqlite(conn) => prepare!(self, Sqlite).fetch_all(conn).await?.into_iter().map(Row::Sqlite).collect(),
            Conn::Postgres(conn) => prepare!(self, Postgres).fetch_all(conn).await?.into_iter().map(Row::Postgres).collect(),
        })
    }

    pub(crate) async fn fetch_optional(self, conn: Conn<'_>) -> sqlx::Result<Option<Row>> {
        Ok(match conn {
            Conn::Sqlite(conn) => prepare!(self, Sqlite).fetch_optional(conn).await?.map(Row::Sqlite),
            Conn::Postgres(conn) => prepare!(self, Postgres).fetch_optional(conn).await?.map(Row::Postgres),
        })
    }

    pub(crate) async fn fetch_one(self, conn: Conn<'_>) -> sqlx::Result<Row> {
        self.fetch_optional(conn).await?.ok_or(sqlx::Error::RowNotFound)
    }
}

/// A statement whose length depends on how many values there are.
pub(crate) struct Builder {
    text: String,
    values: Vec<Value>,
}

impl Builder {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    /// Adds text of ours.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a placeholder with its value.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds `$1, $2, …` with these values.
    pub(crate) fn push_list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.push_bind(value);
        }
        self
    }

    /// Adds `VALUES ($1, $2), ($3, $4), …`, a row for each.
    pub(crate) fn push_rows<const N: usize>(&mut self, rows: impl IntoIterator<Item = [Value; N]>) -> &mut Self {
        self.push("VALUES ");
        for (index, row) in rows.into_iter().enumerate() {
            self.push(if index > 0 { ", (" } else { "(" }).push_list(row).push(")");
        }
        self
    }

    pub(crate) fn build(self) -> Query {
        Query { text: self.text.into(), values: self.values }
    }
}
