//! The ledger on a file: what it promises over closing, crashing and damage.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{Kind, RecordKey, Side};
use latchel_sync_core::rules::Reason;
use latchel_sync_core::{ErrorKind, Ledger};
use latchel_sync_ledger::SqliteLedger;
use tempfile::TempDir;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2026-03-02T15:00:00Z".parse().expect("an instant")
}

fn new_run(account: &str) -> NewRun {
    NewRun {
        id: RunId(Uuid::now_v7()),
        account: account.to_owned(),
        now: now(),
        trigger: Trigger::Manual,
        holder: "a test".to_owned(),
        phases: Phase::ALL.to_vec(),
    }
}

fn outcome(run: RunId, id: &str, reason: Reason, detail: Option<&str>) -> Outcome {
    Outcome {
        key: RecordKey::platform(Kind::WorkOrder, id),
        counterpart: None,
        label: format!("#{id}"),
        reason,
        action: Action::None,
        detail: detail.map(str::to_owned),
        run,
        at: now(),
        fingerprint: None,
        waits_for: None,
    }
}

fn link(run: RunId, platform_id: &str, latchel_id: i64) -> Link {
    Link {
        kind: Kind::WorkOrder,
        platform_id: platform_id.to_owned(),
        latchel_id,
        origin: Origin::FromPlatform,
        run,
        created_at: now(),
        verified_at: Some(now()),
        platform_number: Some("WO-7".to_owned()),
        latchel_number: None,
        number_written_at: None,
        close: None,
        resident: None,
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again_for_one_account_only() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("ledger.sqlite");
    let run = new_run("a");
    {
        let ledger = SqliteLedger::open(&path).await.expect("a ledger");
        ledger.begin_run(&run).await.expect("a run");
        ledger.put_link("a", &link(run.id, "1", 10)).await.expect("a link");
        let pending = outcome(run.id, "2", Reason::NoPropertyMatch, None);
        ledger.record("a", run.id, &[pending]).await.expect("recorded");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o600);
    }
    let ledger = SqliteLedger::open_existing(&path).await.expect("a ledger");
    let keys = [RecordKey::latchel(Kind::WorkOrder, 10), RecordKey::platform(Kind::WorkOrder, "2")];
    let known = ledger.recall("a", &keys).await.expect("memories");
    assert_eq!(known[0].link, Some(link(run.id, "1", 10)));
    assert_eq!(known[1].outcome.as_ref().map(|outcome| outcome.reason), Some(Reason::NoPropertyMatch));
    assert_eq!(
        ledger.find("a", Kind::WorkOrder, "WO-7").await.expect("found").len(),
        2,
        "by number, on both sides"
    );
    let other = ledger.recall("b", &keys).await.expect("memories");
    assert!(other.iter().all(|memory| memory.link.is_none() && memory.outcome.is_none()));
}

#[tokio::test]
async fn one_run_at_a_time_until_its_lease_ends() {
    let ledger = SqliteLedger::in_memory().await.expect("a ledger");
    ledger.begin_run(&new_run("a")).await.expect("the first");
    let busy = ledger.begin_run(&new_run("a")).await.expect_err("held");
    assert_eq!(busy.kind(), ErrorKind::Busy);
    assert!(busy.to_string().contains("a test"), "{busy}");
    ledger.begin_run(&new_run("b")).await.expect("another account");

    let ledger = SqliteLedger::in_memory().await.expect("a ledger").with_lease(TimeDelta::zero());
    let killed = new_run("a");
    ledger.begin_run(&killed).await.expect("the first");
    ledger.begin_run(&new_run("a")).await.expect("its lease has ended");
    let lost = ledger.renew_lease("a", killed.id).await.expect_err("taken over");
    assert_eq!(lost.kind(), ErrorKind::Busy);
}

#[tokio::test]
async fn an_intent_keeps_its_record_pending_until_it_is_settled() {
    let ledger = SqliteLedger::in_memory().await.expect("a ledger");
    let run = new_run("a");
    let source = RecordKey::platform(Kind::WorkOrder, "1");
    let intent = Intent {
        id: IntentId(Uuid::now_v7()),
        source: source.clone(),
        label: "#1".to_owned(),
        marker: None,
        run: run.id,
        created_at: now(),
    };
    ledger.open_intent("a", &intent).await.expect("opened");
    let known = ledger.recall("a", std::slice::from_ref(&source)).await.expect("memories");
    assert_eq!(known[0].intent.as_ref(), Some(&intent));
    assert_eq!(
        ledger.pending("a", Kind::WorkOrder, Side::Platform, None, 10).await.expect("pending").len(),
        1
    );

    ledger.settle_intent("a", intent.id, Some(&link(run.id, "1", 10))).await.expect("settled");
    let imported = outcome(run.id, "1", Reason::WorkOrderImported, None);
    ledger.record("a", run.id, &[imported]).await.expect("recorded");
    let known = ledger.recall("a", &[source]).await.expect("memories");
    assert!(known[0].intent.is_none() && known[0].link.is_some());
    assert!(ledger.all_pending("a").await.expect("pending").is_empty());
}

#[tokio::test]
async fn a_dismissed_record_wakes_when_something_about_it_changes() {
    let ledger = SqliteLedger::in_memory().await.expect("a ledger");
    let run = new_run("a").id;
    let failed = |detail| outcome(run, "1", Reason::CallFailed, Some(detail));
    let open =
        async || ledger.pending("a", Kind::WorkOrder, Side::Platform, None, 10).await.expect("pending").len();
    ledger.record("a", run, &[failed("x")]).await.expect("recorded");
    assert!(ledger.dismiss("a", &failed("x").key).await.expect("dismissed"));
    ledger.record("a", run, &[failed("x")]).await.expect("recorded");
    assert_eq!(open().await, 0, "the same again");
    ledger.record("a", run, &[failed("y")]).await.expect("recorded");
    assert_eq!(open().await, 1);
    assert!(!ledger.dismiss("a", &RecordKey::platform(Kind::WorkOrder, "9")).await.expect("no such record"));
}

#[tokio::test]
async fn a_latchel_record_is_never_linked_twice() {
    let ledger = SqliteLedger::in_memory().await.expect("a ledger");
    let run = new_run("a").id;
    ledger.put_link("a", &link(run, "1", 10)).await.expect("a link");
    let error = ledger.put_link("a", &link(run, "2", 10)).await.expect_err("taken");
    assert!(error.to_string().contains("linked to another"), "{error}");
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
    assert!(SqliteLedger::open_existing(folder.path().join("absent")).await.is_err());
    assert!(!folder.path().join("absent").exists());
}
