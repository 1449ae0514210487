//! Outcomes, and what is pending.

use chrono::TimeDelta;
use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{Kind, PropertyId, PropertyRef, Reason, RecordKey};

use super::{begin, finished, new_run, now, open_ids, outcome, recall_one};

pub async fn an_outcome_is_the_newest_and_history_holds_changes(ledger: &dyn LedgerAdmin) {
    let (first, second) = (new_run("a"), new_run("a"));
    let seen = |run: &NewRun, id, reason| outcome(run.id, id, reason);
    let wrote = Outcome { action: Action::Create, ..seen(&second, "3", Reason::WorkOrderImported) };
    let of_first = [seen(&first, "1", Reason::NoPropertyMatch), seen(&first, "2", Reason::MethodNone)];
    let held = ledger.begin_run(&first).await.expect("a lease");
    ledger.record(&held, &of_first).await.expect("recorded");
    ledger.finish_run(&finished(&first, RunStatus::Success)).await.expect("finished");
    let of_second = [
        seen(&second, "1", Reason::WorkOrderImported),
        seen(&second, "2", Reason::MethodNone),
        wrote.clone(),
    ];
    let held = ledger.begin_run(&second).await.expect("a lease");
    ledger.record(&held, &of_second).await.expect("recorded");
    for newest in &of_second {
        assert_eq!(recall_one(ledger, newest.key.clone()).await.outcome.as_deref(), Some(newest));
    }
    let history = ledger.run_outcomes(second.id, None, 10).await.expect("history");
    assert_eq!(history, [of_second[0].clone(), wrote.clone()], "what stayed the same is not repeated");
    let rest = ledger.run_outcomes(second.id, Some(&of_second[0].key), 10).await.expect("history");
    assert_eq!(rest, [wrote]);
    assert_eq!(ledger.run_outcomes(first.id, None, 1).await.expect("history"), of_first[..1]);
}

pub async fn outcomes_are_counted_by_reason(ledger: &dyn LedgerAdmin) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let of = |id, reason| outcome(run, id, reason);
    ledger
        .record(&held, &[of("1", Reason::MethodNone), of("2", Reason::MethodNone)])
        .await
        .expect("recorded");
    ledger.record(&held, &[of("2", Reason::WorkOrderImported)]).await.expect("recorded");
    let both = Counts::from([(Reason::MethodNone, 1), (Reason::WorkOrderImported, 1)]);
    assert_eq!(ledger.counts("a", Reason::ALL).await.expect("counts"), both);
    let one = Counts::from([(Reason::MethodNone, 1)]);
    assert_eq!(ledger.counts("a", &[Reason::CallFailed, Reason::MethodNone]).await.expect("counts"), one);
}

pub async fn what_failed_is_pending_until_it_ends(ledger: &dyn LedgerAdmin) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let unit = PropertyRef::new(PropertyId::new("7"), None);
    let waits = Outcome { waits_for: Some(unit), ..outcome(run, "1", Reason::NoPropertyMatch) };
    ledger.record(&held, std::slice::from_ref(&waits)).await.expect("recorded");
    let later = Outcome { at: now() + TimeDelta::hours(1), ..waits.clone() };
    ledger.record(&held, std::slice::from_ref(&later)).await.expect("recorded");
    ledger.record(&held, &[outcome(run, "2", Reason::CallFailed)]).await.expect("recorded");
    let all = ledger.all_pending("a").await.expect("pending");
    let first = Pending { outcome: later, since: now(), attempts: 2, dismissed: false };
    assert_eq!((all.len(), &all[0]), (2, &first), "since the first time, with the newest outcome");
    assert_eq!(recall_one(ledger, waits.key.clone()).await.pending.as_deref(), Some(&first), "whoever asks");
    ledger.record(&held, &[outcome(run, "1", Reason::WorkOrderImported)]).await.expect("recorded");
    assert_eq!(open_ids(ledger, None, 10).await, ["2"]);
    assert_eq!(recall_one(ledger, waits.key).await.pending, None);
}

pub async fn pending_comes_in_pages(ledger: &dyn LedgerAdmin) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let failed: Vec<_> = ["3", "1", "2"].map(|id| outcome(run, id, Reason::CallFailed)).into();
    ledger.record(&held, &failed).await.expect("recorded");
    let in_latchel =
        Outcome { key: RecordKey::latchel(Kind::WorkOrder, 1), ..outcome(run, "1", Reason::CallFailed) };
    ledger.record(&held, &[in_latchel]).await.expect("recorded");
    assert_eq!(open_ids(ledger, None, 2).await, ["1", "2"]);
    assert_eq!(open_ids(ledger, Some("2"), 2).await, ["3"]);
    assert_eq!(ledger.all_pending("a").await.expect("pending").len(), 4, "of both sides");
}

pub async fn a_dismissed_record_wakes_when_it_changes(ledger: &dyn LedgerAdmin) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let failed =
        |detail: &str| Outcome { detail: Some(detail.to_owned()), ..outcome(run, "1", Reason::CallFailed) };
    let key = failed("x").key;
    ledger.record(&held, &[failed("x")]).await.expect("recorded");
    assert!(ledger.dismiss("a", &key).await.expect("dismissed"));
    ledger.record(&held, &[failed("x")]).await.expect("recorded");
    assert_eq!(open_ids(ledger, None, 10).await.len(), 0, "the same again");
    assert!(ledger.all_pending("a").await.expect("pending")[0].dismissed, "people still see it");
    ledger.record(&held, &[failed("y")]).await.expect("recorded");
    assert_eq!(open_ids(ledger, None, 10).await, ["1"]);
    assert!(ledger.dismiss("a", &key).await.expect("dismissed"));
    assert!(ledger.retry("a", &key).await.expect("taken back"));
    assert_eq!(open_ids(ledger, None, 10).await, ["1"]);
    let unknown = RecordKey::platform(Kind::WorkOrder, "9");
    assert!(!ledger.dismiss("a", &unknown).await.expect("no such record"));
    assert!(!ledger.retry("a", &unknown).await.expect("no such record"));
}
