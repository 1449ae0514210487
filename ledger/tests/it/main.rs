//! The ledger on a file: what it promises over closing, crashing and damage.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use std::time::Duration;

use chrono::TimeDelta;
use latchel_sync_core::in_memory::MemoryLedger;
use latchel_sync_core::ledger::NewRun;
use latchel_sync_core::model::{Kind, Phase, Reason, RecordKey};
use latchel_sync_core::{ErrorKind, Ledger};
use latchel_sync_ledger::SqliteLedger;
use latchel_sync_ledger::desk::{Desk, Role};
use latchel_sync_ledger::suite::{delivery, link, new_run, outcome, user};
use tempfile::TempDir;

mod damage;
mod jobs;
mod postgres;
mod upgrade;

mod without_sql {
    async fn fresh() -> latchel_sync_core::in_memory::MemoryLedger {
        latchel_sync_core::in_memory::MemoryLedger::new()
    }

    latchel_sync_ledger::ledger_suite!(fresh);
}

mod in_memory {
    async fn fresh() -> latchel_sync_ledger::SqliteLedger {
        latchel_sync_ledger::SqliteLedger::in_memory().await.expect("a ledger")
    }

    latchel_sync_ledger::ledger_suite!(fresh);
    latchel_sync_ledger::desk_suite!(fresh);
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again_for_one_account_only() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("ledger.sqlite");
    let run = new_run("a");
    {
        let ledger = SqliteLedger::open(&path).await.expect("a ledger");
        let held = ledger.begin_run(&run).await.expect("a run");
        ledger.put_link(&held, &link(run.id, "1", 10)).await.expect("a link");
        let pending = outcome(run.id, "2", Reason::NoPropertyMatch);
        ledger.record(&held, &[pending]).await.expect("recorded");
        ledger.put_user(&user("ann", Role::Viewer)).await.expect("added");
        assert!(ledger.accept(&delivery("a", "x")).await.expect("kept"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o600);
    }
    let ledger = SqliteLedger::open_existing(&path).await.expect("a ledger").expect("it is there");
    let keys = [RecordKey::latchel(Kind::WorkOrder, 10), RecordKey::platform(Kind::WorkOrder, "2")];
    let known = ledger.recall("a", &keys).await.expect("memories");
    assert_eq!(known[0].link.as_deref(), Some(&link(run.id, "1", 10)));
    assert_eq!(known[1].outcome.as_ref().map(|outcome| outcome.reason), Some(Reason::NoPropertyMatch));
    assert_eq!(
        ledger.find("a", Kind::WorkOrder, "WO-1").await.expect("found").len(),
        2,
        "by number, on both sides"
    );
    assert_eq!(ledger.users().await.expect("users"), [user("ann", Role::Viewer)]);
    assert_eq!(ledger.deliveries("a", 10).await.expect("deliveries").len(), 1);
    let other = ledger.recall("b", &keys).await.expect("memories");
    assert!(other.iter().all(|memory| memory.link.is_none() && memory.outcome.is_none()));
}

#[tokio::test]
async fn a_lease_that_nobody_renews_ends() {
    let ledger = SqliteLedger::in_memory().await.expect("a ledger").with_lease(TimeDelta::zero());
    let killed = new_run("a");
    let killed = ledger.begin_run(&killed).await.expect("the first");
    ledger.begin_run(&new_run("a")).await.expect("its lease has ended");
    let lost = ledger.renew_lease(&killed).await.expect_err("taken over");
    assert_eq!(lost.kind(), ErrorKind::Busy);
}

#[tokio::test]
async fn a_run_that_lost_one_phase_has_lost_all() {
    let sqlite = SqliteLedger::in_memory().await.expect("a ledger").with_lease(TimeDelta::zero());
    let in_memory = MemoryLedger::new().with_lease(Duration::ZERO);
    let ledgers: [&dyn Ledger; 2] = [&sqlite, &in_memory];
    for ledger in ledgers {
        let frozen = ledger.begin_run(&new_run("a")).await.expect("every phase");
        let properties = NewRun { phases: vec![Phase::Properties], ..new_run("a") };
        let held = ledger.begin_run(&properties).await.expect("its lease has ended");
        let refused = ledger.put_link(&frozen, &link(frozen.run, "1", 10)).await.expect_err("taken over");
        assert_eq!(refused.kind(), ErrorKind::Busy);
        assert_eq!(ledger.renew_lease(&frozen).await.expect_err("taken over").kind(), ErrorKind::Busy);
        ledger.renew_lease(&held).await.expect("the other run goes on");
        let rest = NewRun { phases: Phase::ALL[1..].to_vec(), ..new_run("a") };
        ledger.begin_run(&rest).await.expect("what the first run held is free");
    }
}

#[tokio::test]
async fn a_file_that_is_no_ledger_is_refused_and_left_as_it_was() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "these are notes, and no database at all".repeat(40)).expect("a file");
    let before = std::fs::read(&path).expect("the file");
    let error = SqliteLedger::open(&path).await.expect_err("no ledger");
    assert_eq!(error.kind(), ErrorKind::Ledger);
    assert!(error.to_string().contains("notes.txt"), "{error}");
    assert_eq!(std::fs::read(&path).expect("the file"), before);
    assert!(SqliteLedger::open_existing(folder.path().join("absent")).await.expect("it looks").is_none());
    assert!(!folder.path().join("absent").exists());
}
