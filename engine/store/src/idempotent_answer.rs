//! Answers given under an idempotency key, so that the same request sent again gets the same answer and acts once.

use hotswap_model::Timestamp;

use crate::row;
use crate::sql::query;
use crate::{Kind, Result, StoreError, Tx};

/// An answer given under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotentAnswer {
    /// The key, as the client chose it.
    pub key: String,
    /// Which request was answered: another one under the same key is a mistake of the client.
    pub request_hash: String,
    /// The answer's HTTP status.
    pub status: u16,
    /// The answer's body.
    pub body: String,
    /// When it was answered.
    pub created_at: Timestamp,
}

impl Tx {
    /// The answer given under this key.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn idempotent_answer(&mut self, key: &str) -> Result<Option<IdempotentAnswer>> {
        let found = query("SELECT key, request_hash, status, body, created_at FROM idempotent_answers WHERE key = $1")
            .bind(key)
            .fetch_optional(self.conn())
            .await?;
        let Some(found) = found else { return Ok(None) };
        let status = row::int(&found, "status")?;
        Ok(Some(IdempotentAnswer {
            key: row::string(&found, "key")?,
            request_hash: row::string(&found, "request_hash")?,
            status: u16::try_from(status)
                .map_err(|_| StoreError::Corrupt { problem: format!("column status: {status} is no HTTP status") })?,
            body: row::string(&found, "body")?,
            created_at: row::time(&found, "created_at")?,
        }))
    }

    /// Keeps an answer. To be called in the transaction that did what was answered.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is an answer under the key.
    pub async fn insert_idempotent_answer(&mut self, answer: &IdempotentAnswer) -> Result<()> {
        let done = query("INSERT INTO idempotent_answers (key, request_hash, status, body, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING")
            .bind(&answer.key)
            .bind(&answer.request_hash)
            .bind(i64::from(answer.status))
            .bind(&answer.body)
            .bind(answer.created_at.as_micros())
            .execute(self.conn())
            .await?;
        if done == 0 {
            return Err(StoreError::conflict(Kind::IdempotentAnswer, &answer.key, None));
        }
        Ok(())
    }

    /// Forgets answers given before this time; gives how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prune_idempotent_answers(&mut self, before: Timestamp) -> Result<u64> {
        let done = query("DELETE FROM idempotent_answers WHERE created_at < $1").bind(before.as_micros()).execute(self.conn()).await?;
        Ok(done)
    }
}
