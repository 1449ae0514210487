//! A SQLite ledger that is locked, damaged, older or newer: a clear error, and nothing is lost.

use std::path::{Path, PathBuf};

use latchel_sync_core::ledger::Lease;
use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin};
use latchel_sync_ledger::SqliteLedger;
use latchel_sync_ledger::suite::{link, new_run};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tempfile::TempDir;

/// A ledger with 500 links in a file.
async fn ledger(folder: &TempDir) -> (PathBuf, SqliteLedger, Lease) {
    let path = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path).await.expect("a ledger");
    let held = ledger.begin_run(&new_run("a")).await.expect("a lease");
    for id in 1..=500 {
        ledger.put_link(&held, &link(held.run, &id.to_string(), id)).await.expect("a link");
    }
    (path, ledger, held)
}

async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.expect("SQLite opens it")
}

async fn run(path: &Path, sql: &'static str) {
    let mut connection = raw(path).await;
    sqlx::query(sql).execute(&mut connection).await.expect("it runs");
    connection.close().await.expect("it closes");
}

#[tokio::test]
async fn one_that_another_process_locks_says_so_and_goes_on_later() {
    let folder = TempDir::new().expect("a folder");
    let (path, ledger, held) = ledger(&folder).await;
    let mut other = raw(&path).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.expect("a lock");
    let locked = ledger.put_link(&held, &link(held.run, "x", 9_999)).await.expect_err("locked");
    assert_eq!(locked.kind(), ErrorKind::Ledger);
    assert!(locked.to_string().contains("locked by another process"), "{locked}");
    sqlx::query("ROLLBACK").execute(&mut other).await.expect("the lock ends");
    ledger.put_link(&held, &link(held.run, "x", 9_999)).await.expect("it goes on");
}

#[tokio::test]
async fn a_newer_one_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let (path, ledger, _) = ledger(&folder).await;
    drop(ledger);
    run(
        &path,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                VALUES (9999, 'of a later version', TRUE, x'00', 0)",
    )
    .await;
    for refused in [SqliteLedger::open(&path).await.map(Some), SqliteLedger::open_existing(&path).await] {
        let newer = refused.expect_err("newer");
        assert!(
            newer.to_string().contains("newer version") && newer.to_string().contains("ledger.sqlite"),
            "{newer}"
        );
    }
    run(&path, "DELETE FROM _sqlx_migrations WHERE version = 9999").await;
    let opened = SqliteLedger::open(&path).await.expect("as it was");
    assert_eq!(opened.linked("a", latchel_sync_core::model::Kind::WorkOrder).await.expect("a count"), 500);
}

#[tokio::test]
async fn a_damaged_one_is_told_from_a_sound_one() {
    let folder = TempDir::new().expect("a folder");
    let (path, ledger, _) = ledger(&folder).await;
    assert_eq!(ledger.check().await.expect("a check"), [""; 0]);
    drop(ledger);
    run(&path, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let mut bytes = std::fs::read(&path).expect("the file");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0x55);
    std::fs::write(&path, &bytes).expect("damage");
    let found = match SqliteLedger::open_existing(&path).await {
        Ok(ledger) => ledger
            .expect("it is there")
            .check()
            .await
            .map_or_else(|error| error.to_string(), |wrong| wrong.join("\n")),
        Err(error) => error.to_string(),
    };
    assert!(!found.is_empty());
    assert_eq!(std::fs::read(&path).expect("the file"), bytes, "it stays as it was, for whoever can mend it");
}

#[tokio::test]
async fn a_record_that_breaks_an_invariant_is_named() {
    let folder = TempDir::new().expect("a folder");
    let (path, ledger, _) = ledger(&folder).await;
    run(&path, "UPDATE links SET data = '{}' WHERE platform_id = '77'").await;
    run(&path, "INSERT INTO users (name, data) VALUES ('ann', '{}')").await;
    run(
        &path,
        "INSERT INTO pending (account, kind, side, id, since, attempts, dismissed, summary) \
                VALUES ('a', 'work-order', 'platform', '88', '2026-03-02T00:00:00Z', 1, 0, '')",
    )
    .await;
    let wrong = ledger.check().await.expect("a check");
    assert!(wrong.iter().any(|line| line.contains("77 cannot be read back")), "{wrong:?}");
    assert!(wrong.iter().any(|line| line.contains("ann cannot be read back")), "{wrong:?}");
    assert!(wrong.iter().any(|line| line.contains("88 is pending without an outcome")), "{wrong:?}");
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let folder = TempDir::new().expect("a folder");
    let (path, _, _) = ledger(&folder).await;
    let reader = SqliteLedger::open_existing(&path).await.expect("a ledger").expect("it is there");
    let refused = reader.begin_run(&new_run("b")).await.expect_err("read-only");
    assert!(refused.to_string().contains("read-only"), "{refused}");
}
