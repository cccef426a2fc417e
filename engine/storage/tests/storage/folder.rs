//! What is a folder's own.

use std::fs;

use hotswap_model::Digest;
use hotswap_storage::{FolderStorage, Storage, StorageError, once};

use crate::kit::{Behind, files, folder};

#[tokio::test]
async fn bytes_survive_a_restart_and_what_a_crash_left_half_written_is_gone() {
    let (behind, storage) = folder();
    let Behind::Folder(dir) = &behind else { unreachable!() };
    let digest = Digest::of(b"kept");
    storage.put(&digest, once("kept")).await.unwrap();
    fs::write(dir.path().join("tmp/put-half"), "ke").unwrap();
    let storage = FolderStorage::open(dir.path()).unwrap();
    assert_eq!(files(dir.path()).len(), 1);
    assert_eq!(storage.get(&digest).await.unwrap(), "kept");
}

#[tokio::test]
async fn a_disk_error_leaves_nothing_visible_and_says_where() {
    let (behind, storage) = folder();
    let Behind::Folder(dir) = &behind else { unreachable!() };
    let digest = Digest::of(b"homeless");
    let shard = behind.file(&digest).parent().unwrap().to_owned();
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
