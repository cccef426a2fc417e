//! Leading: of the servers on one database, one runs rollouts and serves traffic, the others stand by.
//!
//! On PostgreSQL the one that leads holds an advisory lock on a connection of its own, which ends with the server, however that ends.
//! Each that begins to lead takes the next number, and a transaction that acts for a leader asks whether that is still the highest: so
//! one that was cut off, and does not know yet that another leads, writes nothing. A SQLite file has one server anyway.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::row;
use crate::sql::query;
use crate::{Result, Tx};

/// A connection that does not answer for so long is lost.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// The advisory lock of the one that leads.
const LEADER: i64 = 7_700_002;

/// Leadership of this server. Let go when it is dropped.
#[derive(Debug)]
pub struct Leadership {
    /// The number of this leader; every later one has a higher one.
    pub generation: i64,
    lock: Option<PgConnection>,
}

impl Leadership {
    pub(crate) fn new(lock: Option<PgConnection>, generation: i64) -> Self {
        Self { generation, lock }
    }

    /// Whether the connection that holds it still answers. If not, it may be lost, and another server may lead.
    pub async fn holds(&mut self) -> bool {
        match &mut self.lock {
            None => true,
            Some(lock) => tokio::time::timeout(ANSWERS_WITHIN, lock.ping()).await.is_ok_and(|answer| answer.is_ok()),
        }
    }

    /// Lets it go, so that another server leads at once.
    pub async fn let_go(self) {
        if let Some(lock) = self.lock {
            // Whether or not the server is told, the lock ends with the connection.
            let _ = tokio::time::timeout(ANSWERS_WITHIN, lock.close()).await;
        }
    }
}

/// Takes the lock on a connection, unless another one has it. A server that vanishes without a word is noticed by it within 20 s.
pub(crate) async fn take_lock(conn: &mut PgConnection) -> Result<bool> {
    conn.execute("SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3").await?;
    let (taken,): (bool,) = sqlx::query_as(AssertSqlSafe(format!("SELECT pg_try_advisory_lock({LEADER})"))).fetch_one(conn).await?;
    Ok(taken)
}

impl Tx {
    /// The number of the server that leads.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn leader_generation(&mut self) -> Result<i64> {
        row::int(&query("SELECT value FROM counters WHERE name = 'leader'").fetch_one(self.conn()).await?, "value")
    }

    pub(crate) async fn next_leader(&mut self) -> Result<i64> {
        let sql = query("UPDATE counters SET value = value + 1 WHERE name = 'leader' RETURNING value");
        row::int(&sql.fetch_one(self.conn()).await?, "value")
    }
}
