//! From every earlier version of the database to the present one, with what was in it.

use hotswap_model::TenantId;
use hotswap_store::{DatabaseUrl, Page, Store};
use hotswap_test_servers::{Postgres, psql};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};

use crate::kit::*;

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// What the first version may hold: a row in every table, as it wrote them.
const ROWS: &str = include_str!("rows_of_0001.sql");

fn numbers(migrator: &'static Migrator) -> Vec<i64> {
    migrator.iter().map(|migration| migration.version).collect()
}

#[test]
fn the_same_number_is_the_same_step_on_both_databases() {
    let (sqlite, postgres) = (&SQLITE, &POSTGRES);
    for migration in sqlite.iter() {
        let other = postgres.iter().find(|other| other.version == migration.version);
        assert_eq!(other.map(|other| &other.description), Some(&migration.description), "{}", migration.version);
    }
}

#[tokio::test]
async fn a_sqlite_database_of_every_earlier_version_keeps_its_data() {
    for number in numbers(&SQLITE) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hotswap.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut conn = options.connect().await.unwrap();
        SQLITE.run_to(number, &mut conn).await.unwrap();
        conn.execute(AssertSqlSafe(ROWS)).await.unwrap();
        drop(conn);
        everything_is_there(&Store::open(&path).await.unwrap(), number).await;
    }
}

#[tokio::test]
async fn a_postgres_database_of_every_earlier_version_keeps_its_data() {
    for number in numbers(&POSTGRES) {
        let address = Postgres::shared().database();
        let options: sqlx::postgres::PgConnectOptions = address.parse().unwrap();
        let mut conn = options.connect().await.unwrap();
        POSTGRES.run_to(number, &mut conn).await.unwrap();
        psql(&address, ROWS);
        let url: DatabaseUrl = address.parse().unwrap();
        everything_is_there(&Store::connect(&url, None).await.unwrap(), number).await;
    }
}

async fn everything_is_there(store: &Store, from: i64) {
    let mut tx = store.read().await.unwrap();
    let tenants = tx.list_tenants(&Page::all()).await.unwrap();
    assert_eq!(tenants.iter().map(|tenant| tenant.id.clone()).collect::<Vec<_>>(), [tenant_id("1")], "from {from}");
    let greeter = tx.plugin(&"greeter".parse().unwrap()).await.unwrap().unwrap();
    let version = tx.plugin_version(&greeter.id, &"1.0.0".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((version.size, version.exports.len(), version.imports.len()), (5, 1, 1), "from {from}");
    let web = tx.deployment(&address("acme", "web")).await.unwrap().unwrap();
    let revision = tx.revision(&web.id, 1).await.unwrap().unwrap();
    assert_eq!((revision.effective_config.as_str(), &revision.version_id), ("{ \"a\": 1.0 }", &version.id), "from {from}");
    let rollout = tx.rollout(web.rollout_id.as_ref().unwrap()).await.unwrap().unwrap();
    assert_eq!(tx.list_rollout_events(&rollout.id, 0).await.unwrap().len(), 1, "from {from}");
    assert_eq!(tx.idempotent_answer("key").await.unwrap().unwrap().body, "{}", "from {from}");
    assert_eq!(tx.usage(&TenantId::from_unique("1")).await.unwrap().storage_bytes, 5, "from {from}");
    drop(tx);
    let mut tx = store.write().await.unwrap();
    tx.delete_deployment(&web.id, Some(web.etag), at(9)).await.unwrap();
    tx.commit().await.unwrap();
}
