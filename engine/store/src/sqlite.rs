//! SQLite: opening a file, and beginning transactions on it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tempfile::TempDir;

use crate::store::{PATIENCE, READERS};
use crate::tx::Inner;
use crate::{Result, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");

#[derive(Debug, Clone)]
pub(crate) struct SqliteDatabase {
    /// One connection, so that writers of this process never meet a locked database.
    writer: SqlitePool,
    readers: SqlitePool,
    /// Removed with the last clone, after the pools.
    _folder: Option<Arc<TempDir>>,
}

impl SqliteDatabase {
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        Self::connect(path, SqliteSynchronous::Full, None).await
    }

    /// A file in a temporary folder that nobody waits for to reach the disk.
    pub(crate) async fn temporary() -> Result<Self> {
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

    pub(crate) async fn write(&self) -> Result<Inner> {
        Ok(Inner::Sqlite(self.writer.begin_with("BEGIN IMMEDIATE").await?))
    }

    pub(crate) async fn read(&self) -> Result<Inner> {
        Ok(Inner::Sqlite(self.readers.begin().await?))
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
