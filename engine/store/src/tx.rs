//! One transaction. The methods on it stand beside the tables they concern.

use sqlx::{Executor as _, Postgres, Sqlite, Transaction};
use tokio::sync::OwnedSemaphorePermit;

use crate::Result;
use crate::sql::Conn;

/// A transaction: what is read in it is one state of the database, what is written in it happens as a whole or not at all.
///
/// Dropping it, or the future that holds it, takes back everything it wrote. While one from [`Store::write`] is held, nobody
/// else writes; so hold it over nothing slow. A failed write leaves it in an unknown state: drop it.
///
/// [`Store::write`]: crate::Store::write
#[derive(Debug)]
pub struct Tx {
    inner: Inner,
    /// Given back behind the connection, so that who is next finds one.
    _turn: OwnedSemaphorePermit,
}

#[derive(Debug)]
pub(crate) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) fn new(inner: Inner, turn: OwnedSemaphorePermit) -> Self {
        Self { inner, _turn: turn }
    }

    /// Makes everything written in it last; it is on disk when this returns.
    ///
    /// # Errors
    /// Nothing of it lasts if this fails, but for a connection to a database server that is lost meanwhile: then, and if the
    /// future is dropped before it is done, either may be the case.
    pub async fn commit(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(inner) => inner.commit().await?,
            Inner::Postgres(inner) => inner.commit().await?,
        }
        Ok(())
    }

    /// The connection, for the methods beside the tables.
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match &mut self.inner {
            Inner::Sqlite(inner) => Conn::Sqlite(inner),
            Inner::Postgres(inner) => Conn::Postgres(inner),
        }
    }

    /// Fixes what this transaction sees: a plain `BEGIN` of SQLite would put that off until the first read.
    pub(crate) async fn pin_snapshot(&mut self) -> Result<()> {
        if let Inner::Sqlite(inner) = &mut self.inner {
            inner.execute("SELECT 1 FROM sqlite_schema LIMIT 1").await?;
        }
        Ok(())
    }
}
