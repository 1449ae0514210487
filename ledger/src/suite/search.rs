//! Outcomes as people look for them, a record's history, and what is forgotten.

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{Kind, Phase, Reason, RecordKey, RunId, Side, Status};
use latchel_sync_core::{Ledger, LedgerAdmin};

use super::desk::{delivery, entry, user};
use super::{begin, finished, link, new_run, now, outcome, recall_one};
use crate::desk::*;

async fn keys(desk: &dyn Desk, account: &str, filter: &Filter) -> Vec<String> {
    let found = desk.find_outcomes(account, filter, None, 100).await.expect("outcomes");
    found.into_iter().map(|found| found.outcome.key.to_string()).collect()
}

fn with_text(text: &str) -> Filter {
    Filter { text: Some(text.to_owned()), ..Filter::default() }
}

/// A run that has one outcome of each kind and side, and one that has three more of an hour later.
async fn two_runs(ledger: &dyn Ledger) -> (RunId, RunId) {
    let (first, second) = (new_run("a"), new_run("a"));
    let held = ledger.begin_run(&first).await.expect("a lease");
    let of = |key, reason| Outcome { key, ..outcome(first.id, "", reason) };
    let outcomes = [
        of(RecordKey::latchel(Kind::WorkOrder, 5), Reason::MethodNone),
        of(RecordKey::platform(Kind::WorkOrder, "1"), Reason::CallFailed),
        of(RecordKey::latchel(Kind::Property, 5), Reason::CallFailed),
        of(RecordKey::platform(Kind::Property, "1"), Reason::PropertyNew),
        of(RecordKey::platform(Kind::Resident, "1"), Reason::MethodNone),
    ];
    ledger.record(&held, &outcomes).await.expect("recorded");
    ledger.finish_run(&finished(&first, RunStatus::Partial)).await.expect("finished");
    let held = ledger.begin_run(&second).await.expect("a lease");
    let later = |id, reason| Outcome { at: now() + TimeDelta::hours(1), ..outcome(second.id, id, reason) };
    let outcomes = [
        later("2", Reason::NoPropertyMatch),
        later("3", Reason::WorkOrderImported),
        later("4", Reason::CallFailed),
    ];
    ledger.record(&held, &outcomes).await.expect("recorded");
    ledger.finish_run(&finished(&second, RunStatus::Partial)).await.expect("finished");
    (first.id, second.id)
}

pub async fn each_filter_narrows_by_itself(ledger: &(impl Ledger + Desk)) {
    let (first, second) = two_runs(ledger).await;
    let any = Filter::default();
    let all = [
        "property 1",
        "Latchel property 5",
        "resident 1",
        "work order 1",
        "work order 2",
        "work order 3",
        "work order 4",
        "Latchel work order 5",
    ];
    assert_eq!(keys(ledger, "a", &any).await, all);
    let cases = [
        (Filter { kind: Some(Kind::Property), ..any.clone() }, &["property 1", "Latchel property 5"][..]),
        (
            Filter { side: Some(Side::Latchel), ..any.clone() },
            &["Latchel property 5", "Latchel work order 5"],
        ),
        (
            Filter { status: Some(Status::Failed), ..any.clone() },
            &["Latchel property 5", "work order 1", "work order 4"],
        ),
        (Filter { status: Some(Status::Synced), ..any.clone() }, &["property 1", "work order 3"]),
        (Filter { status: Some(Status::Pending), ..any.clone() }, &["work order 2"]),
        (Filter { reason: Some(Reason::MethodNone), ..any.clone() }, &["resident 1", "Latchel work order 5"]),
        (Filter { reason: Some(Reason::MarkerAmbiguous), ..any.clone() }, &[]),
        (Filter { run: Some(second), ..any.clone() }, &["work order 2", "work order 3", "work order 4"]),
        (Filter { run: Some(new_run("a").id), ..any.clone() }, &[]),
        (with_text("5"), &["Latchel property 5", "Latchel work order 5"]),
        (with_text(""), &all),
    ];
    for (filter, expected) in cases {
        assert_eq!(keys(ledger, "a", &filter).await, expected, "{filter:?}");
    }
    assert_eq!(keys(ledger, "a", &Filter { run: Some(first), ..any }).await.len(), 5);
}

pub async fn age_goes_by_the_instant(ledger: &(impl Ledger + Desk)) {
    let held = begin(ledger, "a").await;
    let second = now() - TimeDelta::nanoseconds(123_456_000);
    let instants = [second, second + TimeDelta::milliseconds(5), now(), now() + TimeDelta::nanoseconds(1)];
    let outcomes: Vec<_> = instants
        .into_iter()
        .zip(1..)
        .map(|(at, id)| Outcome { at, ..outcome(held.run, &format!("{id}"), Reason::MethodNone) })
        .collect();
    ledger.record(&held, &outcomes).await.expect("recorded");
    let until = |until| Filter { until: Some(until), ..Filter::default() };
    for (count, at) in (1..).zip(instants) {
        assert_eq!(keys(ledger, "a", &until(at)).await.len(), count, "{at}");
        let before = at - TimeDelta::nanoseconds(1);
        assert_eq!(keys(ledger, "a", &until(before)).await.len(), count - 1, "{before}");
    }
    assert_eq!(keys(ledger, "a", &until(DateTime::<Utc>::MAX_UTC)).await.len(), 4);
    assert_eq!(keys(ledger, "a", &until(DateTime::<Utc>::MIN_UTC)).await.len(), 0);
}

pub async fn filters_narrow_together(ledger: &(impl Ledger + Desk)) {
    let (first, second) = two_runs(ledger).await;
    let failed = Filter { status: Some(Status::Failed), ..Filter::default() };
    let of_platform = Filter { side: Some(Side::Platform), ..failed.clone() };
    assert_eq!(keys(ledger, "a", &of_platform).await, ["work order 1", "work order 4"]);
    assert_eq!(
        keys(ledger, "a", &Filter { run: Some(first), ..of_platform.clone() }).await,
        ["work order 1"]
    );
    assert_eq!(
        keys(ledger, "a", &Filter { until: Some(now()), ..of_platform.clone() }).await,
        ["work order 1"]
    );
    assert_eq!(
        keys(ledger, "a", &Filter { text: Some("4".to_owned()), ..of_platform }).await,
        ["work order 4"]
    );
    let agreed = Filter { reason: Some(Reason::CallFailed), ..failed.clone() };
    assert_eq!(keys(ledger, "a", &agreed).await.len(), 3);
    let at_odds = Filter { reason: Some(Reason::MethodNone), ..failed };
    assert_eq!(keys(ledger, "a", &at_odds).await.len(), 0);
    let all = Filter {
        kind: Some(Kind::WorkOrder),
        side: Some(Side::Platform),
        status: Some(Status::Pending),
        reason: Some(Reason::NoPropertyMatch),
        run: Some(second),
        until: Some(now() + TimeDelta::hours(1)),
        waits_for: None,
        text: Some("2".to_owned()),
    };
    assert_eq!(keys(ledger, "a", &all).await, ["work order 2"]);
}

pub async fn text_is_looked_for_as_it_is(ledger: &(impl Ledger + Desk)) {
    let held = begin(ledger, "a").await;
    let of = |id: &str, counterpart: Option<&str>, label: &str, detail: Option<&str>| Outcome {
        counterpart: counterpart.map(str::to_owned),
        label: label.to_owned(),
        detail: detail.map(str::to_owned),
        ..outcome(held.run, id, Reason::CallFailed)
    };
    let outcomes = [
        of("p-1", None, "100% Oak \"Lodge\"", None),
        of("p-2", Some("lat_77"), "back\\slash", None),
        of("p-3", Some("latx77"), "100 Ökonom", Some("HTTP 500: Broken\nPipe")),
        of("p-4", None, "a label\0 with nothing in it", None),
    ];
    ledger.record(&held, &outcomes).await.expect("recorded");
    let cases: [(&str, &[&str]); 17] = [
        ("P-", &["p-1", "p-2", "p-3", "p-4"]),
        ("p-2", &["p-2"]),
        ("lat_77", &["p-2"]),
        ("LATX", &["p-3"]),
        ("%", &["p-1"]),
        ("_", &["p-2"]),
        ("\\", &["p-2"]),
        ("oak \"lodge\"", &["p-1"]),
        ("k\\s", &["p-2"]),
        ("http 500: b", &["p-3"]),
        ("broken\npipe", &["p-3"]),
        ("100", &["p-1", "p-3"]),
        ("Ökonom", &["p-3"]),
        ("ÖKONOM", &["p-3"]),
        ("ökonom", &[]),
        ("call_failed", &[]),
        ("p-4\0", &[]),
    ];
    for (text, expected) in cases {
        let found = ledger.find_outcomes("a", &with_text(text), None, 10).await.expect("outcomes");
        let ids: Vec<_> = found.iter().map(|found| found.outcome.key.id.as_str()).collect();
        assert_eq!(ids, expected, "{text:?}");
    }
}

pub async fn what_is_found_comes_in_pages(ledger: &(impl Ledger + Desk)) {
    let held = begin(ledger, "a").await;
    let reasons = [
        Reason::MethodNone,
        Reason::CallFailed,
        Reason::WorkOrderImported,
        Reason::NoPropertyMatch,
        Reason::InvalidRecord,
    ];
    let outcome = |number: usize| {
        let kind = Kind::ALL[number % 3];
        let key = match number % 2 {
            0 => RecordKey::platform(kind, number),
            _ => RecordKey::latchel(kind, number),
        };
        Outcome { key, ..outcome(held.run, "", reasons[number % 5]) }
    };
    let mut outcomes: Vec<_> = (0..120).map(outcome).collect();
    ledger.record(&held, &outcomes).await.expect("recorded");
    outcomes.sort_by(|one, other| one.key.cmp(&other.key));
    let failed = Filter { status: Some(Status::Failed), ..Filter::default() };
    let imported = Filter { reason: Some(Reason::WorkOrderImported), ..Filter::default() };
    for filter in [Filter::default(), failed, imported, with_text("1")] {
        let expected: Vec<_> = outcomes
            .iter()
            .filter(|outcome| filter.status.is_none_or(|status| outcome.status() == status))
            .filter(|outcome| filter.reason.is_none_or(|reason| outcome.reason == reason))
            .filter(|outcome| filter.text.as_deref().is_none_or(|text| outcome.key.id.contains(text)))
            .cloned()
            .collect();
        assert!(expected.len() > 14, "{filter:?}");
        for limit in [1, 7, 1_000] {
            let mut found: Vec<Outcome> = Vec::new();
            loop {
                let after = found.last().map(|outcome| outcome.key.clone());
                let page = ledger.find_outcomes("a", &filter, after.as_ref(), limit).await.expect("a page");
                if page.is_empty() {
                    break;
                }
                assert!(page.len() <= limit as usize);
                found.extend(page.into_iter().map(|found| found.outcome));
            }
            assert_eq!(found, expected, "{filter:?} by {limit}");
            let mut back: Vec<Outcome> = expected.last().cloned().into_iter().collect();
            while let Some(first) = back.first() {
                let page =
                    ledger.find_outcomes_before("a", &filter, &first.key, limit).await.expect("a page");
                if page.is_empty() {
                    break;
                }
                assert!(page.len() <= limit as usize);
                back.splice(..0, page.into_iter().map(|found| found.outcome));
            }
            assert_eq!(back, expected, "{filter:?} backwards by {limit}");
        }
        let mut counts = Counts::new();
        for outcome in &expected {
            *counts.entry(outcome.reason).or_default() += 1;
        }
        assert_eq!(ledger.count_outcomes("a", &filter).await.expect("counts"), counts, "{filter:?}");
    }
    assert_eq!(ledger.find_outcomes("a", &Filter::default(), None, 0).await.expect("nothing"), []);
}

pub async fn what_is_found_says_how_long_it_waits(ledger: &(impl Ledger + Desk)) {
    two_runs(ledger).await;
    let found = ledger.find_outcomes("a", &Filter::default(), None, 10).await.expect("outcomes");
    for found in &found {
        let memory = recall_one(ledger, found.outcome.key.clone()).await;
        assert_eq!(
            (Some(&found.outcome), found.pending.as_ref()),
            (memory.outcome.as_deref(), memory.pending.as_deref())
        );
    }
    assert_eq!(found.iter().filter(|found| found.pending.is_some()).count(), 4);
}

pub async fn a_record_has_a_history_newest_first(ledger: &(impl Ledger + Desk)) {
    let mut said = Vec::new();
    for (reason, account) in [
        (Reason::NoPropertyMatch, "a"),
        (Reason::CallFailed, "b"),
        (Reason::CallFailed, "a"),
        (Reason::WorkOrderImported, "a"),
    ] {
        let run = new_run(account);
        let held = ledger.begin_run(&run).await.expect("a lease");
        let of = |id| outcome(run.id, id, reason);
        ledger.record(&held, &[of("1"), of("2")]).await.expect("recorded");
        ledger.finish_run(&finished(&run, RunStatus::Success)).await.expect("finished");
        said.push(of("1"));
    }
    let [first, elsewhere, second, third] = said.try_into().expect("four");
    let key = first.key.clone();
    let read = async |account, key, limit| ledger.history(account, key, limit).await.expect("a history");
    assert_eq!(read("a", &key, 10).await, [third.clone(), second.clone(), first]);
    assert_eq!(read("a", &key, 2).await, [third, second]);
    assert_eq!(read("b", &key, 10).await, [elsewhere]);
    assert_eq!(read("a", &RecordKey::latchel(Kind::WorkOrder, 1), 10).await, []);
}

pub async fn outcomes_are_found_by_their_account_only(ledger: &(impl Ledger + Desk)) {
    let (first, _) = two_runs(ledger).await;
    let filters = [
        Filter::default(),
        Filter { run: Some(first), ..Filter::default() },
        Filter { status: Some(Status::Failed), ..Filter::default() },
        with_text("1"),
    ];
    for filter in filters {
        assert!(!keys(ledger, "a", &filter).await.is_empty());
        assert_eq!(keys(ledger, "b", &filter).await.len(), 0, "{filter:?}");
    }
    let held = begin(ledger, "b").await;
    ledger.record(&held, &[outcome(held.run, "1", Reason::MethodNone)]).await.expect("recorded");
    let found = ledger.find_outcomes("b", &Filter::default(), None, 10).await.expect("its own");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].pending, None, "what waits is another account's");
}

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
    assert_eq!(desk.prune(all_before(before)).await.expect("pruned"), 3);
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
    // Nothing, something new, something to warn of, nothing but lately, and the newest.
    for (case, days) in [8, 8, 8, 6, 0].into_iter().enumerate() {
        let run = new(days, day(if days == 8 { "2026-02-22" } else { "2026-02-24" }));
        let held = ledger.begin_run(&run).await.expect("a lease");
        let mut ended = quiet(&run);
        match case {
            1 => {
                let found = outcome(run.id, "1", Reason::NoPropertyMatch);
                ledger.record(&held, &[found]).await.expect("recorded");
            }
            2 => ended.warnings.push("a gap".to_owned()),
            _ => {}
        }
        ledger.finish_run(&ended).await.expect("finished");
        ids.push(run.id);
    }
    let forget = Forget { idle_before: now() - TimeDelta::days(7), before: now() - TimeDelta::days(90) };
    assert_eq!(ledger.prune(forget).await.expect("pruned"), 1);
    let left: Vec<_> =
        ledger.runs(Some("a"), 10).await.expect("runs").into_iter().map(|run| run.id).collect();
    assert_eq!(left, [ids[4], ids[3], ids[2], ids[1]]);
    let counted = async |from: &str| {
        let names = ["a".to_owned(), "b".to_owned()];
        let days = ledger.run_days(&names, from.parse().expect("a day")).await.expect("days");
        days.into_iter().map(|one| (one.day.to_string(), one.runs, one.failed)).collect::<Vec<_>>()
    };
    let expected = [("2026-02-22".to_owned(), 3, 0), ("2026-02-24".to_owned(), 2, 0)];
    assert_eq!(counted("2026-02-22").await, expected);
    assert_eq!(counted("2026-02-23").await, expected[1..]);
    let failed = new(0, day("2026-02-24"));
    ledger.begin_run(&failed).await.expect("a lease");
    ledger.finish_run(&finished(&failed, RunStatus::Partial)).await.expect("finished");
    let days = ledger.run_days(&["a".to_owned()], "2026-02-24".parse().expect("a day")).await.expect("days");
    let told: Vec<_> = days.iter().map(|one| (one.runs, one.failed, one.partly, one.writes)).collect();
    assert_eq!(told, [(3, 1, 1, 3)]);
}
