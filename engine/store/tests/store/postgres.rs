//! What is particular to a database on a PostgreSQL server: it comes and goes, others use it, and it keeps tenants apart by itself.

use std::time::{Duration, Instant};

use crate::kit::*;
use futures::future::join_all;
use hotswap_store::{DatabaseUrl, Page, Store, StoreError};
use hotswap_test_servers::{Postgres, free_port, psql};

fn url(text: &str) -> DatabaseUrl {
    text.parse().unwrap()
}

#[tokio::test]
async fn every_text_is_in_the_order_of_its_bytes() {
    let address = Postgres::shared().database();
    Store::connect(&url(&address), None).await.unwrap();
    let otherwise = psql(
        &address,
        "SELECT table_name || '.' || column_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) \
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_sqlx%' \
         AND (data_type NOT IN ('text', 'bigint') OR data_type = 'text' AND collation_name IS DISTINCT FROM 'C')",
    );
    assert_eq!(otherwise, "", "columns are TEXT COLLATE \"C\" or BIGINT");
}

#[tokio::test]
async fn every_table_with_a_tenant_is_kept_apart_by_tenant() {
    let address = Postgres::shared().database();
    Store::connect(&url(&address), None).await.unwrap();
    let open = psql(
        &address,
        "SELECT c.relname FROM pg_class c JOIN information_schema.columns ON table_name = c.relname \
         WHERE c.relkind = 'r' AND column_name = 'tenant_id' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    );
    assert_eq!(open, "", "tables with a tenant_id have a policy, and it is forced");
}

#[tokio::test]
async fn a_transaction_for_one_tenant_neither_sees_nor_writes_rows_of_another() {
    let (owner, user) = Postgres::shared().database_with_roles();
    let store = Store::connect(&url(&user), Some(&url(&owner))).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let mut tenants = vec![];
    for name in ["acme", "other"] {
        let tenant = tx.insert_tenant(&tenant_id(name), &tenant_spec(name), at(1)).await.unwrap();
        let (deployment, _) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
        let rollout = rollout(&deployment, name, None, 1);
        tx.insert_rollout(&rollout).await.unwrap();
        tx.append_rollout_event(&rollout.id, at(1), "started", "began", "{}").await.unwrap();
        tenants.push((tenant, deployment, rollout));
    }
    tx.commit().await.unwrap();
    let [(acme, own, own_rollout), (_, foreign, foreign_rollout)] = <[_; 2]>::try_from(tenants).unwrap();

    // As if the platform had forgotten to ask whose they are.
    let mut tx = store.read_for(Some(&acme.id)).await.unwrap();
    let seen = tx.list_deployments(None, &Page::all()).await.unwrap();
    assert_eq!(seen.iter().map(|deployment| &deployment.id).collect::<Vec<_>>(), [&own.id]);
    assert_eq!(tx.list_tenants(&Page::all()).await.unwrap().len(), 1);
    assert_eq!(tx.deployment_by_id(&foreign.id).await.unwrap(), None);
    assert_eq!(tx.revision(&foreign.id, 1).await.unwrap(), None);
    assert_eq!(tx.rollout(&foreign_rollout.id).await.unwrap(), None);
    assert_eq!(tx.list_rollout_events(&foreign_rollout.id, 0).await.unwrap(), []);
    assert_eq!(tx.list_rollout_events(&own_rollout.id, 0).await.unwrap().len(), 1);
    assert!(tx.plugin(&"greeter".parse().unwrap()).await.unwrap().is_some(), "plugins are everybody's");
    drop(tx);

    let mut tx = store.write_for(Some(&acme.id)).await.unwrap();
    assert!(matches!(tx.delete_deployment(&foreign.id, None, at(2)).await.unwrap_err(), StoreError::NotFound { .. }));
    drop(tx);
    // Neither may the role's own session: what says nothing sees nothing.
    assert_eq!(psql(&user, "SELECT count(*) FROM deployments"), "0");
    assert_eq!(psql(&owner, "SELECT count(*) FROM deployments"), "0");
    assert_eq!(psql(&user, "SET hotswap.tenant = '*'; SELECT count(*) FROM deployments"), "2");
    assert_eq!(store.read().await.unwrap().list_deployments(None, &Page::all()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_role_that_may_not_change_tables_is_told_what_to_do_and_needs_no_more_than_that() {
    let (owner, user) = Postgres::shared().database_with_roles();
    let error = Store::connect(&url(&user), None).await.unwrap_err();
    assert!(matches!(&error, StoreError::NotOwner { role } if role.ends_with("_user")), "{error:?}");
    assert!(error.to_string().contains("`--database-owner-url`"), "{error}");
    Store::connect(&url(&user), Some(&url(&owner))).await.unwrap().close().await;
    // Up to date, it needs the owner no more.
    Store::connect(&url(&user), None).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_or_lets_nobody_in_is_told_without_the_password() {
    let nobody = format!("postgres://me:s3cret@127.0.0.1:{}/d", free_port());
    let wrong = Postgres::shared().database().replace("pass-word", "s3cret");
    let missing = Postgres::shared().database() + "_not_there";
    for (address, says) in [(nobody, "refused"), (wrong, "password authentication failed"), (missing, "does not exist")] {
        let error = Store::connect(&url(&address), None).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        let told = format!("{error} {error:?}");
        assert!(told.contains(says), "{told}");
        assert!(!told.contains("s3cret") && !told.contains("pass-word"), "{told}");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let address = Postgres::shared().database();
    Store::connect(&url(&address), None).await.unwrap().close().await;
    psql(
        &address,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', true, '\\x00', 0)",
    );
    let error = Store::connect(&url(&address), None).await.unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 9999 }), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_may_start_on_an_empty_database_at_once_and_write_one_at_a_time() {
    let address = url(&Postgres::shared().database());
    let stores: Vec<_> = join_all((0..4).map(|_| Store::connect(&address, None))).await.into_iter().map(|store| store.unwrap()).collect();
    let mut tx = stores[0].write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(0)).await.unwrap();
    tx.commit().await.unwrap();
    let changes = (0..80).map(|number| {
        let (store, id) = (stores[number % 4].clone(), tenant.id.clone());
        tokio::spawn(async move {
            let mut tx = store.write().await.unwrap();
            let before = tx.tenant_by_id(&id).await.unwrap().unwrap();
            tx.update_tenant(&id, &before.spec, Some(before.etag), at(number as i64)).await.unwrap();
            tx.commit().await.unwrap();
        })
    });
    join_all(changes).await.into_iter().for_each(|change| change.unwrap());
    let after = stores[3].read().await.unwrap().tenant_by_id(&tenant.id).await.unwrap().unwrap();
    assert_eq!(after.etag, 81, "no change was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_were_lost_are_made_again() {
    let server = Postgres::start();
    let store = Store::connect(&url(&server.database()), None).await.unwrap();
    let mut kept = store.write().await.unwrap();
    kept.insert_tenant(&tenant_id("1"), &tenant_spec("kept"), at(0)).await.unwrap();
    kept.commit().await.unwrap();
    let mut cut = store.write().await.unwrap();
    cut.insert_tenant(&tenant_id("2"), &tenant_spec("cut"), at(0)).await.unwrap();
    server.stop();
    let error = cut.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let began = Instant::now();
    let error = store.read().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(10), "who waits is told soon");

    server.start_again();
    let seen = store.read().await.unwrap().list_tenants(&Page::all()).await.unwrap();
    assert_eq!(seen.iter().map(|tenant| tenant.spec.name.as_str()).collect::<Vec<_>>(), ["kept"]);
    let mut tx = store.write().await.unwrap();
    tx.insert_tenant(&tenant_id("2"), &tenant_spec("cut"), at(0)).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn one_leads_at_a_time_and_the_next_once_that_one_is_gone() {
    let address = url(&Postgres::shared().database());
    let (one, other) = (Store::connect(&address, None).await.unwrap(), Store::connect(&address, None).await.unwrap());
    let leads = one.lead().await.unwrap().unwrap();
    assert!(other.lead().await.unwrap().is_none());
    assert!(one.lead().await.unwrap().is_none(), "not twice, either");
    let number = leads.generation;
    // Dropped as by a process that ends: the connection breaks, and the server lets the lock go.
    drop(leads);
    let began = Instant::now();
    let next = loop {
        if let Some(next) = other.lead().await.unwrap() {
            break next;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "the lock stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(next.generation, number + 1);
}
