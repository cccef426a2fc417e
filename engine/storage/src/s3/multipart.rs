//! A large object in parts: nothing of it is seen before the last request, and nothing of it is left if that never comes.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream as Body;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use tokio::task::JoinSet;

use super::errors::remote;
use crate::{Result, StorageError};

/// Bytes of a part. S3 takes no less than 5 MiB and no more than 10,000 parts: with these an object may have 78 GiB.
pub(super) const PART: usize = 8 << 20;

/// Parts that are sent at the same time, while the next one comes in.
const UNDER_WAY: usize = 2;

/// An upload that has begun. Dropped before its end, it is ended: parts on their way are forgotten, those that arrived removed.
pub(super) struct Multipart {
    client: Client,
    bucket: String,
    key: String,
    id: String,
    under_way: JoinSet<Result<CompletedPart>>,
    sent: i32,
    arrived: Vec<CompletedPart>,
    is_over: bool,
}

impl Multipart {
    pub(super) async fn begin(client: &Client, bucket: &str, key: &str) -> Result<Self> {
        let place = || format!("s3://{bucket}/{key}");
        let begun = client.create_multipart_upload().bucket(bucket).key(key).content_type("application/wasm").send().await;
        let begun = begun.map_err(|error| remote("write", place(), &error))?;
        let id = begun.upload_id.ok_or_else(|| StorageError::Remote {
            doing: "write",
            place: place(),
            reason: "the S3 server began an upload without giving its id".to_owned(),
            is_final: false,
        })?;
        Ok(Self {
            client: client.clone(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            id,
            under_way: JoinSet::new(),
            sent: 0,
            arrived: Vec::new(),
            is_over: false,
        })
    }

    /// Sends the next part, once there is room for it.
    pub(super) async fn send(&mut self, part: Bytes) -> Result<()> {
        while self.under_way.len() >= UNDER_WAY {
            self.wait_for_one().await?;
        }
        self.sent += 1;
        let number = self.sent;
        let request = self.client.upload_part().bucket(&self.bucket).key(&self.key).upload_id(&self.id).part_number(number);
        let place = self.place();
        self.under_way.spawn(async move {
            let sent = request.body(Body::from(part)).send().await.map_err(|error| remote("write", place, &error))?;
            Ok(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build())
        });
        Ok(())
    }

    async fn wait_for_one(&mut self) -> Result<()> {
        match self.under_way.join_next().await {
            Some(Ok(part)) => self.arrived.push(part?),
            Some(Err(stopped)) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
            Some(Err(_)) | None => {}
        }
        Ok(())
    }

    /// Sends the last part and makes the object of all.
    pub(super) async fn finish(&mut self, last: Bytes) -> Result<()> {
        if !last.is_empty() {
            self.send(last).await?;
        }
        while !self.under_way.is_empty() {
            self.wait_for_one().await?;
        }
        self.arrived.sort_by_key(CompletedPart::part_number);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(std::mem::take(&mut self.arrived))).build();
        let complete = self.client.complete_multipart_upload().bucket(&self.bucket).key(&self.key).upload_id(&self.id);
        complete.multipart_upload(parts).send().await.map(drop).map_err(|error| remote("write", self.place(), &error))
    }

    /// The object is there; nothing is left to end.
    pub(super) fn close(mut self) {
        self.is_over = true;
    }

    /// Ends it without an object.
    pub(super) async fn abort(mut self) {
        self.is_over = true;
        self.under_way.shutdown().await;
        self.remove_parts().await;
    }

    fn remove_parts(&self) -> impl Future<Output = ()> + Send + 'static {
        let abort = self.client.abort_multipart_upload().bucket(&self.bucket).key(&self.key).upload_id(&self.id);
        let place = self.place();
        async move {
            if let Err(error) = abort.send().await {
                let error = remote("end the upload of", place, &error);
                tracing::warn!(%error, "parts of an upload are left; `hotswap storage gc` removes them");
            }
        }
    }

    fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

impl Drop for Multipart {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        // Parts on their way end with the set; a part that still arrives after this is found by `leftovers`.
        self.under_way.abort_all();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(self.remove_parts());
        }
    }
}
