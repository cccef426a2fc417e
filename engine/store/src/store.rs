//! Opening the database, bringing it up to date, and beginning transactions on it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tempfile::TempDir;

use crate::{Result, StoreError, Tx};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Transactions that may read at the same time; more wait.
const READERS: u32 = 8;

/// How long a transaction may wait for its turn before it is told that the database is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// The database. Cheap to clone; every clone is the same database.
#[derive(Debug, Clone)]
pub struct Store {
    /// One connection, so that writers of this process queue here, in order, and never meet a locked database.
    writer: SqlitePool,
    readers: SqlitePool,
    /// Removed with the last clone, after the pools.
    _folder: Option<Arc<TempDir>>,
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
        Self::connect(path, SqliteSynchronous::Full, None).await
    }

    /// A database that is gone with the last clone of this handle.
    ///
    /// It behaves as one on disk does, with readers that see a snapshot while others write, which SQLite's own in-memory
    /// databases do not; so it is a file in a temporary folder that nobody waits for to reach the disk.
    ///
    /// # Errors
    /// [`StoreError::Io`] if there is no room for temporary files.
    pub async fn memory() -> Result<Self> {
        let folder =
            tempfile::Builder::new().prefix("hotswap-").tempdir().map_err(|error| StoreError::Io { problem: error.to_string() })?;
        let path = folder.path().join("hotswap.db");
        Self::connect(&path, SqliteSynchronous::Off, Some(folder)).await
    }

    async fn connect(path: &Path, synchronous: SqliteSynchronous, folder: Option<TempDir>) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let pool = || SqlitePoolOptions::new().acquire_timeout(PATIENCE).idle_timeout(None).max_lifetime(None).test_before_acquire(false);
        let writer = pool().max_connections(1).connect_with(options.clone()).await?;
        MIGRATIONS.run(&writer).await?;
        let readers = pool().max_connections(READERS).connect_lazy_with(options.pragma("query_only", "ON"));
        Ok(Self { writer, readers, _folder: folder.map(Arc::new) })
    }

    /// Begins a transaction that may write. Waits until no other writes; those that wait get their turn in order.
    ///
    /// A task that holds one must not ask for another: it would wait for itself.
    ///
    /// # Errors
    /// [`StoreError::Busy`] after half a minute.
    pub async fn write(&self) -> Result<Tx> {
        Ok(Tx::new(self.writer.begin_with("BEGIN IMMEDIATE").await?))
    }

    /// Begins a transaction that reads one state of the database: everything committed before this returns, nothing that is
    /// committed later. Waits for no writer. Writing in it fails.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if too many others read for half a minute.
    pub async fn read(&self) -> Result<Tx> {
        let mut tx = Tx::new(self.readers.begin().await?);
        tx.pin_snapshot().await?;
        Ok(tx)
    }

    /// Waits for the transactions that are open and closes the files. Every later transaction fails.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
