//! What is kept of components: cleared of what nothing refers to, and verified.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::TryStreamExt as _;
use hotswap_api::{
    DamagedComponent, GcReport, GcRequest, QuarantinedComponent, StoredComponent, UnfinishedUpload, VerifyReport, VerifyRequest,
};
use hotswap_model::{Action, Digest, Span, Timestamp};
use hotswap_storage::{Object, Storage, StorageError};

use super::acting::Acting;
use crate::clock;
use crate::components::storage_problem;
use crate::error::{self, Result};

/// What is younger is left alone, unless asked otherwise: it may belong to an upload that is under way, here or elsewhere, or
/// to one whose version is still to be published.
const GRACE: Duration = Duration::from_secs(24 * 3_600);

/// After so long the rest is told to be asked for: whoever waits sees that it goes on, and no connection is open for hours.
const PART: Duration = Duration::from_secs(5);

impl Acting {
    /// Removes components that nothing refers to, and what uploads left that never came to their end.
    pub(crate) async fn clear_storage(&self, request: GcRequest) -> Result<GcReport> {
        self.may(Action::Storage)?;
        let grace = request.older_than_seconds.map_or(GRACE, Duration::from_secs);
        let limit = clock::now() - Span::from_secs(grace.as_secs());
        let storage = &self.components.storage;
        // Asked before the list: what is referred to after this is younger than the list, or is asked for once more below.
        let referenced = self.components.store.read().await.map_err(error::store)?.referenced_bytes().await.map_err(error::store)?;
        let mut report = GcReport {
            storage: storage.place(),
            dry_run: request.dry_run,
            components: Vec::new(),
            uploads: Vec::new(),
            quarantined: Vec::new(),
            kept: 0,
            kept_bytes: 0,
        };
        let mut objects = storage.objects();
        while let Some(object) = objects.try_next().await.map_err(storage_problem)? {
            let goes = !referenced.contains(&object.digest)
                && timestamp(object.since) < limit
                && self.goes(&object, limit, request.dry_run).await?;
            if goes {
                report.components.push(StoredComponent { sha256: object.digest, size: object.size, since: timestamp(object.since) });
            } else {
                report.kept += 1;
                report.kept_bytes += object.size;
            }
        }
        for leftover in storage.leftovers().await.map_err(storage_problem)? {
            if timestamp(leftover.since) < limit {
                if !request.dry_run {
                    storage.discard(&leftover).await.map_err(storage_problem)?;
                }
                report.uploads.push(UnfinishedUpload { name: leftover.name, since: timestamp(leftover.since) });
            }
        }
        let quarantined = storage.quarantined().await.map_err(storage_problem)?.into_iter();
        report.quarantined =
            quarantined.map(|found| QuarantinedComponent { name: found.name, size: found.size, since: timestamp(found.since) }).collect();
        report.components.sort_by_key(|component| component.sha256);
        Ok(report)
    }

    /// Whether this object goes, or would; it is gone then. Judged in the transaction that writes it down, where no upload of
    /// this server comes between.
    async fn goes(&self, object: &Object, limit: Timestamp, dry_run: bool) -> Result<bool> {
        // Uploaded again it is as young as its last upload, although its bytes weren't written again.
        if dry_run {
            let mut tx = self.components.store.read().await.map_err(error::store)?;
            let known = tx.blob(&object.digest).await.map_err(error::store)?;
            return Ok(known.is_none_or(|blob| blob.created_at < limit));
        }
        self.components.collect_if(&object.digest, |known| known.is_none_or(|blob| blob.created_at < limit)).await
    }

    /// Reads components until some time has passed, and tells what is damaged.
    pub(crate) async fn verify_storage(&self, request: VerifyRequest) -> Result<VerifyReport> {
        self.may(Action::Storage)?;
        let storage = &self.components.storage;
        let objects: Vec<Object> = storage.objects().try_collect().await.map_err(storage_problem)?;
        let mut digests: Vec<Digest> = objects.into_iter().map(|object| object.digest).collect();
        digests.sort_unstable();
        let mut report = VerifyReport {
            storage: storage.place(),
            total: digests.len() as u64,
            verified: 0,
            verified_bytes: 0,
            damaged: Vec::new(),
            missing: Vec::new(),
            next: None,
        };
        let began = Instant::now();
        let begin = request.after.map_or(0, |after| digests.partition_point(|digest| *digest <= after));
        for (index, digest) in digests.iter().enumerate().skip(begin) {
            match verify(storage.as_ref(), digest).await {
                Ok(size) => report.verified_bytes += size,
                // Collected since it was listed.
                Err(StorageError::NotFound { .. }) => {}
                Err(error @ StorageError::Corrupt { .. }) => {
                    report.damaged.push(DamagedComponent { sha256: *digest, detail: error.to_string() });
                    self.components.failed(error).await;
                }
                Err(error) => return Err(storage_problem(error)),
            }
            report.verified += 1;
            if began.elapsed() > PART && index + 1 < digests.len() {
                report.next = Some(*digest);
                return Ok(report);
            }
        }
        let referenced = self.components.store.read().await.map_err(error::store)?.referenced_bytes().await.map_err(error::store)?;
        for digest in referenced {
            // What was published since the list was made is there, and in no list.
            let is_listed = digests.binary_search(&digest).is_ok() && report.damaged.iter().all(|damaged| damaged.sha256 != digest);
            if !is_listed && !storage.exists(&digest).await.map_err(storage_problem)? {
                report.missing.push(digest);
            }
        }
        Ok(report)
    }
}

/// Reads an object to its end. Gives its size.
async fn verify(storage: &dyn Storage, digest: &Digest) -> std::result::Result<u64, StorageError> {
    let mut reading = storage.read(digest).await?;
    while reading.bytes.try_next().await?.is_some() {}
    Ok(reading.size)
}

fn timestamp(time: SystemTime) -> Timestamp {
    let micros = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}
