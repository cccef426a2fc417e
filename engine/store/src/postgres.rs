//! PostgreSQL: connecting to a server, bringing a database there up to date, and beginning transactions on it.

use std::time::Duration;

use hotswap_model::TenantId;
use sqlx::migrate::{Migrate as _, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgPool};

use crate::leader::take_lock;
use crate::store::{PATIENCE, READERS};
use crate::tx::Inner;
use crate::{DatabaseUrl, Result, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/postgres");

/// A server that gives no connection for this long is not available.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// The advisory lock that who writes holds.
const WRITERS: i64 = 7_700_001;

#[derive(Debug, Clone)]
pub(crate) struct PostgresDatabase {
    pool: PgPool,
    options: Box<PgConnectOptions>,
}

impl PostgresDatabase {
    /// Connects, and brings the database up to date: as `owner`, if one is given.
    pub(crate) async fn connect(url: &DatabaseUrl, owner: Option<&DatabaseUrl>) -> Result<Self> {
        bring_up_to_date(&owner.unwrap_or(url).options).await?;
        let pool = PgPoolOptions::new()
            .max_connections(READERS + 1)
            .acquire_timeout(CONNECT_WITHIN)
            .connect_with((*url.options).clone())
            .await
            .map_err(unavailable)?;
        Ok(Self { pool, options: url.options.clone() })
    }

    pub(crate) async fn write(&self, tenant: Option<&TenantId>) -> Result<Inner> {
        // The lock goes with the transaction; who waits for it waits in order. A transaction whose hotswap is cut off in the middle is
        // ended by PostgreSQL after a minute, so that the others go on.
        let sql = format!(
            "BEGIN; SET LOCAL lock_timeout = '{}ms'; SET LOCAL idle_in_transaction_session_timeout = '60s'; \
             SET LOCAL hotswap.tenant = '{}'; SELECT pg_advisory_xact_lock({WRITERS})",
            PATIENCE.as_millis(),
            seen(tenant)
        );
        Ok(Inner::Postgres(self.pool.begin_with(AssertSqlSafe(sql)).await.map_err(unavailable)?))
    }

    pub(crate) async fn read(&self, tenant: Option<&TenantId>) -> Result<Inner> {
        // Its first query, and so what it sees, is the SELECT.
        let sql = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '60s'; \
             SET LOCAL hotswap.tenant = '{}'; SELECT 1",
            seen(tenant)
        );
        Ok(Inner::Postgres(self.pool.begin_with(AssertSqlSafe(sql)).await.map_err(unavailable)?))
    }

    /// The connection that holds the leader's lock; nothing if another one has it.
    pub(crate) async fn lock_for_leader(&self) -> Result<Option<PgConnection>> {
        let mut conn = connect_once(&self.options).await?;
        Ok(take_lock(&mut conn).await?.then_some(conn))
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// What the policies of the tables compare a row's tenant with. Ids are letters, digits and `_`.
fn seen(tenant: Option<&TenantId>) -> &str {
    tenant.map_or("*", TenantId::as_str)
}

/// Waiting for a connection in vain means that there is none to be had: how many may ask at once is bounded before.
fn unavailable(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut => StoreError::Unavailable { problem: format!("it gave no connection within {CONNECT_WITHIN:?}") },
        other => other.into(),
    }
}

/// A connection of its own, outside the pool.
async fn connect_once(options: &PgConnectOptions) -> Result<PgConnection> {
    let connected = tokio::time::timeout(CONNECT_WITHIN, options.connect()).await;
    Ok(connected.map_err(|_| unavailable(sqlx::Error::PoolTimedOut))??)
}

async fn bring_up_to_date(options: &PgConnectOptions) -> Result<()> {
    let mut conn = connect_once(options).await?;
    // Migrations change rows of every tenant.
    conn.execute("SET hotswap.tenant = '*'").await?;
    if !is_up_to_date(&mut conn).await? {
        let role = options.get_username();
        MIGRATIONS.run_direct(None, &mut conn, false).await.map_err(|error| match not_allowed(&error) {
            true => StoreError::NotOwner { role: role.to_owned() },
            false => error.into(),
        })?;
    }
    conn.close().await?;
    Ok(())
}

/// Whether there is nothing to do. Asking changes nothing, so that a role which may not change tables can ask.
async fn is_up_to_date(conn: &mut PgConnection) -> Result<bool> {
    let made: (bool,) = sqlx::query_as("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(&mut *conn).await?;
    if !made.0 {
        return Ok(false);
    }
    let applied = conn.list_applied_migrations("_sqlx_migrations").await?;
    match applied.iter().find(|applied| !MIGRATIONS.version_exists(applied.version)) {
        Some(later) => Err(StoreError::TooNew { found: later.version }),
        None => Ok(applied.len() == MIGRATIONS.iter().count()),
    }
}

fn not_allowed(error: &sqlx::migrate::MigrateError) -> bool {
    use sqlx::migrate::MigrateError as M;
    match error {
        M::Execute(error) | M::ExecuteMigration(error, _) => {
            error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("42501"))
        }
        _ => false,
    }
}
