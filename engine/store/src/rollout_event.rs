//! What happened in a rollout, one line after the other.

use hotswap_model::{RolloutId, Timestamp};

use crate::row;
use crate::sql::query;
use crate::{Kind, Result, StoreError, Tx};

/// One thing that happened in a rollout. Never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutEvent {
    /// In which rollout.
    pub rollout_id: RolloutId,
    /// 1 for a rollout's first, then rising by one.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What kind of thing, as a stable word.
    pub kind: String,
    /// What happened, in a sentence.
    pub message: String,
    /// The numbers behind it: JSON.
    pub detail: String,
}

impl Tx {
    /// Adds the next event to a rollout and gives it with its number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such rollout.
    pub async fn append_rollout_event(
        &mut self,
        rollout: &RolloutId,
        at: Timestamp,
        kind: &str,
        message: &str,
        detail: &str,
    ) -> Result<RolloutEvent> {
        let found = query(
            "INSERT INTO rollout_events (rollout_id, seq, tenant_id, at, kind, message, detail) \
             SELECT o.id, (SELECT coalesce(max(seq), 0) + 1 FROM rollout_events WHERE rollout_id = $1), o.tenant_id, $2, $3, $4, $5 \
             FROM rollouts o WHERE o.id = $1 RETURNING seq",
        )
        .bind(rollout.as_str())
        .bind(at.as_micros())
        .bind(kind)
        .bind(message)
        .bind(detail)
        .fetch_optional(self.conn())
        .await?;
        let found = found.ok_or_else(|| StoreError::not_found(Kind::Rollout, rollout))?;
        Ok(RolloutEvent {
            rollout_id: rollout.clone(),
            seq: row::count(&found, "seq")?,
            at,
            kind: kind.to_owned(),
            message: message.to_owned(),
            detail: detail.to_owned(),
        })
    }

    /// Events of a rollout behind number `after` (0: from the first), in order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_rollout_events(&mut self, rollout: &RolloutId, after: u64) -> Result<Vec<RolloutEvent>> {
        let rows =
            query("SELECT rollout_id, seq, at, kind, message, detail FROM rollout_events WHERE rollout_id = $1 AND seq > $2 ORDER BY seq")
                .bind(rollout.as_str())
                .bind(row::to_int(after))
                .fetch_all(self.conn())
                .await?;
        let read = |row| {
            Ok(RolloutEvent {
                rollout_id: row::text(row, "rollout_id")?,
                seq: row::count(row, "seq")?,
                at: row::time(row, "at")?,
                kind: row::string(row, "kind")?,
                message: row::string(row, "message")?,
                detail: row::string(row, "detail")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
