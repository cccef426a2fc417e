//! One transaction. The methods on it stand beside the tables they concern.

use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{Executor as _, Transaction};

use crate::Result;

/// A transaction: what is read in it is one state of the database, what is written in it happens as a whole or not at all.
///
/// Dropping it, or the future that holds it, takes back everything it wrote. While one from [`Store::write`] is held, nobody
/// else writes; so hold it over nothing slow. A failed write leaves it in an unknown state: drop it.
///
/// [`Store::write`]: crate::Store::write
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Sqlite>,
}

impl Tx {
    pub(crate) fn new(inner: Transaction<'static, Sqlite>) -> Self {
        Self { inner }
    }

    /// Makes everything written in it last; it is on disk when this returns.
    ///
    /// # Errors
    /// Nothing of it lasts if this fails. If the future is dropped before it is done, either may be the case.
    pub async fn commit(self) -> Result<()> {
        Ok(self.inner.commit().await?)
    }

    /// The connection, for the methods beside the tables.
    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }

    /// Fixes what this transaction sees: a plain `BEGIN` would put that off until the first read.
    pub(crate) async fn pin_snapshot(&mut self) -> Result<()> {
        self.conn().execute("SELECT 1 FROM sqlite_schema LIMIT 1").await?;
        Ok(())
    }
}
