//! What is particular to a database in a file: restarts, damage, and who wrote it.

use std::fs;
use std::path::Path;

use crate::kit::*;
use hotswap_store::{Page, Store, StoreError};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _};

/// Does what only somebody else's program would do to the database.
async fn meddle(path: &Path, sql: &'static str) {
    let mut other = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    other.execute(sql).await.unwrap();
}

#[tokio::test]
async fn a_restart_keeps_what_was_committed_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hotswap.db");
    let store = Store::open(&path).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("kept"), at(1)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.insert_tenant(&tenant_id("2"), &tenant_spec("lost"), at(1)).await.unwrap();
    drop(tx);
    store.close().await;

    let store = Store::open(&path).await.unwrap();
    assert_eq!(store.read().await.unwrap().list_tenants(&Page::all()).await.unwrap(), [tenant]);
}

#[tokio::test]
async fn a_copy_taken_at_any_moment_opens_with_everything_committed() {
    // What a power cut leaves: the files as they are, with nothing folded together and nobody who closed them.
    let (dir, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Store::open(&dir.path().join("hotswap.db")).await.unwrap();
    for number in 0..20 {
        let mut tx = store.write().await.unwrap();
        tx.insert_tenant(&tenant_id(&number.to_string()), &tenant_spec(&format!("t{number}")), at(1)).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut unfinished = store.write().await.unwrap();
    unfinished.insert_tenant(&tenant_id("x"), &tenant_spec("unfinished"), at(1)).await.unwrap();
    for file in ["hotswap.db", "hotswap.db-wal"] {
        fs::copy(dir.path().join(file), after.path().join(file)).unwrap();
    }
    let reopened = Store::open(&after.path().join("hotswap.db")).await.unwrap();
    let names: Vec<_> = reopened.read().await.unwrap().list_tenants(&Page::all()).await.unwrap();
    assert_eq!(names.len(), 20);
    assert!(names.iter().all(|tenant| tenant.spec.name.as_str() != "unfinished"));
}

#[tokio::test]
async fn a_temporary_database_is_one_for_all_its_clones_and_no_other() {
    let store = Store::memory().await.unwrap();
    let mut tx = store.clone().write().await.unwrap();
    tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.read().await.unwrap().list_tenants(&Page::all()).await.unwrap().len(), 1);
    assert_eq!(Store::memory().await.unwrap().read().await.unwrap().list_tenants(&Page::all()).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hotswap.db");
    let letter = "Dear reader, this is a letter and no database.\n".repeat(100);
    fs::write(&path, &letter).unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), letter);

    let error = Store::open(&dir.path().join("no/such/folder/hotswap.db")).await.unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hotswap.db");
    Store::open(&path).await.unwrap().close().await;
    meddle(
        &path,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0)",
    )
    .await;
    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 9999 }), "{error}");
    assert!(error.to_string().contains("start the hotswap that wrote it"), "{error}");
}

#[tokio::test]
async fn a_row_nobody_can_have_written_is_reported_as_damage_with_its_column() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hotswap.db");
    let store = Store::open(&path).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    tx.commit().await.unwrap();
    meddle(&path, "UPDATE tenants SET spec = '{\"name\":'").await;
    let error = store.read().await.unwrap().tenant(&"acme".parse().unwrap()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt { problem } if problem.starts_with("column spec:")), "{error}");
}

#[tokio::test]
async fn a_writer_whose_future_is_dropped_leaves_nothing_and_lets_the_next_one_in() {
    let store = Store::memory().await.unwrap();
    let (reached, reaches) = tokio::sync::oneshot::channel::<()>();
    let held = store.clone();
    let task = tokio::spawn(async move {
        let mut tx = held.write().await.unwrap();
        tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
        reached.send(()).unwrap();
        std::future::pending::<()>().await;
    });
    reaches.await.unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.list_tenants(&Page::all()).await.unwrap(), []);
}
