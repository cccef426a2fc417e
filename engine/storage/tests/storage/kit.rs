//! A storage to ask, and a look behind it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use hotswap_model::Digest;
use hotswap_s3_server::{ACCESS_KEY_ID, BUCKET, S3Server, SECRET_ACCESS_KEY};
use hotswap_storage::{ByteStream, FolderStorage, S3Config, S3Credentials, S3Patience, S3Storage};
use tempfile::TempDir;

/// What is behind a storage.
pub(crate) enum Behind {
    Folder(TempDir),
    S3(Box<S3Server>),
}

impl Behind {
    /// The file of an object.
    pub(crate) fn file(&self, digest: &Digest) -> PathBuf {
        let digest = digest.to_string();
        let key = format!("sha256/{}/{}", &digest[..2], &digest[2..]);
        match self {
            Self::Folder(dir) => dir.path().join(key),
            Self::S3(server) => server.file(&format!("hot/{key}")),
        }
    }

    /// Everything that is kept, whole or not: objects, quarantine, what is being written.
    pub(crate) fn everything(&self) -> Vec<String> {
        match self {
            Self::Folder(dir) => files(dir.path()),
            Self::S3(server) => {
                let parts = (0..server.parts()).map(|part| format!("part {part}"));
                server.keys("").into_iter().chain(parts).collect()
            }
        }
    }

    /// Waits until so many full parts of an upload are there: one that is on its way when the upload ends may come after its end.
    pub(crate) async fn has_parts(&self, parts: usize) {
        let Self::S3(server) = self else { return };
        let there = async {
            while server.parts() < parts {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), there).await.unwrap_or_else(|_| panic!("there: {:?}", self.everything()));
    }

    /// Waits until nothing is kept: what is ended in the background is ended soon.
    pub(crate) async fn is_empty_soon(&self) {
        let empty = async {
            while !self.everything().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), empty).await.unwrap_or_else(|_| panic!("left: {:?}", self.everything()));
    }
}

pub(crate) fn folder() -> (Behind, FolderStorage) {
    let dir = tempfile::tempdir().unwrap();
    let storage = FolderStorage::open(dir.path()).unwrap();
    (Behind::Folder(dir), storage)
}

pub(crate) fn s3() -> (Behind, S3Storage) {
    let server = S3Server::start().unwrap();
    let storage = s3_at(&server.endpoint());
    (Behind::S3(Box::new(server)), storage)
}

/// What listens there, with little patience.
pub(crate) fn s3_at(endpoint: &str) -> S3Storage {
    let credentials =
        S3Credentials { access_key_id: ACCESS_KEY_ID.into(), secret_access_key: SECRET_ACCESS_KEY.into(), session_token: None };
    let patience =
        S3Patience { connect: Duration::from_secs(1), attempt: Duration::from_secs(5), attempts: 3, stalled: Duration::from_secs(2) };
    let config = S3Config { endpoint: Some(endpoint.into()), region: "us-east-1".into(), credentials, patience };
    S3Storage::new(BUCKET, "hot/", &config)
}

/// Every file below the folder, with its path from there.
pub(crate) fn files(dir: &Path) -> Vec<String> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = vec![];
    walk(dir, &mut found);
    let mut names: Vec<_> = found.iter().map(|path| path.strip_prefix(dir).unwrap().display().to_string()).collect();
    names.sort();
    names
}

pub(crate) fn pieces(parts: Vec<io::Result<Bytes>>) -> ByteStream<'static> {
    futures::stream::iter(parts).boxed()
}

/// These bytes in pieces that fit nowhere.
pub(crate) fn in_pieces(whole: &Bytes) -> ByteStream<'static> {
    let whole = whole.clone();
    let parts = (0..whole.len()).step_by(300_011).map(move |at| Ok(whole.slice(at..whole.len().min(at + 300_011))));
    futures::stream::iter(parts).boxed()
}

/// So many bytes of which no part is another's.
pub(crate) fn noise(size: usize) -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.flatten().take(size).collect::<Vec<_>>().into()
}
