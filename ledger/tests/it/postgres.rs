//! The ledger on PostgreSQL.

use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin};
use latchel_sync_ledger::PostgresLedger;
use latchel_sync_ledger::throw_away::fresh_url;

latchel_sync_ledger::ledger_suite!(fresh);
latchel_sync_ledger::desk_suite!(fresh);

/// An empty database of its own for each test.
async fn fresh() -> PostgresLedger {
    PostgresLedger::open(&fresh_url().await).await.expect("a ledger")
}

#[tokio::test]
async fn a_ledger_opens_again_and_for_reading_only() {
    let url = fresh_url().await;
    assert!(PostgresLedger::open_existing(&url).await.expect("an empty database").is_none());
    PostgresLedger::open(&url).await.expect("a ledger");
    PostgresLedger::open(&url).await.expect("again");
    let reader = PostgresLedger::open_existing(&url).await.expect("a ledger").expect("its tables");
    assert!(reader.accounts().await.expect("it can be read").is_empty());
    let run = latchel_sync_ledger::suite::new_run("a");
    assert_eq!(reader.begin_run(&run).await.expect_err("read-only").kind(), ErrorKind::Ledger);
}

#[tokio::test]
async fn no_error_shows_the_password() {
    for url in ["postgres://me:hunter2@127.0.0.1:9/x", "postgres://me:hunter2@[/x", "hunter2"] {
        let error = PostgresLedger::open(url).await.expect_err("nobody is there");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn of_many_runs_at_once_one_gets_the_lease() {
    let ledger = fresh().await;
    let runs = (0..16).map(|_| {
        let ledger = ledger.clone();
        tokio::spawn(async move { ledger.begin_run(&latchel_sync_ledger::suite::new_run("a")).await })
    });
    let mut got = 0;
    for run in runs.collect::<Vec<_>>() {
        match run.await.expect("no panic") {
            Ok(_) => got += 1,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Busy, "{error}"),
        }
    }
    assert_eq!(got, 1);
}
