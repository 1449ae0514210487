//! Outcomes as people look for them, and a record's history.

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::Ledger;
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{Kind, Reason, RecordKey, RunId, Side, Status};

use super::{begin, finished, new_run, now, outcome, recall_one};
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
