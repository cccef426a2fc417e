//! Opening the database, and beginning transactions on it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hotswap_model::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::postgres::PostgresDatabase;
use crate::sqlite::SqliteDatabase;
use crate::{DatabaseUrl, Leadership, Result, StoreError, Tx};

/// Transactions of this process that may read at the same time; more wait.
pub(crate) const READERS: u32 = 8;

/// How long a transaction may wait for its turn before it is told that the database is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The database. Cheap to clone; every clone is the same database.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    /// Writers of this process queue here, in order, before they ask for a connection.
    writing: Arc<Semaphore>,
    reading: Arc<Semaphore>,
}

/// Which database there is.
#[derive(Debug, Clone)]
enum Database {
    Sqlite(SqliteDatabase),
    Postgres(PostgresDatabase),
}

impl Store {
    /// Opens the SQLite database at this path, makes it if it isn't there, and brings it up to date.
    ///
    /// Its folder must exist. A commit is on disk when it returns, power cuts included.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the file can't be used, [`StoreError::Corrupt`] if it is no database, [`StoreError::TooNew`] if a
    /// newer hotswap wrote it.
    pub async fn open(path: &Path) -> Result<Self> {
        Ok(Self::over(Database::Sqlite(SqliteDatabase::open(path).await?)))
    }

    /// A SQLite database that is gone with the last clone of this handle.
    ///
    /// It behaves as one on disk does, with readers that see a snapshot while others write, which SQLite's own in-memory
    /// databases do not.
    ///
    /// # Errors
    /// [`StoreError::Io`] if there is no room for temporary files.
    pub async fn memory() -> Result<Self> {
        Ok(Self::over(Database::Sqlite(SqliteDatabase::temporary().await?)))
    }

    /// Connects to a database on a PostgreSQL server, which must exist, and brings it up to date; as `owner`, if one is given: then
    /// `url` needs no right to change tables. Others may be connected to it meanwhile.
    ///
    /// Connections that are lost are made again when they are next needed. What a commit promises is the server's to keep.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the server doesn't answer or lets nobody in; [`StoreError::NotOwner`] if the database is not up to
    /// date and may not be brought there; [`StoreError::TooNew`] if a newer hotswap wrote it.
    pub async fn connect(url: &DatabaseUrl, owner: Option<&DatabaseUrl>) -> Result<Self> {
        Ok(Self::over(Database::Postgres(PostgresDatabase::connect(url, owner).await?)))
    }

    fn over(database: Database) -> Self {
        Self { database, writing: Arc::new(Semaphore::new(1)), reading: Arc::new(Semaphore::new(READERS as usize)) }
    }

    /// Begins a transaction that may write. Waits until no other writes, be it in another process; those that wait get their turn
    /// in order.
    ///
    /// A task that holds one must not ask for another: it would wait for itself.
    ///
    /// # Errors
    /// [`StoreError::Busy`] after half a minute, [`StoreError::Unavailable`] if there is no connection to be had.
    pub async fn write(&self) -> Result<Tx> {
        self.write_for(None).await
    }

    /// As [`Store::write`]. Given a tenant, PostgreSQL sees to it that the transaction neither sees nor writes a row of another one;
    /// SQLite has nothing of the kind, so that who calls must ask for the right rows.
    ///
    /// # Errors
    /// As those of [`Store::write`].
    pub async fn write_for(&self, tenant: Option<&TenantId>) -> Result<Tx> {
        let turn = turn(&self.writing).await?;
        let inner = match &self.database {
            Database::Sqlite(database) => database.write().await?,
            Database::Postgres(database) => database.write(tenant).await?,
        };
        Ok(Tx::new(inner, turn))
    }

    /// Begins a transaction that reads one state of the database: everything committed before this returns, nothing that is
    /// committed later. Waits for no writer. Writing in it fails.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if too many others read for half a minute, [`StoreError::Unavailable`] if there is no connection to be had.
    pub async fn read(&self) -> Result<Tx> {
        self.read_for(None).await
    }

    /// As [`Store::read`]. Given a tenant, PostgreSQL shows no row of another one; SQLite has nothing of the kind.
    ///
    /// # Errors
    /// As those of [`Store::read`].
    pub async fn read_for(&self, tenant: Option<&TenantId>) -> Result<Tx> {
        let turn = turn(&self.reading).await?;
        let inner = match &self.database {
            Database::Sqlite(database) => database.read().await?,
            Database::Postgres(database) => database.read(tenant).await?,
        };
        let mut tx = Tx::new(inner, turn);
        tx.pin_snapshot().await?;
        Ok(tx)
    }

    /// Begins to lead, unless another server on this database does.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn lead(&self) -> Result<Option<Leadership>> {
        let lock = match &self.database {
            Database::Sqlite(_) => None,
            Database::Postgres(database) => match database.lock_for_leader().await? {
                Some(lock) => Some(lock),
                None => return Ok(None),
            },
        };
        let mut tx = self.write().await?;
        let generation = tx.next_leader().await?;
        tx.commit().await?;
        Ok(Some(Leadership::new(lock, generation)))
    }

    /// Whether other servers may be on this database.
    pub fn is_shared(&self) -> bool {
        matches!(self.database, Database::Postgres(_))
    }

    /// Waits for the transactions that are open and lets the database go. Every later transaction fails.
    pub async fn close(&self) {
        self.writing.close();
        self.reading.close();
        match &self.database {
            Database::Sqlite(database) => database.close().await,
            Database::Postgres(database) => database.close().await,
        }
    }
}

/// Waits for a turn, in order.
async fn turn(queue: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    let turn = tokio::time::timeout(PATIENCE, queue.clone().acquire_owned()).await.map_err(|_| StoreError::Busy)?;
    turn.map_err(|_| sqlx::Error::PoolClosed.into())
}
