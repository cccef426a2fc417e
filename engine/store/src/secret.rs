//! Secrets of deployments, as they are kept: sealed by who calls, under a key that is not in the database.

use hotswap_model::{DeploymentId, SecretId, Timestamp};

use crate::row::{self, Row};
use crate::sql::query;
use crate::{Kind, Result, StoreError, Tx};

/// The secrets of a deployment at one version. Never changed; gone once no retained revision has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Never given again.
    pub id: SecretId,
    /// Of which deployment.
    pub deployment_id: DeploymentId,
    /// The number whoever sent them gave them.
    pub version: u64,
    /// Their names, sorted.
    pub names: Vec<String>,
    /// Which master key sealed them.
    pub master_key: String,
    /// Their own key, sealed.
    pub sealed_key: String,
    /// Names and values, sealed.
    pub sealed: String,
    /// When they were sent.
    pub created_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, deployment_id, version, names, master_key, sealed_key, sealed, created_at FROM secrets ", $rest)
    };
}

fn read(row: &Row) -> Result<SealedSecret> {
    Ok(SealedSecret {
        id: row::text(row, "id")?,
        deployment_id: row::text(row, "deployment_id")?,
        version: row::count(row, "version")?,
        names: row::json(row, "names")?,
        master_key: row::string(row, "master_key")?,
        sealed_key: row::string(row, "sealed_key")?,
        sealed: row::string(row, "sealed")?,
        created_at: row::time(row, "created_at")?,
    })
}

impl Tx {
    /// Keeps secrets. Their deployment must have been inserted before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken; [`StoreError::NotFound`] if there is no such deployment.
    pub async fn insert_secret(&mut self, secret: &SealedSecret) -> Result<()> {
        let done = query(
            "INSERT INTO secrets (id, deployment_id, tenant_id, version, names, master_key, sealed_key, sealed, created_at) \
             SELECT $1, d.id, d.tenant_id, $3, $4, $5, $6, $7, $8 FROM deployments d WHERE d.id = $2 ON CONFLICT DO NOTHING",
        )
        .bind(secret.id.as_str())
        .bind(secret.deployment_id.as_str())
        .bind(row::to_int(secret.version))
        .bind(row::to_json(&secret.names))
        .bind(&secret.master_key)
        .bind(&secret.sealed_key)
        .bind(&secret.sealed)
        .bind(secret.created_at.as_micros())
        .execute(self.conn())
        .await?;
        match done {
            0 if self.secret(&secret.id).await?.is_some() => Err(StoreError::conflict(Kind::Secret, &secret.id, None)),
            0 => Err(StoreError::not_found(Kind::Deployment, &secret.deployment_id)),
            _ => Ok(()),
        }
    }

    /// The secrets with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn secret(&mut self, id: &SecretId) -> Result<Option<SealedSecret>> {
        let found = query(select!("WHERE id = $1")).bind(id.as_str()).fetch_optional(self.conn()).await?;
        found.as_ref().map(read).transpose()
    }

    /// The newest secrets a deployment still has under this version.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn secret_of_version(&mut self, deployment: &DeploymentId, version: u64) -> Result<Option<SealedSecret>> {
        let found = query(select!("WHERE deployment_id = $1 AND version = $2 ORDER BY created_at DESC, id DESC LIMIT 1"))
            .bind(deployment.as_str())
            .bind(row::to_int(version))
            .fetch_optional(self.conn())
            .await?;
        found.as_ref().map(read).transpose()
    }

    /// Removes the secrets of a deployment that no retained revision has; gives how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_unpinned_secrets(&mut self, deployment: &DeploymentId) -> Result<u64> {
        let done = query(
            "DELETE FROM secrets WHERE deployment_id = $1 \
             AND NOT EXISTS (SELECT 1 FROM retained_revisions r WHERE r.deployment_id = $1 AND r.secret_id = secrets.id)",
        )
        .bind(deployment.as_str())
        .execute(self.conn())
        .await?;
        Ok(done)
    }

    /// The master keys secrets are sealed under.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn master_keys_of_secrets(&mut self) -> Result<Vec<String>> {
        let rows = query("SELECT DISTINCT master_key FROM secrets ORDER BY master_key").fetch_all(self.conn()).await?;
        rows.iter().map(|found| row::string(found, "master_key")).collect()
    }
}
