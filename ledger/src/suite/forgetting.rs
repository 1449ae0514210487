//! What is forgotten once it is old, and what stays.

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{Kind, Phase, Reason, RecordKey};

use super::desk::{delivery, entry, user};
use super::{finished, link, new_run, now, outcome, recall_one};
use crate::desk::*;

fn all_before(before: DateTime<Utc>) -> Forget {
    Forget { idle_before: before, before }
}

pub async fn old_runs_are_forgotten_and_what_is_known_stays(ledger: &(impl LedgerAdmin + Desk)) {
    let mut runs = Vec::new();
    for (account, days) in [("a", -3), ("a", -2), ("b", -9), ("a", -1), ("a", 0)] {
        let run = NewRun { now: now() + TimeDelta::days(days), ..new_run(account) };
        let held = ledger.begin_run(&run).await.expect("a lease");
        let reason = if days == -2 { Reason::CallFailed } else { Reason::NoPropertyMatch };
        ledger.record(&held, &[outcome(run.id, "1", reason)]).await.expect("recorded");
        ledger.put_link(&held, &link(run.id, "1", 10)).await.expect("a link");
        ledger
            .finish_run(&Run { account: account.to_owned(), ..finished(&run, RunStatus::Success) })
            .await
            .expect("finished");
        runs.push(run.id);
    }
    let properties =
        NewRun { phases: vec![Phase::Properties], now: now() - TimeDelta::days(8), ..new_run("c") };
    let residents = NewRun { phases: vec![Phase::Residents], ..new_run("c") };
    let under_way = ledger.begin_run(&properties).await.expect("a lease");
    ledger.begin_run(&residents).await.expect("a newer one");
    let known = recall_one(ledger, RecordKey::platform(Kind::WorkOrder, "1")).await;
    let forgotten = ledger.prune(all_before(now() - TimeDelta::days(1))).await.expect("pruned");
    assert_eq!(forgotten, 4, "two runs, and what was new in each of them");
    let left = async |account| {
        let runs = ledger.runs(Some(account), 10).await.expect("runs");
        runs.into_iter().map(|run| run.id).collect::<Vec<_>>()
    };
    assert_eq!(left("a").await, [runs[4], runs[3]], "one from that instant itself stays");
    assert_eq!(left("b").await, [runs[2]], "the newest, however old it is");
    assert_eq!(left("c").await, [residents.id, properties.id], "what is under way");
    assert_eq!(ledger.run_outcomes(runs[1], None, 10).await.expect("its history"), []);
    assert_eq!(ledger.history("a", &known.key, 10).await.expect("its history").len(), 1);
    assert_eq!(recall_one(ledger, known.key.clone()).await, known);
    assert!(known.pending.is_some() && known.link.is_some());
    ledger.renew_lease(&under_way).await.expect("it goes on");
    ledger.finish_run(&finished(&properties, RunStatus::Success)).await.expect("finished");
    assert_eq!(
        ledger.prune(all_before(now() - TimeDelta::days(1))).await.expect("pruned"),
        1,
        "it is over now"
    );
    assert_eq!(ledger.prune(all_before(now() - TimeDelta::days(1))).await.expect("pruned"), 0);
}

pub async fn more_is_forgotten_than_one_step_takes(ledger: &(impl LedgerAdmin + Desk)) {
    let long_ago = now() - TimeDelta::days(100);
    let old = NewRun { now: long_ago, ..new_run("a") };
    let held = ledger.begin_run(&old).await.expect("a lease");
    let of = |number: usize| outcome(old.id, &number.to_string(), Reason::MethodNone);
    ledger.record(&held, &(0..2_500).map(of).collect::<Vec<_>>()).await.expect("recorded");
    ledger.finish_run(&finished(&old, RunStatus::Success)).await.expect("finished");
    for _ in 0..205 {
        let run = NewRun { now: long_ago, phases: vec![], ..new_run("a") };
        ledger.begin_run(&run).await.expect("a run");
    }
    assert_eq!(ledger.prune(all_before(now())).await.expect("pruned"), 2_500 + 205, "all but the newest run");
    assert_eq!(ledger.runs(None, 10).await.expect("runs").len(), 1);
    let counts = ledger.counts("a", &[Reason::MethodNone]).await.expect("counts");
    assert_eq!(counts, Counts::from([(Reason::MethodNone, 2_500)]), "newest outcomes stay");
}

pub async fn what_the_server_kept_is_forgotten_when_it_is_old(desk: &dyn Desk) {
    let before = now();
    let old = before - TimeDelta::seconds(1);
    desk.put_user(&user("ann", Role::Viewer)).await.expect("added");
    let ends = |id: &str, expires_at| Session {
        id: id.to_owned(),
        user: "ann".to_owned(),
        created_at: old - TimeDelta::days(1),
        expires_at,
    };
    for session in [ends("1", before), ends("2", before + TimeDelta::seconds(1))] {
        desk.begin_session(&session).await.expect("begun");
    }
    let (of_old, of_now) = (AuditEntry { at: old, ..entry(None, "x") }, entry(None, "y"));
    for entry in [&of_old, &of_now] {
        desk.note(entry).await.expect("noted");
    }
    let waits = Delivery { received_at: old, ..delivery("a", "waits") };
    let done = Delivery { received_at: old, ..delivery("a", "done") };
    let done_now = delivery("a", "done now");
    for delivery in [&waits, &done, &done_now] {
        assert!(desk.accept(delivery).await.expect("kept"));
    }
    desk.worked_on(&[done.id, done_now.id]).await.expect("done");
    desk.pause(&Pause { account: "a".to_owned(), by: "ann".to_owned(), since: old }).await.expect("paused");
    let pace = Pace { free: 5, longest: TimeDelta::minutes(5) };
    let name = TryKey { kind: OF_NAME, key: "ann".to_owned(), pace };
    desk.count_try(&[name], old).await.expect("counted");
    assert_eq!(desk.prune(all_before(before)).await.expect("pruned"), 4);
    assert_eq!(desk.session("1", old).await.expect("it looks"), None);
    assert!(desk.session("2", before).await.expect("it looks").is_some());
    assert_eq!(desk.audit(None, None, 10).await.expect("what people did"), [of_now]);
    assert_eq!(desk.deliveries("a", 10).await.expect("deliveries"), [waits]);
    assert!(!desk.accept(&done_now).await.expect("it is still known"));
    assert!(desk.accept(&delivery("a", "done")).await.expect("it is forgotten"));
    assert_eq!(
        (desk.users().await.expect("users").len(), desk.pauses().await.expect("pauses").len()),
        (1, 1)
    );
}

pub async fn runs_that_found_nothing_are_forgotten_sooner_and_stay_counted(
    ledger: &(impl LedgerAdmin + Desk),
) {
    let day = |text: &str| text.parse().ok();
    let new = |days, day| NewRun { now: now() - TimeDelta::days(days), day, ..new_run("a") };
    let quiet = |run: &NewRun| {
        let mut ended = finished(run, RunStatus::Success);
        ended.warnings.clear();
        ended.phases.iter_mut().for_each(|report| report.writes = 0);
        ended
    };
    let mut ids = Vec::new();
    // Nothing, something new, something to warn of, a link by hand, nothing but lately, and the newest.
    for (case, days) in [8, 8, 8, 8, 6, 0].into_iter().enumerate() {
        let run = new(days, day(if days == 8 { "2026-02-22" } else { "2026-02-24" }));
        let held = ledger.begin_run(&run).await.expect("a lease");
        let mut ended = quiet(&run);
        match case {
            1 => {
                let found = outcome(run.id, "1", Reason::NoPropertyMatch);
                ledger.record(&held, &[found]).await.expect("recorded");
            }
            2 => ended.warnings.push("a gap".to_owned()),
            3 => ended.phases.clear(),
            _ => {}
        }
        ledger.finish_run(&ended).await.expect("finished");
        ids.push(run.id);
    }
    let forget = Forget { idle_before: now() - TimeDelta::days(7), before: now() - TimeDelta::days(90) };
    assert_eq!(ledger.prune(forget).await.expect("pruned"), 1);
    let left: Vec<_> =
        ledger.runs(Some("a"), 10).await.expect("runs").into_iter().map(|run| run.id).collect();
    assert_eq!(left, [ids[5], ids[4], ids[3], ids[2], ids[1]]);
    let counted = async |from: &str| {
        let names = ["a".to_owned(), "b".to_owned()];
        let days = ledger.run_days(&names, from.parse().expect("a day")).await.expect("days");
        days.into_iter().map(|one| (one.day.to_string(), one.runs, one.failed)).collect::<Vec<_>>()
    };
    let expected = [("2026-02-22".to_owned(), 4, 0), ("2026-02-24".to_owned(), 2, 0)];
    assert_eq!(counted("2026-02-22").await, expected);
    assert_eq!(counted("2026-02-23").await, expected[1..]);
    let failed = new(0, day("2026-02-24"));
    ledger.begin_run(&failed).await.expect("a lease");
    ledger.finish_run(&finished(&failed, RunStatus::Partial)).await.expect("finished");
    let days = ledger.run_days(&["a".to_owned()], "2026-02-24".parse().expect("a day")).await.expect("days");
    let told: Vec<_> = days.iter().map(|one| (one.runs, one.failed, one.partly, one.writes)).collect();
    assert_eq!(told, [(3, 1, 1, 3)]);
}
