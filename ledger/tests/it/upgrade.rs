//! A ledger of an earlier version is brought up to date when it is opened, and keeps what it holds.

use std::path::Path;

use latchel_sync_core::ledger::{Counts, Outcome, PhaseReport, Run, RunStatus};
use latchel_sync_core::model::{Kind, Phase, PropertyId, PropertyRef, Reason, RecordKey, RunId, UnitId};
use latchel_sync_core::{ErrorKind, LedgerAdmin};
use latchel_sync_ledger::desk::{Desk, Filter, Role};
use latchel_sync_ledger::suite::{link, new_run, outcome, user};
use latchel_sync_ledger::throw_away::fresh_url;
use latchel_sync_ledger::{PostgresLedger, SqliteLedger};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// The tables as they were in the version whose last migration was this one.
async fn migrations(engine: &str, last: &str) -> Migrator {
    let folder = TempDir::new().expect("a folder");
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
    for entry in std::fs::read_dir(all).expect("the migrations").flatten() {
        let name = entry.file_name();
        if name.to_str().expect("a name")[..4] <= *last {
            std::fs::copy(entry.path(), folder.path().join(name)).expect("a copy");
        }
    }
    Migrator::new(folder.path()).await.expect("migrations")
}

/// A linked work order, and one that waits.
const ROWS: [&str; 5] = [
    "INSERT INTO links (account, kind, platform_id, latchel_id, data) VALUES ('a', 'work-order', '1', 10, $1)",
    "INSERT INTO outcomes (account, kind, side, id, reason, summary, data) \
     VALUES ('a', 'work-order', 'platform', '2', 'call_failed', 'call_failed||', $1)",
    "INSERT INTO pending (account, kind, side, id, since, attempts, dismissed, summary) \
     SELECT account, kind, side, id, '2026-03-02T15:00:00+00:00', 3, FALSE, summary FROM outcomes WHERE data = $1",
    "INSERT INTO accounts (name, sync_start, created_at) SELECT account, since, since FROM pending WHERE $1 = $1",
    "INSERT INTO runs (id, account, data) VALUES ('00000000-0000-7000-8000-000000000001', 'a', $1)",
];

/// Record that each of the rows holds, as JSON.
fn records() -> [String; 5] {
    let link = link(RunId(Uuid::nil()), "1", 10);
    let waits = Outcome {
        label: "#waits Tap".to_owned(),
        waits_for: Some(PropertyRef::new(PropertyId::new("a/b"), Some(UnitId::new("c@d%")))),
        ..outcome(RunId(Uuid::nil()), "2", Reason::CallFailed)
    };
    let waits = serde_json::to_string(&waits).expect("JSON");
    let [link, run] =
        [serde_json::to_string(&link).expect("JSON"), serde_json::to_string(&ended()).expect("JSON")];
    [link, waits.clone(), waits, String::new(), run]
}

/// A run that failed in part, with a warning that PostgreSQL cannot have as text.
fn ended() -> Run {
    let report = |phase, writes, error: Option<&str>| PhaseReport {
        phase,
        window_from: new_run("a").now,
        counts: Counts::new(),
        writes,
        error: error.map(str::to_owned),
        error_kind: error.map(|_| ErrorKind::Forbidden),
        paused: None,
    };
    let phases = vec![report(Phase::Properties, 3, None), report(Phase::Residents, 4, Some("no permission"))];
    let warnings = vec!["a title with \0 in it".to_owned()];
    Run { status: RunStatus::Partial, phases, warnings, ..Run::begin(&new_run("a")) }
}

async fn states_and_days(ledger: &(impl LedgerAdmin + Desk)) -> (u64, bool, Vec<(u64, u64, u64, u64)>) {
    let state = ledger.account_states(None).await.expect("states").remove("a").expect("a state");
    let days = ledger.run_days(&["a".to_owned()], new_run("a").now.date_naive()).await.expect("days");
    let days = days.into_iter().map(|one| (one.runs, one.failed, one.partly, one.writes)).collect();
    (state.failed, state.ended_by(ErrorKind::Forbidden).is_some(), days)
}

async fn keeps_what_it_held_and_has_a_desk(ledger: &(impl LedgerAdmin + Desk)) {
    let keys = ["1", "2"].map(|id| RecordKey::platform(Kind::WorkOrder, id));
    let known = ledger.recall("a", &keys).await.expect("memories");
    assert_eq!(known[0].link.as_deref(), Some(&link(RunId(Uuid::nil()), "1", 10)));
    assert_eq!(known[1].pending.as_ref().map(|pending| pending.attempts), Some(3));
    let found = ledger.find_outcomes("a", &Filter::default(), None, 10).await.expect("outcomes");
    assert_eq!(found[0].pending.as_ref(), known[1].pending.as_deref());
    let numbered = ledger.find("a", Kind::WorkOrder, "2").await.expect("found");
    assert_eq!(numbered.len(), 1, "{numbered:?}");
    let labelled = ledger.find("a", Kind::WorkOrder, "waits").await.expect("found");
    assert_eq!(labelled, known[1..], "by the number in the label that it had before");
    let waits_for = Some(PropertyId::new("a/b"));
    let waiting = Filter { waits_for, ..Filter::default() };
    let waiting = ledger.find_outcomes("a", &waiting, None, 10).await.expect("outcomes");
    assert_eq!(waiting, found, "by the property that it waited for before");
    ledger.put_user(&user("ann", Role::Viewer)).await.expect("added");
    assert_eq!(ledger.users().await.expect("users"), [user("ann", Role::Viewer)]);
    assert_eq!(states_and_days(ledger).await, (1, true, vec![(1, 1, 1, 7)]), "by the runs that were there");
    ledger.begin_run(&new_run("a")).await.expect("a run");
    assert_eq!(
        states_and_days(ledger).await,
        (1, true, vec![(2, 1, 1, 7)]),
        "and they stay while another begins"
    );
    assert_eq!(ledger.check().await.expect("a check"), [""; 0]);
}

#[tokio::test]
async fn of_sqlite() {
    for last in ["0001", "0002", "0003"] {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("ledger.sqlite");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut connection = options.connect().await.expect("SQLite opens it");
        migrations("sqlite", last).await.run(&mut connection).await.expect("the earlier tables");
        for (sql, record) in ROWS.into_iter().zip(records()) {
            sqlx::query(sql).bind(record).execute(&mut connection).await.expect("a row");
        }
        connection.close().await.expect("it closes");
        let older = SqliteLedger::open_existing(&path).await.expect_err("older");
        assert!(older.to_string().contains("older than this version"), "{older}");
        let ledger = SqliteLedger::open(&path).await.expect("brought up to date");
        keeps_what_it_held_and_has_a_desk(&ledger).await;
        let copy = folder.path().join("copy.sqlite");
        ledger.backup(&copy).await.expect("a backup");
        let copy = SqliteLedger::open_existing(&copy).await.expect("a ledger").expect("it is there");
        assert_eq!(copy.users().await.expect("users"), [user("ann", Role::Viewer)]);
    }
}

#[tokio::test]
async fn of_postgresql() {
    let url = fresh_url().await;
    let mut connection = PgConnection::connect(&url).await.expect("the server answers");
    migrations("postgres", "0001").await.run(&mut connection).await.expect("the earlier tables");
    for (sql, record) in ROWS.into_iter().zip(records()) {
        sqlx::query(sql).bind(record).execute(&mut connection).await.expect("a row");
    }
    connection.close().await.expect("it closes");
    let older = PostgresLedger::open_existing(&url).await.expect_err("older");
    assert!(older.to_string().contains("older than this version"), "{older}");
    let ledger = PostgresLedger::open(&url).await.expect("brought up to date");
    keeps_what_it_held_and_has_a_desk(&ledger).await;
}
