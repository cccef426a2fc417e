//! What was learned of components when they were uploaded, by digest.

use hotswap_model::{Digest, Timestamp};
use sqlx::query;

use crate::row;
use crate::{Result, Tx};

/// What was learned of a component when it was first uploaded. Never changes and never goes, even if the bytes do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Of the bytes as given.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
    /// The interfaces it asks for.
    pub imports: Vec<String>,
    /// The interfaces it offers.
    pub exports: Vec<String>,
    /// When it was first uploaded.
    pub created_at: Timestamp,
}

impl Tx {
    /// Keeps what was learned of a component; if it is known already, nothing changes. Gives what is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_blob(&mut self, blob: &Blob) -> Result<Blob> {
        query("INSERT INTO blobs (digest, size, imports, exports, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING")
            .bind(blob.digest.to_string())
            .bind(row::to_int(blob.size))
            .bind(row::to_json(&blob.imports))
            .bind(row::to_json(&blob.exports))
            .bind(blob.created_at.as_micros())
            .execute(self.conn())
            .await?;
        Ok(self.blob(&blob.digest).await?.unwrap_or_else(|| blob.clone()))
    }

    /// What is known of the component with this digest.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn blob(&mut self, digest: &Digest) -> Result<Option<Blob>> {
        let found = query("SELECT digest, size, imports, exports, created_at FROM blobs WHERE digest = $1")
            .bind(digest.to_string())
            .fetch_optional(self.conn())
            .await?;
        let Some(found) = found else { return Ok(None) };
        Ok(Some(Blob {
            digest: row::text(&found, "digest")?,
            size: row::count(&found, "size")?,
            imports: row::json(&found, "imports")?,
            exports: row::json(&found, "exports")?,
            created_at: row::time(&found, "created_at")?,
        }))
    }

    /// Whether bytes must be kept: a live version has them, or a revision does that a live deployment serves, wants or would
    /// go back to.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn bytes_referenced(&mut self, digest: &Digest) -> Result<bool> {
        let found = query(
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM plugin_versions WHERE sha256 = $1 AND retired_at IS NULL)
                           OR EXISTS (SELECT 1 FROM retained_revisions WHERE sha256 = $1)
                    THEN 1 ELSE 0 END AS referenced",
        )
        .bind(digest.to_string())
        .fetch_one(self.conn())
        .await?;
        Ok(row::int(&found, "referenced")? == 1)
    }
}
