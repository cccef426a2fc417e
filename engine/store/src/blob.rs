//! What was learned of components when they were uploaded, by digest.

use std::collections::BTreeSet;

use hotswap_model::{Digest, Timestamp};

use crate::row::{self, Row};
use crate::sql::query;
use crate::{Result, Tx};

/// What was learned of a component when it was first uploaded. Never changes.
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

fn read(row: &Row) -> Result<Blob> {
    Ok(Blob {
        digest: row::text(row, "digest")?,
        size: row::count(row, "size")?,
        imports: row::json(row, "imports")?,
        exports: row::json(row, "exports")?,
        created_at: row::time(row, "created_at")?,
    })
}

impl Tx {
    /// Keeps what was learned of a component, whose bytes are kept now. If it was known before, what was learned then stays.
    /// Gives what is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_blob(&mut self, blob: &Blob) -> Result<Blob> {
        let sql = "INSERT INTO blobs (digest, size, imports, exports, kept, created_at) VALUES ($1, $2, $3, $4, 1, $5) \
                   ON CONFLICT (digest) DO UPDATE SET kept = 1 RETURNING digest, size, imports, exports, created_at";
        let stored = query(sql)
            .bind(blob.digest.to_string())
            .bind(row::to_int(blob.size))
            .bind(row::to_json(&blob.imports))
            .bind(row::to_json(&blob.exports))
            .bind(blob.created_at.as_micros())
            .fetch_one(self.conn())
            .await?;
        read(&stored)
    }

    /// What is known of the component with this digest; nothing if its bytes aren't kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn blob(&mut self, digest: &Digest) -> Result<Option<Blob>> {
        let found = query("SELECT digest, size, imports, exports, created_at FROM blobs WHERE digest = $1 AND kept = 1")
            .bind(digest.to_string())
            .fetch_optional(self.conn())
            .await?;
        found.as_ref().map(read).transpose()
    }

    /// Says that the bytes of a component are kept no longer; what was learned of it stays for the versions and revisions
    /// that had them. To be committed before the bytes are removed, and only if [`Tx::bytes_referenced`] said no in it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_blob(&mut self, digest: &Digest) -> Result<()> {
        query("UPDATE blobs SET kept = 0 WHERE digest = $1").bind(digest.to_string()).execute(self.conn()).await?;
        Ok(())
    }

    /// Every component whose bytes must be kept, as [`Tx::bytes_referenced`] says of each.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn referenced_bytes(&mut self) -> Result<BTreeSet<Digest>> {
        let found = query("SELECT sha256 FROM plugin_versions WHERE retired_at IS NULL UNION SELECT sha256 FROM retained_revisions")
            .fetch_all(self.conn())
            .await?;
        found.iter().map(|row| row::text(row, "sha256")).collect()
    }

    /// Whether bytes must be kept: a live version has them, or a revision does that a live deployment serves, wants or would
    /// go back to.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn bytes_referenced(&mut self, digest: &Digest) -> Result<bool> {
        let found = query(
            "SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM plugin_versions WHERE sha256 = $1 AND retired_at IS NULL)
                                OR EXISTS (SELECT 1 FROM retained_revisions WHERE sha256 = $1)
                         THEN 1 ELSE 0 END AS BIGINT) AS referenced",
        )
        .bind(digest.to_string())
        .fetch_one(self.conn())
        .await?;
        Ok(row::int(&found, "referenced")? == 1)
    }
}
