//! What every storage promises: whole objects or none, and never bytes of another digest.

use std::fs;
use std::io;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use hotswap_model::Digest;
use hotswap_storage::{Storage, StorageError, once};

use crate::kit::{self, Behind, in_pieces, noise, pieces};

/// More than two parts of S3, and not a whole number of them.
const LARGE: usize = (17 << 20) + 4_711;

macro_rules! promises {
    ($($name:ident)*) => {
        mod a_folder {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (behind, storage) = kit::folder();
                super::$name(&behind, storage).await;
            })*
        }
        mod a_bucket {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (behind, storage) = kit::s3();
                super::$name(&behind, storage).await;
            })*
        }
    };
}

promises! {
    bytes_come_out_as_they_went_in
    large_bytes_come_out_as_they_went_in
    no_bytes_are_bytes_too
    known_bytes_are_not_written_again_but_still_compared
    known_bytes_that_vanish_meanwhile_are_not_said_to_be_there
    truncated_bytes_are_refused_with_both_digests_and_leave_nothing
    truncated_large_bytes_leave_nothing
    an_upload_that_breaks_off_leaves_nothing
    a_large_upload_that_breaks_off_leaves_nothing
    an_upload_whose_caller_goes_away_leaves_nothing
    too_many_bytes_are_refused_without_reading_the_rest
    damaged_bytes_are_never_given_out_but_set_aside_and_can_be_put_again
    the_last_piece_is_not_given_before_all_are_verified
    many_who_put_the_same_bytes_at_once_all_succeed
    deleted_bytes_are_gone_and_deleting_them_twice_is_fine
    everything_that_is_kept_is_listed
    what_is_under_way_is_told_of_and_can_be_discarded
}

async fn bytes_come_out_as_they_went_in(_: &Behind, storage: impl Storage) {
    let whole = noise(200_000);
    let digest = Digest::of(&whole);
    assert!(!storage.exists(&digest).await.unwrap());
    let stored = storage.put(&digest, in_pieces(&whole)).await.unwrap();
    assert_eq!((stored.digest, stored.size, stored.new), (digest, 200_000, true));
    assert!(storage.exists(&digest).await.unwrap());
    assert_eq!(storage.get(&digest).await.unwrap(), whole);
}

async fn large_bytes_come_out_as_they_went_in(behind: &Behind, storage: impl Storage) {
    let whole = noise(LARGE);
    let digest = Digest::of(&whole);
    let stored = storage.put(&digest, in_pieces(&whole)).await.unwrap();
    assert_eq!((stored.size, stored.new), (LARGE as u64, true));
    let reading = storage.read(&digest).await.unwrap();
    assert_eq!(reading.size, LARGE as u64);
    let read: Vec<Bytes> = reading.bytes.try_collect().await.unwrap();
    assert!(read.len() > 10, "in {} pieces", read.len());
    assert!(read.concat() == whole);
    assert_eq!(behind.everything().len(), 1);
}

async fn no_bytes_are_bytes_too(_: &Behind, storage: impl Storage) {
    let digest = Digest::of(b"");
    assert_eq!(storage.put(&digest, pieces(vec![])).await.unwrap().size, 0);
    assert_eq!(storage.get(&digest).await.unwrap(), "");
}

async fn known_bytes_are_not_written_again_but_still_compared(behind: &Behind, storage: impl Storage) {
    let whole = noise(LARGE);
    let digest = Digest::of(&whole);
    storage.put(&digest, in_pieces(&whole)).await.unwrap();
    let written = fs::metadata(behind.file(&digest)).unwrap().modified().unwrap();
    assert!(!storage.put(&digest, in_pieces(&whole)).await.unwrap().new);
    let error = storage.put(&digest, once("other")).await.unwrap_err();
    assert!(matches!(error, StorageError::Mismatch { .. }), "{error}");
    assert!(storage.get(&digest).await.unwrap() == whole);
    assert_eq!(fs::metadata(behind.file(&digest)).unwrap().modified().unwrap(), written);
    assert_eq!(behind.everything().len(), 1);
}

async fn known_bytes_that_vanish_meanwhile_are_not_said_to_be_there(behind: &Behind, storage: impl Storage) {
    let digest = Digest::of(b"half and half");
    storage.put(&digest, once("half and half")).await.unwrap();
    let file = behind.file(&digest);
    let rest = futures::stream::once(async move {
        fs::remove_file(file).unwrap();
        Ok(Bytes::from(" and half"))
    });
    let bytes = futures::stream::once(async { Ok(Bytes::from("half")) }).chain(rest);
    let error = storage.put(&digest, bytes.boxed()).await.unwrap_err();
    assert!(matches!(error, StorageError::Vanished { .. }), "{error}");
    assert!(error.is_outage());
}

async fn truncated_bytes_are_refused_with_both_digests_and_leave_nothing(behind: &Behind, storage: impl Storage) {
    let (digest, cut) = (Digest::of(b"the whole"), Digest::of(b"the wh"));
    let message = storage.put(&digest, once("the wh")).await.unwrap_err().to_string();
    assert_eq!(message, format!("the 6 bytes received have the SHA-256 {cut}, not {digest}"));
    assert!(!storage.exists(&digest).await.unwrap());
    assert_eq!(behind.everything(), [""; 0]);
}

async fn truncated_large_bytes_leave_nothing(behind: &Behind, storage: impl Storage) {
    let whole = noise(LARGE);
    let error = storage.put(&Digest::of(&whole), in_pieces(&whole.slice(..LARGE - 1))).await.unwrap_err();
    assert!(matches!(error, StorageError::Mismatch { .. }), "{error}");
    assert_eq!(behind.everything(), [""; 0]);
    assert_eq!(storage.leftovers().await.unwrap(), []);
}

async fn an_upload_that_breaks_off_leaves_nothing(behind: &Behind, storage: impl Storage) {
    let broken = pieces(vec![Ok("half of ".into()), Err(io::ErrorKind::ConnectionReset.into())]);
    let error = storage.put(&Digest::of(b"half of it"), broken).await.unwrap_err();
    assert_eq!(error.to_string(), "the upload broke off after 8 bytes");
    assert_eq!(behind.everything(), [""; 0]);
}

async fn a_large_upload_that_breaks_off_leaves_nothing(behind: &Behind, storage: impl Storage) {
    let broken = in_pieces(&noise(LARGE)).chain(pieces(vec![Err(io::ErrorKind::ConnectionReset.into())]));
    let error = storage.put(&Digest::of(b"more"), broken.boxed()).await.unwrap_err();
    assert!(matches!(error, StorageError::Interrupted { size, .. } if size == LARGE as u64), "{error}");
    assert_eq!(behind.everything(), [""; 0]);
    assert_eq!(storage.leftovers().await.unwrap(), []);
}

/// An upload of which a large part has come, and nothing more does.
async fn stalled(storage: impl Storage + 'static, digest: Digest) -> tokio::task::JoinHandle<()> {
    let (reached, reaches) = tokio::sync::oneshot::channel();
    let stalls = in_pieces(&noise(LARGE)).chain(futures::stream::once(async move {
        reached.send(()).unwrap();
        std::future::pending().await
    }));
    let upload = tokio::spawn(async move { drop(storage.put(&digest, stalls.boxed()).await) });
    reaches.await.unwrap();
    upload
}

async fn an_upload_whose_caller_goes_away_leaves_nothing(behind: &Behind, storage: impl Storage + Clone + 'static) {
    let digest = Digest::of(b"more than that");
    let upload = stalled(storage.clone(), digest).await;
    assert!(!storage.leftovers().await.unwrap().is_empty(), "the upload has begun");
    assert!(!storage.exists(&digest).await.unwrap(), "and is not seen");
    upload.abort();
    assert!(upload.await.unwrap_err().is_cancelled());
    behind.is_empty_soon().await;
}

trait Bounded: Storage + Sized {
    fn bounded(self, size: u64) -> Self;
}

impl Bounded for hotswap_storage::FolderStorage {
    fn bounded(self, size: u64) -> Self {
        self.with_max_size(size)
    }
}

impl Bounded for hotswap_storage::S3Storage {
    fn bounded(self, size: u64) -> Self {
        self.with_max_size(size)
    }
}

async fn too_many_bytes_are_refused_without_reading_the_rest(behind: &Behind, storage: impl Bounded) {
    let storage = storage.bounded(2 << 20);
    let endless = futures::stream::repeat_with(|| Ok(Bytes::from(vec![0; 1 << 16]))).boxed();
    let error = storage.put(&Digest::of(b""), endless).await.unwrap_err();
    assert_eq!(error.to_string(), "the upload has more than 2 MiB, which is the most that is kept");
    assert_eq!(behind.everything(), [""; 0]);
    let whole = vec![0; 2 << 20];
    assert!(storage.put(&Digest::of(&whole), once(whole)).await.unwrap().new, "the bound itself is allowed");
}

async fn damaged_bytes_are_never_given_out_but_set_aside_and_can_be_put_again(behind: &Behind, storage: impl Storage) {
    let (digest, damaged) = (Digest::of(b"sound"), Digest::of(b"s0und"));
    storage.put(&digest, once("sound")).await.unwrap();
    fs::write(behind.file(&digest), "s0und").unwrap();
    match storage.get(&digest).await.unwrap_err() {
        StorageError::Corrupt { digest: asked, actual, quarantined } => {
            assert_eq!((asked, actual), (digest, damaged));
            assert!(quarantined.ends_with(&format!("quarantine/{digest}.{damaged}")), "{quarantined}");
        }
        other => panic!("{other}"),
    }
    let quarantined = storage.quarantined().await.unwrap();
    assert_eq!(quarantined.iter().map(|found| (&*found.name, found.size)).collect::<Vec<_>>(), [(&*format!("{digest}.{damaged}"), 5)]);
    assert!(matches!(storage.get(&digest).await.unwrap_err(), StorageError::NotFound { digest: asked } if asked == digest));
    assert!(storage.put(&digest, once("sound")).await.unwrap().new);
    assert_eq!(storage.get(&digest).await.unwrap(), "sound");
}

async fn the_last_piece_is_not_given_before_all_are_verified(behind: &Behind, storage: impl Storage) {
    let whole = noise(3 << 20);
    let digest = Digest::of(&whole);
    storage.put(&digest, in_pieces(&whole)).await.unwrap();
    let mut damaged = whole.to_vec();
    damaged[0] ^= 1;
    fs::write(behind.file(&digest), &damaged).unwrap();
    let mut bytes = storage.read(&digest).await.unwrap().bytes;
    let mut given = 0;
    let error = loop {
        match bytes.next().await.unwrap() {
            Ok(piece) => given += piece.len(),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StorageError::Corrupt { .. }), "{error}");
    assert!(given < whole.len(), "nobody takes {given} bytes for the whole");
    assert!(bytes.next().await.is_none());
}

async fn many_who_put_the_same_bytes_at_once_all_succeed(behind: &Behind, storage: impl Storage + Clone + 'static) {
    let whole = noise(100_000);
    let digest = Digest::of(&whole);
    let puts = (0..32).map(|_| {
        let (storage, whole) = (storage.clone(), whole.clone());
        tokio::spawn(async move { storage.put(&digest, once(whole)).await.unwrap().new })
    });
    let new = futures::future::join_all(puts).await.into_iter().filter(|put| *put.as_ref().unwrap()).count();
    assert!(new >= 1);
    assert_eq!(storage.get(&digest).await.unwrap(), whole);
    assert_eq!(behind.everything().len(), 1);
}

async fn deleted_bytes_are_gone_and_deleting_them_twice_is_fine(behind: &Behind, storage: impl Storage) {
    let digest = Digest::of(b"gone");
    storage.put(&digest, once("gone")).await.unwrap();
    storage.delete(&digest).await.unwrap();
    storage.delete(&digest).await.unwrap();
    assert!(matches!(storage.get(&digest).await.unwrap_err(), StorageError::NotFound { .. }));
    assert_eq!(behind.everything(), [""; 0]);
}

async fn everything_that_is_kept_is_listed(_: &Behind, storage: impl Storage) {
    assert_eq!(storage.objects().try_collect::<Vec<_>>().await.unwrap(), []);
    let mut expected = vec![];
    for size in 1..40 {
        let whole = noise(size);
        storage.put(&Digest::of(&whole), once(whole.clone())).await.unwrap();
        expected.push((Digest::of(&whole), size as u64));
    }
    let objects: Vec<_> = storage.objects().try_collect().await.unwrap();
    let recently = SystemTime::now() - Duration::from_secs(60);
    assert!(objects.iter().all(|object| object.since > recently), "{objects:?}");
    let mut listed: Vec<_> = objects.into_iter().map(|object| (object.digest, object.size)).collect();
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected);
}

async fn what_is_under_way_is_told_of_and_can_be_discarded(behind: &Behind, storage: impl Storage + Clone + 'static) {
    let upload = stalled(storage.clone(), Digest::of(b"more")).await;
    behind.has_parts(LARGE / (8 << 20)).await;
    let leftovers = storage.leftovers().await.unwrap();
    let [leftover] = &leftovers[..] else { panic!("{leftovers:?}") };
    assert!(leftover.since > SystemTime::now() - Duration::from_secs(60));
    storage.discard(leftover).await.unwrap();
    storage.discard(leftover).await.unwrap();
    assert_eq!(storage.leftovers().await.unwrap(), []);
    upload.abort();
    behind.is_empty_soon().await;
}
