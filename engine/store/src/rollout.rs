//! Rollouts, as they are kept: every step is written here before it is acted on.

use hotswap_model::{DeploymentId, DeploymentName, RolloutId, RolloutStatus, TenantId, TenantName, Timestamp};

use crate::row::{self, Row};
use crate::sql::query;
use crate::{Kind, Result, StoreError, Tx};

/// A rollout: how far a deployment got from one revision to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Never given again.
    pub id: RolloutId,
    /// Of which deployment.
    pub deployment_id: DeploymentId,
    /// Whose deployment.
    pub tenant_id: TenantId,
    /// That tenant's name.
    pub tenant: TenantName,
    /// The deployment's name.
    pub deployment: DeploymentName,
    /// The revision that served before; absent for a deployment's first.
    pub from_revision: Option<u64>,
    /// The revision it goes to.
    pub to_revision: u64,
    /// How far it got, in a word.
    pub status: RolloutStatus,
    /// How far it got, as whoever drives it needs to know: JSON.
    pub progress: String,
    /// Why it ended or turned back, as a stable word.
    pub reason_code: Option<String>,
    /// The same in a sentence.
    pub reason: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// When it was over; absent: it is not.
    pub ended_at: Option<Timestamp>,
    /// Who drives it: each driver takes a higher number and can write as long as none has a higher one.
    pub generation: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.deployment_id, o.tenant_id, t.name AS tenant, d.name AS deployment, o.from_revision, o.to_revision, o.status, o.progress, \
             o.reason_code, o.reason, o.started_at, o.updated_at, o.ended_at, o.generation \
             FROM rollouts o JOIN deployments d ON d.id = o.deployment_id JOIN tenants t ON t.id = o.tenant_id ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<Rollout> {
    Ok(Rollout {
        id: row::text(row, "id")?,
        deployment_id: row::text(row, "deployment_id")?,
        tenant_id: row::text(row, "tenant_id")?,
        tenant: row::text(row, "tenant")?,
        deployment: row::text(row, "deployment")?,
        from_revision: row::count_or_null(row, "from_revision")?,
        to_revision: row::count(row, "to_revision")?,
        status: row::word(row, "status")?,
        progress: row::string(row, "progress")?,
        reason_code: row::string_or_null(row, "reason_code")?,
        reason: row::string_or_null(row, "reason")?,
        started_at: row::time(row, "started_at")?,
        updated_at: row::time(row, "updated_at")?,
        ended_at: row::time_or_null(row, "ended_at")?,
        generation: row::int(row, "generation")?,
    })
}

impl Tx {
    /// Begins a rollout. Tenant and names in it aren't written: `deployment_id` says whose it is.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken; [`StoreError::NotFound`] if there is no such deployment.
    pub async fn insert_rollout(&mut self, rollout: &Rollout) -> Result<()> {
        let done = query(
            "INSERT INTO rollouts (id, tenant_id, deployment_id, from_revision, to_revision, status, progress, reason_code, reason, \
                                   started_at, updated_at, ended_at, generation) \
             SELECT $1, d.tenant_id, d.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM deployments d WHERE d.id = $2 ON CONFLICT DO NOTHING",
        )
        .bind(rollout.id.as_str())
        .bind(rollout.deployment_id.as_str())
        .bind(rollout.from_revision.map(row::to_int))
        .bind(row::to_int(rollout.to_revision))
        .bind(rollout.status.as_str())
        .bind(&rollout.progress)
        .bind(&rollout.reason_code)
        .bind(&rollout.reason)
        .bind(rollout.started_at.as_micros())
        .bind(rollout.updated_at.as_micros())
        .bind(rollout.ended_at.map(Timestamp::as_micros))
        .bind(rollout.generation)
        .execute(self.conn())
        .await?;
        match done {
            0 if self.rollout(&rollout.id).await?.is_some() => {
                Err(StoreError::conflict(Kind::Rollout, &rollout.id, Some(rollout.id.to_string())))
            }
            0 => Err(StoreError::not_found(Kind::Deployment, &rollout.deployment_id)),
            _ => Ok(()),
        }
    }

    /// The rollout with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn rollout(&mut self, id: &RolloutId) -> Result<Option<Rollout>> {
        let found = query(select!("WHERE o.id = $1")).bind(id.as_str()).fetch_optional(self.conn()).await?;
        found.as_ref().map(read).transpose()
    }

    /// Rollouts of a deployment, the newest first, at most `limit`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_rollouts(&mut self, deployment: &DeploymentId, limit: u32) -> Result<Vec<Rollout>> {
        let rows = query(select!("WHERE o.deployment_id = $1 ORDER BY o.started_at DESC, o.to_revision DESC, o.id DESC LIMIT $2"))
            .bind(deployment.as_str())
            .bind(i64::from(limit))
            .fetch_all(self.conn())
            .await?;
        rows.iter().map(read).collect()
    }

    /// Rollouts that are not over, the oldest first: what goes on after a restart.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_unfinished_rollouts(&mut self) -> Result<Vec<Rollout>> {
        let rows = query(select!("WHERE o.ended_at IS NULL ORDER BY o.started_at, o.id")).fetch_all(self.conn()).await?;
        rows.iter().map(read).collect()
    }

    /// Writes everything of a rollout that may change: status, progress, reason, times, generation.
    ///
    /// # Errors
    /// [`StoreError::StaleGeneration`] if the row's generation is above `rollout.generation`, and nothing is written;
    /// [`StoreError::NotFound`] if there is no such rollout.
    pub async fn update_rollout(&mut self, rollout: &Rollout) -> Result<()> {
        let done = query(
            "UPDATE rollouts SET status = $2, progress = $3, reason_code = $4, reason = $5, updated_at = $6, ended_at = $7, generation = $8 \
             WHERE id = $1 AND generation <= $8",
        )
        .bind(rollout.id.as_str())
        .bind(rollout.status.as_str())
        .bind(&rollout.progress)
        .bind(&rollout.reason_code)
        .bind(&rollout.reason)
        .bind(rollout.updated_at.as_micros())
        .bind(rollout.ended_at.map(Timestamp::as_micros))
        .bind(rollout.generation)
        .execute(self.conn())
        .await?;
        if done == 1 {
            return Ok(());
        }
        let stored = self.rollout(&rollout.id).await?.ok_or_else(|| StoreError::not_found(Kind::Rollout, &rollout.id))?;
        Err(StoreError::StaleGeneration { rollout: rollout.id.clone(), stored: stored.generation, given: rollout.generation })
    }
}
