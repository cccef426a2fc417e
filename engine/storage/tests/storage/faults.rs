//! Disks and S3 servers that fail: nothing half-visible, a clear error, a retry that works.

use std::process::Command;
use std::time::{Duration, Instant};

use futures::TryStreamExt as _;
use hotswap_model::Digest;
use hotswap_s3_server::{Fault, Proxy, S3Server};
use hotswap_storage::{FolderStorage, Storage, StorageError, once};

use crate::kit::{Behind, files, in_pieces, noise, s3_at};

/// A file system of 4 MiB, unmounted when it is dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// Absent where this user may mount none.
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(dir.path()).output();
        match mounted {
            Ok(done) if done.status.success() => Some(Self(dir)),
            _ => None,
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

#[tokio::test]
async fn a_full_disk_is_said_to_be_full_and_takes_what_fits() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: only root mounts a small disk");
        return;
    };
    let dir = disk.0.path().join("components");
    let storage = FolderStorage::open(&dir).unwrap();
    let whole = noise(6 << 20);
    let error = storage.put(&Digest::of(&whole), in_pieces(&whole)).await.unwrap_err();
    assert!(matches!(error, StorageError::Full { .. }), "{error:?}");
    assert!(error.to_string().starts_with("no space is left for plugin bytes in "), "{error}");
    assert_eq!(files(&dir), [""; 0], "the room is free again");
    let fits = noise(3 << 20);
    assert!(storage.put(&Digest::of(&fits), in_pieces(&fits)).await.unwrap().new);
    assert!(storage.get(&Digest::of(&fits)).await.unwrap() == fits);
}

/// A storage behind a proxy.
async fn behind_a_proxy() -> (Behind, Proxy, hotswap_storage::S3Storage) {
    let server = S3Server::start().unwrap();
    let proxy = Proxy::start(server.address()).await.unwrap();
    let storage = s3_at(&proxy.endpoint());
    (Behind::S3(Box::new(server)), proxy, storage)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_fails_for_a_moment_is_asked_again() {
    let (_behind, proxy, storage) = behind_a_proxy().await;
    let whole = noise(9 << 20);
    let digest = Digest::of(&whole);
    for status in [500, 503] {
        proxy.fail(Fault::StatusFor(status, 2));
        storage.put(&digest, in_pieces(&whole)).await.unwrap();
        assert!(storage.get(&digest).await.unwrap() == whole);
        storage.delete(&digest).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_on_failing_is_named_with_what_it_says_and_nothing_is_half_visible() {
    let (behind, proxy, storage) = behind_a_proxy().await;
    let whole = noise(9 << 20);
    let digest = Digest::of(&whole);
    let faults = [
        (Fault::Status(500), "the S3 server answers 500"),
        (Fault::Status(503), "the S3 server answers 503"),
        (Fault::Status(403), "the S3 server answers 403"),
        (Fault::Gone, "no connection to the S3 server"),
        (Fault::Silence, "did not answer in time"),
        // Enough for the questions before, not for a part.
        (Fault::RequestsCutAfter(1 << 20), "s3://plugins/hot/sha256/"),
    ];
    for (fault, expected) in faults {
        proxy.fail(fault);
        let began = Instant::now();
        let error = match fault {
            // A part goes by, and no answer comes.
            Fault::Silence => storage.exists(&digest).await.unwrap_err(),
            _ => storage.put(&digest, in_pieces(&whole)).await.unwrap_err(),
        };
        assert!(error.to_string().contains(expected), "{fault:?}: {error}");
        assert!(error.is_outage(), "{error:?}");
        assert!(!format!("{error:?}").contains(hotswap_s3_server::SECRET_ACCESS_KEY));
        assert!(began.elapsed() < Duration::from_secs(40), "{fault:?} took {:?}", began.elapsed());
        proxy.fail(Fault::None);
        assert!(!storage.exists(&digest).await.unwrap(), "{fault:?}");
        assert_eq!(storage.objects().try_collect::<Vec<_>>().await.unwrap(), [], "{fault:?}");
        // What could not be ended while nothing went through is found, and ended, later.
        for leftover in storage.leftovers().await.unwrap() {
            storage.discard(&leftover).await.unwrap();
        }
        assert_eq!(behind.everything(), [""; 0], "{fault:?}");
    }
    assert!(storage.put(&digest, in_pieces(&whole)).await.unwrap().new, "once it is well again, all is well");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_cut_is_an_error_and_no_damaged_object() {
    let (behind, proxy, storage) = behind_a_proxy().await;
    let whole = noise(3 << 20);
    let digest = Digest::of(&whole);
    storage.put(&digest, once(whole.clone())).await.unwrap();
    proxy.fail(Fault::AnswersCutAfter(1 << 20));
    let error = storage.get(&digest).await.unwrap_err();
    assert!(matches!(error, StorageError::Remote { is_final: false, .. }), "{error:?}");
    assert!(error.to_string().contains("before its end"), "{error}");
    proxy.fail(Fault::None);
    assert!(storage.get(&digest).await.unwrap() == whole);
    assert_eq!(storage.quarantined().await.unwrap(), []);
    assert_eq!(behind.everything().len(), 1);
}
