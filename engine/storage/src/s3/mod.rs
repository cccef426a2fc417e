//! Bytes in a bucket: `PREFIX/sha256/ab/cdef…` holds whole objects, `PREFIX/quarantine` what was found damaged.
//!
//! An object gets its key only whole and verified, without a detour: S3 shows a key once a `PutObject` or a
//! `CompleteMultipartUpload` has succeeded, and never before. So the digest is compared before that last request; a copy from
//! a key of its own for what isn't verified would move every byte twice, and would be one more thing to clear away.

mod config;
mod errors;
mod multipart;

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use aws_sdk_s3::primitives::{ByteStream as Body, DateTime};
use aws_sdk_s3::types::Object as Listed;
use bytes::{Bytes, BytesMut};
use futures::stream::BoxStream;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use hotswap_model::{Digest, Hasher};

pub use config::{S3Config, S3Credentials, S3Patience};
use errors::{is_missing, is_unsupported, remote};
use multipart::{Multipart, PART};

use crate::verify::verified;
use crate::{ByteStream, DEFAULT_MAX_SIZE, Leftover, Object, Quarantined, Reading, Result, Storage, StorageError, Stored};

/// Keeps bytes in a bucket, for any number of processes.
#[derive(Clone)]
pub struct S3Storage {
    client: Client,
    bucket: String,
    /// Empty, or ends in a slash.
    prefix: String,
    max_size: u64,
}

impl S3Storage {
    /// A storage in this bucket, below this prefix (empty, or ending in a slash). Nothing is sent yet: see
    /// [`S3Storage::check`].
    pub fn new(bucket: impl Into<String>, prefix: impl Into<String>, config: &S3Config) -> Self {
        let S3Config { endpoint, region, credentials, patience } = config;
        let S3Credentials { access_key_id, secret_access_key, session_token } = credentials;
        let credentials = Credentials::new(access_key_id, secret_access_key, session_token.clone(), None, "environment");
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(patience.connect)
            .read_timeout(patience.attempt)
            .operation_attempt_timeout(patience.attempt);
        let retries = RetryConfig::standard().with_max_attempts(patience.attempts).with_max_backoff(Duration::from_secs(5));
        let mut builder = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.clone()))
            .credentials_provider(credentials)
            .timeout_config(timeouts.build())
            .retry_config(retries)
            .stalled_stream_protection(StalledStreamProtectionConfig::enabled().grace_period(patience.stalled).build())
            // Every body is signed with its SHA-256. Checksums beyond that are what older servers elsewhere stumble over.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if let Some(endpoint) = endpoint {
            builder = builder.endpoint_url(endpoint).force_path_style(true);
        }
        Self { client: Client::from_conf(builder.build()), bucket: bucket.into(), prefix: prefix.into(), max_size: DEFAULT_MAX_SIZE }
    }

    /// The same bucket with another bound on the bytes of one object.
    #[must_use]
    pub fn with_max_size(self, max_size: u64) -> Self {
        Self { max_size, ..self }
    }

    /// Asks for one key, to learn whether the bucket is there and the credentials are good.
    ///
    /// # Errors
    /// [`StorageError::Remote`]; its `is_final` tells a wrong bucket or credential from a server that is away.
    pub async fn check(&self) -> Result<()> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(&self.prefix).max_keys(1);
        request.send().await.map(drop).map_err(|error| remote("use", self.place(), &error))
    }

    fn key(&self, digest: &Digest) -> String {
        let digest = digest.to_string();
        format!("{}sha256/{}/{}", self.prefix, &digest[..2], &digest[2..])
    }

    fn at(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    /// Reads what comes to its end; sends it on, but for its last part, unless it is known.
    async fn receive(
        &self,
        key: &str,
        mut bytes: ByteStream<'_>,
        known: bool,
        upload: &mut Option<Multipart>,
    ) -> Result<(Bytes, Digest, u64)> {
        let (mut hasher, mut size, mut part) = (Hasher::default(), 0_u64, BytesMut::new());
        while let Some(piece) = bytes.next().await {
            let mut piece = piece.map_err(|source| StorageError::Interrupted { size, source })?;
            size += piece.len() as u64;
            if size > self.max_size {
                return Err(StorageError::TooLarge { limit: self.max_size });
            }
            hasher.update(&piece);
            while !known && part.len() + piece.len() > PART {
                part.extend_from_slice(&piece.split_to(PART - part.len()));
                let upload = match upload {
                    Some(upload) => upload,
                    None => upload.insert(Multipart::begin(&self.client, &self.bucket, key).await?),
                };
                upload.send(std::mem::replace(&mut part, BytesMut::with_capacity(PART)).freeze()).await?;
            }
            if !known {
                part.extend_from_slice(&piece);
            }
        }
        Ok((part.freeze(), hasher.finish(), size))
    }

    async fn put_in(
        &self,
        key: &str,
        expected: &Digest,
        bytes: ByteStream<'_>,
        known: bool,
        upload: &mut Option<Multipart>,
    ) -> Result<Stored> {
        let (last, actual, size) = self.receive(key, bytes, known, upload).await?;
        if actual != *expected {
            return Err(StorageError::Mismatch { expected: *expected, actual, size });
        }
        match upload {
            _ if known => {
                if self.size(key).await?.is_none() {
                    return Err(StorageError::Vanished { digest: *expected });
                }
            }
            None => self.put_whole(key, last).await?,
            Some(upload) => {
                if let Err(error) = upload.finish(last).await {
                    // The answer may be what was lost, not the object.
                    if !matches!(self.size(key).await, Ok(Some(there)) if there == size) {
                        return Err(error);
                    }
                }
            }
        }
        Ok(Stored { digest: *expected, size, new: !known })
    }

    async fn put_whole(&self, key: &str, bytes: Bytes) -> Result<()> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type("application/wasm").body(Body::from(bytes));
        put.send().await.map(drop).map_err(|error| remote("write", self.at(key), &error))
    }

    /// Whether an object is there, and its size.
    async fn size(&self, key: &str) -> Result<Option<u64>> {
        match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(head) => Ok(Some(count(head.content_length()))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(remote("look for", self.at(key), &error)),
        }
    }

    /// The pieces of an object, not verified. An answer that ends early is an error, and no shorter object.
    async fn pieces(&self, key: &str) -> Result<Option<(u64, BoxStream<'static, Result<Bytes>>)>> {
        let got = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(got) => got,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(remote("read", self.at(key), &error)),
        };
        let size = count(got.content_length());
        let broken = {
            let place = self.at(key);
            move |reason: String| StorageError::Remote { doing: "read", place: place.clone(), reason, is_final: false }
        };
        let pieces = futures::stream::try_unfold((got.body, size), move |(mut body, left)| {
            let broken = broken.clone();
            async move {
                match body.next().await {
                    Some(Ok(piece)) => {
                        let left = left.saturating_sub(piece.len() as u64);
                        Ok(Some((piece, (body, left))))
                    }
                    Some(Err(error)) => {
                        Err(broken(format!("the answer broke off {left} bytes before its end: {}", errors::innermost(&error))))
                    }
                    None if left > 0 => Err(broken(format!("the answer ended {left} bytes early"))),
                    None => Ok(None),
                }
            }
        });
        Ok(Some((size, pieces.boxed())))
    }

    /// What to tell of an object whose bytes had another digest; sets it aside if they have it again.
    async fn damaged(self, digest: Digest, actual: Digest) -> StorageError {
        match self.set_aside(&digest, &actual).await {
            Ok(quarantined) => StorageError::Corrupt { digest, actual, quarantined },
            Err(error) => error,
        }
    }

    async fn set_aside(&self, digest: &Digest, actual: &Digest) -> Result<String> {
        let key = self.key(digest);
        // A connection may change bytes; only what is wrong twice in the same way is wrong in the bucket.
        let Some((_, mut pieces)) = self.pieces(&key).await? else { return Err(StorageError::NotFound { digest: *digest }) };
        let mut hasher = Hasher::default();
        while let Some(piece) = pieces.try_next().await? {
            hasher.update(&piece);
        }
        if hasher.finish() != *actual {
            let reason = "its bytes were changed on their way here".to_owned();
            return Err(StorageError::Remote { doing: "read", place: self.at(&key), reason, is_final: false });
        }
        let to = format!("{}quarantine/{digest}.{actual}", self.prefix);
        let copy = self.client.copy_object().bucket(&self.bucket).key(&to).copy_source(format!("{}/{key}", self.bucket));
        copy.send().await.map_err(|error| remote("set aside", self.at(&key), &error))?;
        self.delete(digest).await?;
        Ok(self.at(&to))
    }

    fn list(&self, below: String) -> BoxStream<'_, Result<Listed>> {
        let place = self.at(&below);
        let pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(below).into_paginator().send();
        let pages = futures::stream::unfold(pages, |mut pages| async move { pages.next().await.map(|page| (page, pages)) });
        let objects = pages.map(move |page| match page {
            Ok(page) => Ok(futures::stream::iter(page.contents.unwrap_or_default().into_iter().map(Ok))),
            Err(error) => Err(remote("list", place.clone(), &error)),
        });
        objects.try_flatten().boxed()
    }
}

#[async_trait]
impl Storage for S3Storage {
    async fn put(&self, expected: &Digest, bytes: ByteStream<'_>) -> Result<Stored> {
        let key = self.key(expected);
        let known = self.size(&key).await?.is_some();
        // Ends what it began when this future is dropped.
        let mut upload = None;
        let put = self.put_in(&key, expected, bytes, known, &mut upload).await;
        match (&put, upload) {
            (Ok(_), Some(upload)) => upload.close(),
            (Err(_), Some(upload)) => upload.abort().await,
            (_, None) => {}
        }
        put
    }

    async fn read(&self, digest: &Digest) -> Result<Reading> {
        let Some((size, pieces)) = self.pieces(&self.key(digest)).await? else { return Err(StorageError::NotFound { digest: *digest }) };
        let (storage, digest) = (self.clone(), *digest);
        Ok(Reading { size, bytes: verified(digest, pieces, Box::new(move |actual| storage.damaged(digest, actual).boxed())) })
    }

    async fn exists(&self, digest: &Digest) -> Result<bool> {
        Ok(self.size(&self.key(digest)).await?.is_some())
    }

    async fn delete(&self, digest: &Digest) -> Result<()> {
        let key = self.key(digest);
        match self.client.delete_object().bucket(&self.bucket).key(&key).send().await {
            Err(error) if !is_missing(&error) => Err(remote("remove", self.at(&key), &error)),
            _ => Ok(()),
        }
    }

    fn objects(&self) -> BoxStream<'_, Result<Object>> {
        let below = format!("{}sha256/", self.prefix);
        let cut = below.len();
        let object = move |listed: Listed| {
            let name = listed.key()?.get(cut..)?.replacen('/', "", 1);
            Some(Object { digest: name.parse().ok()?, size: count(listed.size()), since: since(listed.last_modified()) })
        };
        self.list(below).try_filter_map(move |listed| futures::future::ready(Ok(object(listed)))).boxed()
    }

    async fn leftovers(&self) -> Result<Vec<Leftover>> {
        let below = format!("{}sha256/", self.prefix);
        let (mut found, mut key_marker, mut id_marker) = (Vec::new(), None, None);
        loop {
            let list = self.client.list_multipart_uploads().bucket(&self.bucket).prefix(&below);
            let page = match list.set_key_marker(key_marker).set_upload_id_marker(id_marker).send().await {
                Ok(page) => page,
                Err(error) if is_unsupported(&error) => {
                    tracing::warn!(bucket = self.bucket, "the S3 server lists no unfinished uploads; let a rule of the bucket end them");
                    return Ok(found);
                }
                Err(error) => return Err(remote("list the unfinished uploads of", self.place(), &error)),
            };
            found.extend(page.uploads().iter().filter_map(|upload| {
                let since = since(upload.initiated());
                Some(Leftover { name: upload.key()?.to_owned(), upload: Some(upload.upload_id()?.to_owned()), since })
            }));
            if page.is_truncated() != Some(true) {
                return Ok(found);
            }
            (key_marker, id_marker) = (page.next_key_marker, page.next_upload_id_marker);
        }
    }

    async fn discard(&self, leftover: &Leftover) -> Result<()> {
        let Some(id) = &leftover.upload else { return Ok(()) };
        let abort = self.client.abort_multipart_upload().bucket(&self.bucket).key(&leftover.name).upload_id(id);
        match abort.send().await {
            Err(error) if !is_missing(&error) => Err(remote("end the upload of", self.at(&leftover.name), &error)),
            _ => Ok(()),
        }
    }

    async fn quarantined(&self) -> Result<Vec<Quarantined>> {
        let below = format!("{}quarantine/", self.prefix);
        let cut = below.len();
        let damaged = move |listed: Listed| {
            Some(Quarantined {
                name: listed.key()?.get(cut..)?.to_owned(),
                size: count(listed.size()),
                since: since(listed.last_modified()),
            })
        };
        self.list(below).try_filter_map(move |listed| futures::future::ready(Ok(damaged(listed)))).try_collect().await
    }

    fn place(&self) -> String {
        self.at(&self.prefix)
    }
}

fn count(size: Option<i64>) -> u64 {
    size.and_then(|size| size.try_into().ok()).unwrap_or_default()
}

/// When something was, of which the server tells. What it doesn't tell is taken for new, so that nobody removes it.
fn since(time: Option<&DateTime>) -> SystemTime {
    time.and_then(|time| SystemTime::try_from(*time).ok()).unwrap_or_else(SystemTime::now)
}
