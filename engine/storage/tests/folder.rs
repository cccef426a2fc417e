//! What a folder of plugin bytes promises: whole objects or none, and never bytes of another digest.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::StreamExt as _;
use hotswap_model::Digest;
use hotswap_storage::{ByteStream, FolderStorage, Storage, StorageError, once};
use tempfile::TempDir;

fn storage() -> (TempDir, FolderStorage) {
    let dir = tempfile::tempdir().unwrap();
    let storage = FolderStorage::open(dir.path()).unwrap();
    (dir, storage)
}

/// Every file below the folder, with its path from there.
fn files(dir: &Path) -> Vec<String> {
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

fn object(dir: &Path, digest: &Digest) -> PathBuf {
    let digest = digest.to_string();
    dir.join("sha256").join(&digest[..2]).join(&digest[2..])
}

fn pieces(parts: Vec<io::Result<Bytes>>) -> ByteStream<'static> {
    futures::stream::iter(parts).boxed()
}

#[tokio::test]
async fn bytes_come_out_as_they_went_in_and_survive_a_restart() {
    let (dir, storage) = storage();
    let whole = vec![7_u8; 200_000];
    let digest = Digest::of(&whole);
    let parts = whole.chunks(30_011).map(|part| Ok(Bytes::copy_from_slice(part))).collect();
    let stored = storage.put(&digest, pieces(parts)).await.unwrap();
    assert_eq!((stored.digest, stored.size, stored.new), (digest, 200_000, true));
    assert!(storage.exists(&digest).await.unwrap());
    let reopened = FolderStorage::open(dir.path()).unwrap();
    assert_eq!(reopened.get(&digest).await.unwrap(), whole);
}

#[tokio::test]
async fn known_bytes_are_put_again_for_free_but_still_verified() {
    let (dir, storage) = storage();
    let digest = Digest::of(b"known");
    storage.put(&digest, once("known")).await.unwrap();
    assert!(!storage.put(&digest, once("known")).await.unwrap().new);
    let error = storage.put(&digest, once("other")).await.unwrap_err();
    assert!(matches!(error, StorageError::Mismatch { .. }), "{error}");
    assert_eq!(storage.get(&digest).await.unwrap(), "known");
    assert_eq!(files(dir.path()).len(), 1);
}

#[tokio::test]
async fn truncated_bytes_are_refused_with_both_digests_and_leave_nothing() {
    let (dir, storage) = storage();
    let (digest, cut) = (Digest::of(b"the whole"), Digest::of(b"the wh"));
    let message = storage.put(&digest, once("the wh")).await.unwrap_err().to_string();
    assert_eq!(message, format!("the 6 bytes received have the SHA-256 {cut}, not {digest}"));
    assert!(!storage.exists(&digest).await.unwrap());
    assert_eq!(files(dir.path()), [""; 0]);
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let (dir, storage) = storage();
    let broken = pieces(vec![Ok("half of ".into()), Err(io::ErrorKind::ConnectionReset.into())]);
    let error = storage.put(&Digest::of(b"half of it"), broken).await.unwrap_err();
    assert_eq!(error.to_string(), "the upload broke off after 8 bytes");
    assert_eq!(files(dir.path()), [""; 0]);
}

#[tokio::test]
async fn an_upload_whose_caller_goes_away_leaves_nothing() {
    let (dir, storage) = storage();
    let (reached, reaches) = tokio::sync::oneshot::channel();
    let stalls = futures::stream::once(async { Ok(Bytes::from("half")) }).chain(futures::stream::once(async move {
        reached.send(()).unwrap();
        std::future::pending().await
    }));
    let upload = tokio::spawn(async move { storage.put(&Digest::of(b"half and half"), stalls.boxed()).await });
    reaches.await.unwrap();
    assert_eq!(files(dir.path()).len(), 1, "the upload has begun");
    upload.abort();
    assert!(upload.await.unwrap_err().is_cancelled());
    assert_eq!(files(dir.path()), [""; 0]);
}

#[tokio::test]
async fn too_many_bytes_are_refused_without_reading_the_rest() {
    let (dir, storage) = storage();
    let storage = storage.with_max_size(2 << 20);
    let endless = futures::stream::repeat_with(|| Ok(Bytes::from(vec![0; 1 << 16]))).boxed();
    let error = storage.put(&Digest::of(b""), endless).await.unwrap_err();
    assert_eq!(error.to_string(), "the upload has more than 2 MiB, which is the most that is kept");
    assert_eq!(files(dir.path()), [""; 0]);
    let whole = vec![0; 2 << 20];
    assert!(storage.put(&Digest::of(&whole), once(whole)).await.unwrap().new, "the bound itself is allowed");
}

#[tokio::test]
async fn what_a_crash_left_half_written_is_gone_after_opening() {
    let (dir, storage) = storage();
    let digest = Digest::of(b"kept");
    storage.put(&digest, once("kept")).await.unwrap();
    fs::write(dir.path().join("tmp/put-half"), "ke").unwrap();
    let storage = FolderStorage::open(dir.path()).unwrap();
    assert_eq!(files(dir.path()).len(), 1);
    assert_eq!(storage.get(&digest).await.unwrap(), "kept");
}

#[tokio::test]
async fn damaged_bytes_are_never_given_out_but_set_aside_and_can_be_put_again() {
    let (dir, storage) = storage();
    let (digest, damaged) = (Digest::of(b"sound"), Digest::of(b"s0und"));
    storage.put(&digest, once("sound")).await.unwrap();
    fs::write(object(dir.path(), &digest), "s0und").unwrap();
    match storage.get(&digest).await.unwrap_err() {
        StorageError::Corrupt { digest: asked, actual, quarantined } => {
            assert_eq!((asked, actual), (digest, damaged));
            assert_eq!(fs::read(quarantined).unwrap(), b"s0und");
        }
        other => panic!("{other}"),
    }
    assert!(matches!(storage.get(&digest).await.unwrap_err(), StorageError::NotFound { digest: asked } if asked == digest));
    assert!(storage.put(&digest, once("sound")).await.unwrap().new);
    assert_eq!(storage.get(&digest).await.unwrap(), "sound");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_put_the_same_bytes_at_once_all_succeed_and_one_was_first() {
    let (dir, storage) = storage();
    let whole = Bytes::from(vec![3_u8; 100_000]);
    let digest = Digest::of(&whole);
    let puts = (0..32).map(|_| {
        let (storage, whole) = (storage.clone(), whole.clone());
        tokio::spawn(async move { storage.put(&digest, once(whole)).await.unwrap().new })
    });
    let new = futures::future::join_all(puts).await.into_iter().filter(|put| *put.as_ref().unwrap()).count();
    assert_eq!(new, 1);
    assert_eq!(storage.get(&digest).await.unwrap(), whole);
    assert_eq!(files(dir.path()).len(), 1);
}

#[tokio::test]
async fn a_disk_error_leaves_nothing_visible_and_says_where() {
    let (dir, storage) = storage();
    let digest = Digest::of(b"homeless");
    let shard = object(dir.path(), &digest).parent().unwrap().to_owned();
    fs::write(&shard, "a file where a folder has to be").unwrap();
    let error = storage.put(&digest, once("homeless")).await.unwrap_err();
    assert!(error.to_string().contains(&shard.display().to_string()), "{error}");
    fs::remove_file(&shard).unwrap();
    assert!(!storage.exists(&digest).await.unwrap());
    assert_eq!(files(dir.path()), [""; 0]);

    fs::remove_dir(dir.path().join("tmp")).unwrap();
    let error = storage.put(&digest, once("homeless")).await.unwrap_err();
    assert!(matches!(error, StorageError::Io { .. }), "{error}");
    assert!(!storage.exists(&digest).await.unwrap());
}

#[tokio::test]
async fn deleted_bytes_are_gone_and_deleting_them_twice_is_fine() {
    let (dir, storage) = storage();
    let digest = Digest::of(b"gone");
    storage.put(&digest, once("gone")).await.unwrap();
    storage.delete(&digest).await.unwrap();
    storage.delete(&digest).await.unwrap();
    assert!(matches!(storage.get(&digest).await.unwrap_err(), StorageError::NotFound { .. }));
    assert_eq!(files(dir.path()), [""; 0]);
}
