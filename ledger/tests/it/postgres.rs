//! The ledger on PostgreSQL.

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin};
use latchel_sync_ledger::PostgresLedger;
use latchel_sync_ledger::desk::{Desk, Pace, TryKey};
use latchel_sync_ledger::throw_away::fresh_url;
use sqlx::{Connection, PgConnection};

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

#[tokio::test]
async fn many_tries_at_once_gain_nothing_and_a_flood_of_names_is_bounded() {
    let url = fresh_url().await;
    let ledger = PostgresLedger::open(&url).await.expect("a ledger");
    let now: DateTime<Utc> = "2026-03-02T15:00:00Z".parse().expect("an instant");
    let key = |name: &str| {
        let pace = Pace { free: 5, longest: TimeDelta::minutes(5) };
        [TryKey { kind: "name", key: name.to_owned(), pace }]
    };
    let tries = (0..16).map(|_| {
        let (ledger, key) = (ledger.clone(), key("guessed"));
        tokio::spawn(async move { ledger.count_try(&key, now).await.expect("an answer") })
    });
    let mut counted = 0;
    for one in tries.collect::<Vec<_>>() {
        counted += usize::from(one.await.expect("no panic") == TimeDelta::zero());
    }
    assert_eq!(counted, 5);
    let mut connection = PgConnection::connect(&url).await.expect("the server answers");
    let flood = "INSERT INTO tries SELECT 'name', CAST(number AS TEXT), 1, $1 FROM generate_series(1, 9999) AS number";
    sqlx::query(flood).bind(now).execute(&mut connection).await.expect("rows");
    assert_eq!(ledger.count_try(&key("new"), now).await.expect("counted"), TimeDelta::zero());
    let known: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM tries").fetch_one(&mut connection).await.expect("a count");
    assert_eq!(known, 10_000);
    let wait = ledger.count_try(&key("guessed"), now).await.expect("an answer");
    assert_eq!(wait, TimeDelta::seconds(1), "it was not washed away");
    let later = now + TimeDelta::hours(1);
    assert_eq!(ledger.count_try(&key("guessed"), later).await.expect("counted"), TimeDelta::zero());
    let known: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM tries").fetch_one(&mut connection).await.expect("a count");
    assert_eq!(known, 1, "what is over is forgotten");
}
