//! Accounts, runs and their leases.

use chrono::TimeDelta;
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{Fingerprint, Kind, Phase, Reason, RecordKey};
use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin};
use uuid::Uuid;

use super::{begin, finished, link, new_run, now, outcome, recall_one};

pub async fn accounts_keep_their_sync_start(ledger: &dyn LedgerAdmin) {
    let account = |name: &str, hours| Account {
        name: name.to_owned(),
        sync_start: now() + TimeDelta::hours(hours),
        created_at: now(),
    };
    assert_eq!(ledger.account("a").await.expect("none yet"), None);
    ledger.add_account(&account("b", 0)).await.expect("added");
    ledger.add_account(&account("a", 0)).await.expect("added");
    ledger.add_account(&account("a", 5)).await.expect("it is there already");
    assert_eq!(ledger.accounts().await.expect("accounts"), [account("a", 0), account("b", 0)]);
    ledger.set_sync_start("a", now() + TimeDelta::hours(7)).await.expect("set");
    assert_eq!(ledger.account("a").await.expect("the account"), Some(account("a", 7)));
}

pub async fn one_run_at_a_time(ledger: &dyn Ledger) {
    let first = new_run("a");
    let held = ledger.begin_run(&first).await.expect("the first");
    assert_eq!(held, Lease { account: "a".to_owned(), run: first.id });
    ledger.renew_lease(&held).await.expect("it is held");
    let busy = ledger.begin_run(&new_run("a")).await.expect_err("held");
    assert_eq!(busy.kind(), ErrorKind::Busy);
    assert!(busy.to_string().contains("a test"), "it says who holds it: {busy}");
    ledger.begin_run(&new_run("b")).await.expect("another account");
    let other = Lease { account: "a".to_owned(), run: new_run("a").id };
    let not_held = ledger.renew_lease(&other).await.expect_err("not this one's");
    assert_eq!(not_held.kind(), ErrorKind::Busy);
    ledger.finish_run(&finished(&first, RunStatus::Success)).await.expect("finished");
    ledger.begin_run(&new_run("a")).await.expect("the next");
}

pub async fn phases_are_held_apart(ledger: &dyn Ledger) {
    let of = |phases: &[Phase]| NewRun { phases: phases.to_vec(), ..new_run("a") };
    ledger.begin_run(&of(&[Phase::Properties, Phase::Residents])).await.expect("the first");
    ledger.begin_run(&of(&[Phase::WorkOrdersToLatchel])).await.expect("another phase");
    let busy =
        ledger.begin_run(&of(&[Phase::WorkOrdersToPlatform, Phase::Residents])).await.expect_err("held");
    assert_eq!((busy.kind(), busy.context("phase")), (ErrorKind::Busy, Some("residents")));
    ledger.begin_run(&of(&[Phase::WorkOrdersToPlatform])).await.expect("a refused run holds nothing");
}

pub async fn a_run_that_lost_its_lease_writes_nothing(ledger: &dyn Ledger) {
    let first = new_run("a");
    let lost = ledger.begin_run(&first).await.expect("a lease");
    ledger.finish_run(&finished(&first, RunStatus::Success)).await.expect("finished");
    let held = begin(ledger, "a").await;
    let source = RecordKey::platform(Kind::WorkOrder, "1");
    let intent = Intent {
        dates: None,
        id: IntentId(Uuid::now_v7()),
        source: source.clone(),
        label: String::new(),
        marker: None,
        property: None,
        run: lost.run,
        created_at: now(),
    };
    let of_lost = link(lost.run, "1", 10);
    let refusals = [
        ledger.record(&lost, &[outcome(lost.run, "1", Reason::MethodNone)]).await,
        ledger.put_link(&lost, &of_lost).await,
        ledger.open_intent(&lost, &intent).await,
        ledger.settle_intent(&lost, intent.id, Some(&of_lost)).await,
        ledger.set_last_success(&lost, Phase::Properties, now()).await,
        ledger.renew_lease(&lost).await,
    ];
    for refused in refusals {
        assert_eq!(refused.expect_err("it was taken over").kind(), ErrorKind::Busy);
    }
    let memory = recall_one(ledger, source).await;
    assert_eq!((memory.link, memory.outcome, memory.intent), (None, None, None));
    assert_eq!(ledger.last_success("a", Phase::Properties).await.expect("a watermark"), None);
    ledger.renew_lease(&held).await.expect("the other run goes on");
}

pub async fn runs_are_newest_first(ledger: &dyn LedgerAdmin) {
    let (first, second, other) = (new_run("a"), new_run("a"), new_run("b"));
    for run in [&first, &second, &other] {
        ledger.begin_run(run).await.expect("begun");
        let begun = ledger.run(run.id).await.expect("the run").expect("it is there");
        assert_eq!((begun.status, begun.phases.len()), (RunStatus::Unfinished, 0));
        ledger.finish_run(&finished(run, RunStatus::Partial)).await.expect("finished");
    }
    let ids = |runs: Vec<Run>| runs.into_iter().map(|run| run.id).collect::<Vec<_>>();
    assert_eq!(ids(ledger.runs(Some("a"), 10).await.expect("runs")), [second.id, first.id]);
    assert_eq!(ids(ledger.runs(None, 2).await.expect("runs")), [other.id, second.id]);
    let kept = ledger.run(first.id).await.expect("the run");
    assert_eq!(kept, Some(finished(&first, RunStatus::Partial)));
    assert_eq!(ledger.run(new_run("a").id).await.expect("no run"), None);
}

pub async fn a_success_is_remembered_by_account_and_phase(ledger: &dyn Ledger) {
    let last = async |account, phase| ledger.last_success(account, phase).await.expect("a watermark");
    assert_eq!(last("a", Phase::Properties).await, None);
    let held = begin(ledger, "a").await;
    ledger.set_last_success(&held, Phase::Properties, now()).await.expect("set");
    let later = now() + TimeDelta::hours(1);
    ledger.set_last_success(&held, Phase::Properties, later).await.expect("set");
    assert_eq!(last("a", Phase::Properties).await, Some(later));
    assert_eq!(last("a", Phase::Residents).await, None);
    assert_eq!(last("b", Phase::Properties).await, None);
}

pub async fn a_reconciliation_is_remembered_by_account_and_is_no_success_of_a_phase(
    ledger: &dyn LedgerAdmin,
) {
    let last = async |account| ledger.last_reconciled(account).await.expect("a watermark");
    let held = begin(ledger, "a").await;
    assert_eq!(last("a").await, None);
    ledger.set_last_reconciled(&held, now()).await.expect("set");
    let later = now() + TimeDelta::days(30);
    ledger.set_last_reconciled(&held, later).await.expect("set");
    assert_eq!((last("a").await, last("b").await), (Some(later), None));
    assert_eq!(ledger.last_success("a", Phase::Properties).await.expect("a watermark"), None);
}

pub async fn accounts_do_not_see_each_other(ledger: &dyn LedgerAdmin) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let print = Some(Fingerprint::of(&serde_json::json!("content")));
    let failed = Outcome { fingerprint: print, ..outcome(run, "1", Reason::CallFailed) };
    ledger.put_link(&held, &link(run, "1", 10)).await.expect("a link");
    ledger.record(&held, std::slice::from_ref(&failed)).await.expect("recorded");
    let memory = ledger.recall("b", std::slice::from_ref(&failed.key)).await.expect("memories").pop();
    let memory = memory.expect("a memory");
    assert_eq!((memory.link, memory.outcome), (None, None));
    assert_eq!(ledger.all_pending("b").await.expect("pending"), []);
    assert_eq!(ledger.find("b", Kind::WorkOrder, "1").await.expect("nothing"), []);
    assert_eq!(ledger.counts("b", Reason::ALL).await.expect("counts"), Counts::new());
    assert!(!ledger.dismiss("b", &failed.key).await.expect("not there"));
    ledger
        .put_link(&begin(ledger, "b").await, &link(run, "1", 10))
        .await
        .expect("the same ids in another account");
}

/// The end of a run that went like this in its only phase.
fn end(run: &NewRun, status: RunStatus, error: Option<ErrorKind>) -> Run {
    let mut ended = finished(run, status);
    ended.warnings.clear();
    for report in &mut ended.phases {
        report.writes = 0;
        report.error_kind = error;
        report.error = error.map(|kind| kind.as_str().to_owned());
    }
    ended
}

pub async fn an_account_stands_as_its_runs_left_it(ledger: &dyn LedgerAdmin) {
    let of = |hour: i64| NewRun {
        now: now() + TimeDelta::hours(hour),
        trigger: Trigger::Schedule,
        phases: vec![Phase::Properties],
        ..new_run("a")
    };
    let state_of = async || ledger.account_states(Some("a")).await.expect("states").remove("a");
    assert_eq!(state_of().await, None, "it never ran");
    let first = of(0);
    let held = ledger.begin_run(&first).await.expect("a lease");
    let begun = state_of().await.expect("it runs");
    assert_eq!(begun.newest.map(|run| (run.id, run.status)), Some((first.id, RunStatus::Unfinished)));
    assert_eq!(
        (begun.scheduled, begun.begun),
        (Some(now()), [].into()),
        "a run that is killed went through nothing"
    );
    let failed = outcome(first.id, "1", Reason::CallFailed);
    ledger.record(&held, &[failed, outcome(first.id, "2", Reason::NoPropertyMatch)]).await.expect("recorded");
    ledger.set_last_success(&held, Phase::Properties, now()).await.expect("written");
    let ended = end(&first, RunStatus::Failed, Some(ErrorKind::Unauthorized));
    // The end of a run may be told again, by whoever did not learn that it was written.
    for _ in 0..2 {
        ledger.finish_run(&ended).await.expect("finished");
    }
    let stands = state_of().await.expect("it ran");
    assert_eq!((stands.failed, stands.pending), (1, 1));
    assert_eq!(stands.begun, [(Phase::Properties, now()), (Phase::Residents, now())].into());
    assert_eq!(stands.succeeded, [(Phase::Properties, now())].into());
    assert_eq!(stands.failures.as_ref().map(|failures| failures.runs), Some(1));
    assert!(stands.refused.is_some() && stands.ended_by(ErrorKind::Unauthorized).is_some());

    for (hour, status, error) in [
        (1, RunStatus::Failed, Some(ErrorKind::Unavailable)),
        (2, RunStatus::Partial, Some(ErrorKind::MassChange)),
    ] {
        let run = of(hour);
        ledger.begin_run(&run).await.expect("a lease");
        ledger.finish_run(&end(&run, status, error)).await.expect("finished");
    }
    let stands = state_of().await.expect("it ran");
    assert_eq!(stands.failures.map(|failures| (failures.runs, failures.since)), Some((3, now())));
    assert!(stands.refused.is_some(), "nothing was let in since");
    assert!(stands.ended_by.values().all(|failure| failure.kind == ErrorKind::MassChange));

    let run = of(3);
    ledger.begin_run(&run).await.expect("a lease");
    ledger.finish_run(&end(&run, RunStatus::Success, None)).await.expect("finished");
    let stands = state_of().await.expect("it ran");
    assert_eq!((stands.failures, stands.refused, stands.ended_by), (None, None, [].into()));
    assert_eq!(stands.begun.get(&Phase::Properties), Some(&(now() + TimeDelta::hours(3))));
    let all = ledger.account_states(None).await.expect("states");
    assert_eq!(all.into_keys().collect::<Vec<_>>(), ["a"]);
}

pub async fn a_phase_that_was_stopped_is_as_if_it_had_not_begun(ledger: &dyn LedgerAdmin) {
    let report = |phase, error: Option<ErrorKind>| PhaseReport {
        phase,
        window_from: now(),
        counts: Counts::new(),
        writes: 0,
        error: error.map(|kind| kind.as_str().to_owned()),
        error_kind: error,
        paused: None,
    };
    let of = |hour: i64| NewRun {
        now: now() + TimeDelta::hours(hour),
        trigger: Trigger::Schedule,
        ..new_run("a")
    };
    let end = async |run: &NewRun, phases: Vec<PhaseReport>| {
        ledger.begin_run(run).await.expect("a lease");
        let ended = Run { status: RunStatus::Partial, stopped: true, phases, ..Run::begin(run) };
        ledger.finish_run(&ended).await.expect("finished");
        ledger.account_states(Some("a")).await.expect("states").remove("a").expect("a state")
    };
    // It was stopped in its first phase: a schedule that goes by this begins it anew, and nothing has failed.
    let state = end(&of(0), vec![report(Phase::Properties, Some(ErrorKind::Timeout))]).await;
    assert_eq!((state.begun, state.failures, state.ended_by), ([].into(), None, [].into()));
    // What had failed before the stop has failed, and what had ended has begun.
    let run = of(1);
    let phases = vec![
        report(Phase::Properties, Some(ErrorKind::Forbidden)),
        report(Phase::Residents, None),
        report(Phase::WorkOrdersToLatchel, Some(ErrorKind::Timeout)),
    ];
    let state = end(&run, phases).await;
    assert!(state.ended_by(ErrorKind::Forbidden).is_some() && state.ended_by.len() == 1, "{state:?}");
    assert_eq!(state.begun, [(Phase::Properties, run.now), (Phase::Residents, run.now)].into());
}
