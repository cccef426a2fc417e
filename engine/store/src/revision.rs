//! Revisions, as they are kept: never changed, and never removed while their deployment's row is there.

use hotswap_model::{DeploymentId, Revision, SecretId, VersionId};

use crate::row::{self, Row};
use crate::sql::{Builder, query};
use crate::{Kind, Result, StoreError, Tx};

/// One accepted spec of a deployment, with what was resolved for it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRevision {
    /// Of which deployment.
    pub deployment_id: DeploymentId,
    /// The version chosen for it.
    pub version_id: VersionId,
    /// The revision itself.
    pub revision: Revision,
    /// What its instances are given as configuration: a JSON object as text, defaults merged in, secrets not.
    pub effective_config: String,
    /// The secrets its instances are given as well.
    pub secret: Option<PinnedSecret>,
}

/// Which secrets a revision runs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedSecret {
    /// Their id.
    pub id: SecretId,
    /// Their names, sorted; none once they are gone.
    pub names: Vec<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT r.deployment_id, r.version_id, r.number, r.spec, r.version, r.sha256, r.created_at, r.effective_config, r.secret_id, r.dependencies, \
             s.names AS secret_names FROM revisions r LEFT JOIN secrets s ON s.id = r.secret_id ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<StoredRevision> {
    Ok(StoredRevision {
        deployment_id: row::text(row, "deployment_id")?,
        version_id: row::text(row, "version_id")?,
        revision: Revision {
            number: row::count(row, "number")?,
            spec: row::json(row, "spec")?,
            resolved_version: row::text(row, "version")?,
            sha256: row::text(row, "sha256")?,
            dependencies: row::json_or_null(row, "dependencies")?.unwrap_or_default(),
            created_at: row::time(row, "created_at")?,
        },
        effective_config: row::string(row, "effective_config")?,
        secret: match row::text_or_null(row, "secret_id")? {
            Some(id) => Some(PinnedSecret { id, names: row::json_or_null(row, "secret_names")?.unwrap_or_default() }),
            None => None,
        },
    })
}

impl Tx {
    /// Accepts a revision. Its deployment must have been inserted before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the deployment has a revision of this number; [`StoreError::Dangling`] if its version or
    /// component aren't known; [`StoreError::NotFound`] if the deployment isn't.
    pub async fn insert_revision(&mut self, stored: &StoredRevision) -> Result<()> {
        let revision = &stored.revision;
        let name = format!("{}/{}", stored.deployment_id, revision.number);
        let done = query(
            "INSERT INTO revisions (deployment_id, number, tenant_id, version_id, version, sha256, spec, effective_config, instances, memory_mb, created_at, secret_id, dependencies) \
             SELECT d.id, $2, d.tenant_id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM deployments d WHERE d.id = $1 ON CONFLICT DO NOTHING",
        )
        .bind(stored.deployment_id.as_str())
        .bind(row::to_int(revision.number))
        .bind(stored.version_id.as_str())
        .bind(revision.resolved_version.to_string())
        .bind(revision.sha256.to_string())
        .bind(row::to_json(&revision.spec))
        .bind(&stored.effective_config)
        .bind(i64::from(revision.spec.instances))
        .bind(row::to_int(revision.spec.sandbox.memory_mb))
        .bind(revision.created_at.as_micros())
        .bind(stored.secret.as_ref().map(|secret| secret.id.as_str()))
        .bind((!revision.dependencies.is_empty()).then(|| row::to_json(&revision.dependencies)))
        .execute(self.conn())
        .await
        .map_err(StoreError::writing(Kind::Revision, &name))?;
        match done {
            0 if self.revision(&stored.deployment_id, revision.number).await?.is_some() => {
                Err(StoreError::conflict(Kind::Revision, name, None))
            }
            0 => Err(StoreError::not_found(Kind::Deployment, &stored.deployment_id)),
            _ => Ok(()),
        }
    }

    /// One revision of a deployment, ended deployments included.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn revision(&mut self, deployment: &DeploymentId, number: u64) -> Result<Option<StoredRevision>> {
        let found = query(select!("WHERE r.deployment_id = $1 AND r.number = $2"))
            .bind(deployment.as_str())
            .bind(row::to_int(number))
            .fetch_optional(self.conn())
            .await?;
        found.as_ref().map(read).transpose()
    }

    /// Revisions of a deployment, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_revisions(&mut self, deployment: &DeploymentId) -> Result<Vec<StoredRevision>> {
        let rows =
            query(select!("WHERE r.deployment_id = $1 ORDER BY r.number DESC")).bind(deployment.as_str()).fetch_all(self.conn()).await?;
        rows.iter().map(read).collect()
    }

    /// Those of these revisions that are there, in no order: for lists of deployments, without a call for each.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn revisions(&mut self, wanted: &[(DeploymentId, u64)]) -> Result<Vec<StoredRevision>> {
        let mut found = Vec::with_capacity(wanted.len());
        for part in wanted.chunks(row::BATCH) {
            let mut sql = Builder::new("WITH wanted (deployment_id, number) AS (");
            sql.push_rows(part.iter().map(|(deployment, number)| [deployment.as_str().into(), row::to_int(*number).into()]));
            sql.push(") ").push(select!("JOIN wanted w ON w.deployment_id = r.deployment_id AND w.number = r.number"));
            for row in &sql.build().fetch_all(self.conn()).await? {
                found.push(read(row)?);
            }
        }
        Ok(found)
    }
}
