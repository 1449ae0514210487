//! What every ledger must do, as tests over `&dyn Ledger`: [`ledger_suite!`](crate::ledger_suite) makes them.
//!
//! Each function is one of the promises of [`Ledger`], takes an empty ledger, and panics if it does not hold.
#![allow(missing_docs, clippy::expect_used, reason = "tests: the names say it, and a failure is a panic")]

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{
    ClosedStatus, Fingerprint, JobId, Kind, Marker, PropertyId, PropertyRef, RecordKey, Side,
};
use latchel_sync_core::rules::Reason;
use latchel_sync_core::{ErrorKind, Ledger};
use uuid::Uuid;

/// Makes a test of each promise; `$fresh` is an async function that returns an empty ledger.
#[macro_export]
macro_rules! ledger_suite {
    ($fresh:path) => {
        $crate::ledger_suite!($fresh:
            accounts_keep_their_sync_start,
            one_run_at_a_time,
            phases_are_held_apart,
            a_run_that_lost_its_lease_writes_nothing,
            runs_are_newest_first,
            a_success_is_remembered_by_account_and_phase,
            memories_come_in_the_order_of_their_keys,
            a_link_is_found_from_both_sides,
            a_latchel_record_is_never_linked_twice,
            an_outcome_is_the_newest_and_history_holds_changes,
            outcomes_are_counted_by_reason,
            what_failed_is_pending_until_it_ends,
            pending_comes_in_pages,
            a_dismissed_record_wakes_when_it_changes,
            an_intent_keeps_its_record_pending_until_it_is_settled,
            a_link_ends_the_intents_of_its_pair,
            lapsing_is_what_was_reached_since_the_last_evaluation,
            links_are_counted_and_listed,
            records_are_found_by_ids_and_numbers,
            accounts_do_not_see_each_other,
        );
    };
    ($fresh:path: $($promise:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $promise() {
            $crate::suite::$promise(&$fresh().await).await;
        }
    )*};
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_463_600, 123_456_000).expect("an instant")
}

pub fn new_run(account: &str) -> NewRun {
    NewRun {
        id: RunId(Uuid::now_v7()),
        account: account.to_owned(),
        now: now(),
        trigger: Trigger::Manual,
        holder: "a test".to_owned(),
        phases: Phase::ALL.to_vec(),
    }
}

pub fn outcome(run: RunId, id: &str, reason: Reason) -> Outcome {
    Outcome {
        key: RecordKey::platform(Kind::WorkOrder, id),
        counterpart: None,
        label: format!("#{id}"),
        reason,
        action: Action::None,
        detail: None,
        run,
        at: now(),
        fingerprint: None,
        waits_for: None,
    }
}

pub fn link(run: RunId, platform_id: &str, latchel_id: i64) -> Link {
    Link {
        kind: Kind::WorkOrder,
        platform_id: platform_id.to_owned(),
        latchel_id,
        origin: Origin::FromPlatform,
        run,
        created_at: now(),
        verified_at: Some(now()),
        platform_number: Some(format!("WO-{platform_id}")),
        latchel_number: None,
        number_written_at: None,
        close: None,
        resident: None,
    }
}

fn finished(run: &NewRun, status: RunStatus) -> Run {
    let counts = Counts::from([(Reason::PropertyNew, 3)]);
    let report = PhaseReport {
        phase: Phase::Properties,
        window_from: now(),
        counts,
        writes: 3,
        error: None,
        paused: None,
    };
    Run {
        id: run.id,
        account: run.account.clone(),
        now: run.now,
        trigger: run.trigger,
        status,
        phases: vec![report],
        warnings: vec!["a gap".to_owned()],
    }
}

/// Begins a run of every phase.
async fn begin(ledger: &dyn Ledger, account: &str) -> Lease {
    ledger.begin_run(&new_run(account)).await.expect("a lease")
}

async fn open_ids(ledger: &dyn Ledger, after: Option<&str>, limit: u32) -> Vec<String> {
    let page = ledger.pending("a", Kind::WorkOrder, Side::Platform, after, limit).await.expect("pending");
    page.into_iter().map(|pending| pending.outcome.key.id).collect()
}

async fn recall_one(ledger: &dyn Ledger, key: RecordKey) -> Memory {
    ledger.recall("a", &[key]).await.expect("memories").pop().expect("a memory")
}

pub async fn accounts_keep_their_sync_start(ledger: &dyn Ledger) {
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
        id: IntentId(Uuid::now_v7()),
        source: source.clone(),
        label: String::new(),
        marker: None,
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

pub async fn links_are_counted_and_listed(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    for id in [3, 1, 2] {
        ledger.put_link(&held, &link(held.run, &id.to_string(), id)).await.expect("a link");
    }
    assert_eq!(ledger.linked("a", Kind::WorkOrder).await.expect("a count"), 3);
    assert_eq!(ledger.linked("a", Kind::Property).await.expect("a count"), 0);
    assert_eq!(ledger.linked("b", Kind::WorkOrder).await.expect("a count"), 0);
    let page = async |after, limit| {
        let links = ledger.links("a", Kind::WorkOrder, after, limit).await.expect("links");
        links.into_iter().map(|link| link.platform_id).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, ["1", "2"]);
    assert_eq!(page(Some("2"), 2).await, ["3"]);
}

pub async fn runs_are_newest_first(ledger: &dyn Ledger) {
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

pub async fn memories_come_in_the_order_of_their_keys(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    ledger.record(&held, &[outcome(run, "1", Reason::WorkOrderImported)]).await.expect("recorded");
    ledger.put_link(&held, &link(run, "2", 20)).await.expect("a link");
    let keys = [
        RecordKey::latchel(Kind::WorkOrder, 20),
        RecordKey::platform(Kind::WorkOrder, "9"),
        RecordKey::platform(Kind::WorkOrder, "1"),
        RecordKey::platform(Kind::Property, "2"),
        RecordKey::platform(Kind::WorkOrder, "2"),
    ];
    let memories = ledger.recall("a", &keys).await.expect("memories");
    assert_eq!(memories.iter().map(|one| one.key.clone()).collect::<Vec<_>>(), keys);
    let linked: Vec<_> = memories.iter().map(|one| one.link.is_some()).collect();
    assert_eq!(linked, [true, false, false, false, true]);
    let known: Vec<_> = memories.iter().map(|one| one.outcome.is_some()).collect();
    assert_eq!(known, [false, false, true, false, false]);
    assert_eq!(ledger.recall("a", &[]).await.expect("nothing"), []);
}

pub async fn a_link_is_found_from_both_sides(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let verdict = CloseVerdict {
        status: ClosedStatus::Completed,
        job_updated_at: now(),
        reason: Reason::StatusCompleted,
    };
    let whole = Link { close: Some(verdict), number_written_at: Some(now()), ..link(run, "1", 10) };
    ledger.put_link(&held, &link(run, "1", 10)).await.expect("a link");
    ledger.put_link(&held, &whole).await.expect("put again");
    for side in [Side::Platform, Side::Latchel] {
        assert_eq!(recall_one(ledger, whole.key(side)).await.link.as_ref(), Some(&whole), "{side}");
    }
}

pub async fn a_latchel_record_is_never_linked_twice(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    ledger.put_link(&held, &link(run, "1", 10)).await.expect("a link");
    let error = ledger.put_link(&held, &link(run, "2", 10)).await.expect_err("taken");
    assert_eq!(error.kind(), ErrorKind::Ledger);
    assert!(error.to_string().contains("linked to another"), "{error}");
    assert_eq!(recall_one(ledger, RecordKey::platform(Kind::WorkOrder, "2")).await.link, None);
    let of_another_kind = Link { kind: Kind::Property, ..link(run, "1", 10) };
    ledger.put_link(&held, &of_another_kind).await.expect("ids of kinds are apart");
}

pub async fn an_outcome_is_the_newest_and_history_holds_changes(ledger: &dyn Ledger) {
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
        assert_eq!(recall_one(ledger, newest.key.clone()).await.outcome.as_ref(), Some(newest));
    }
    let history = ledger.run_outcomes(second.id, None, 10).await.expect("history");
    assert_eq!(history, [of_second[0].clone(), wrote.clone()], "what stayed the same is not repeated");
    let rest = ledger.run_outcomes(second.id, Some(&of_second[0].key), 10).await.expect("history");
    assert_eq!(rest, [wrote]);
    assert_eq!(ledger.run_outcomes(first.id, None, 1).await.expect("history"), of_first[..1]);
}

pub async fn outcomes_are_counted_by_reason(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let of = |id, reason| outcome(run, id, reason);
    ledger
        .record(&held, &[of("1", Reason::MethodNone), of("2", Reason::MethodNone)])
        .await
        .expect("recorded");
    ledger.record(&held, &[of("2", Reason::WorkOrderImported)]).await.expect("recorded");
    let expected = Counts::from([(Reason::MethodNone, 1), (Reason::WorkOrderImported, 1)]);
    assert_eq!(ledger.counts("a").await.expect("counts"), expected);
}

pub async fn what_failed_is_pending_until_it_ends(ledger: &dyn Ledger) {
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
    ledger.record(&held, &[outcome(run, "1", Reason::WorkOrderImported)]).await.expect("recorded");
    assert_eq!(open_ids(ledger, None, 10).await, ["2"]);
}

pub async fn pending_comes_in_pages(ledger: &dyn Ledger) {
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

pub async fn a_dismissed_record_wakes_when_it_changes(ledger: &dyn Ledger) {
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

pub async fn an_intent_keeps_its_record_pending_until_it_is_settled(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let source = RecordKey::latchel(Kind::WorkOrder, 10);
    let intent = || Intent {
        id: IntentId(Uuid::now_v7()),
        source: source.clone(),
        label: "#10".to_owned(),
        marker: Some(Marker::for_job(JobId(10))),
        run,
        created_at: now(),
    };
    let (abandoned, intent) = (intent(), intent());
    ledger.open_intent(&held, &abandoned).await.expect("opened");
    ledger.open_intent(&held, &intent).await.expect("opened again");
    assert_eq!(recall_one(ledger, source.clone()).await.intent.as_ref(), Some(&intent));
    let pending = ledger.pending("a", Kind::WorkOrder, Side::Latchel, None, 10).await.expect("pending");
    assert_eq!(pending.len(), 1, "whatever happens now, it is looked at again");

    ledger.settle_intent(&held, intent.id, Some(&link(run, "1", 10))).await.expect("settled");
    let settled = recall_one(ledger, source).await;
    assert_eq!((settled.intent, settled.link), (None, Some(link(run, "1", 10))));
    ledger.settle_intent(&held, intent.id, None).await.expect("settled already");
}

pub async fn a_link_ends_the_intents_of_its_pair(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let sources = [RecordKey::latchel(Kind::WorkOrder, 10), RecordKey::platform(Kind::WorkOrder, "1")];
    let other = RecordKey::platform(Kind::Resident, "1");
    for source in sources.iter().chain([&other]) {
        let intent = Intent {
            id: IntentId(Uuid::now_v7()),
            source: source.clone(),
            label: String::new(),
            marker: None,
            run: held.run,
            created_at: now(),
        };
        ledger.open_intent(&held, &intent).await.expect("opened");
    }
    ledger.put_link(&held, &link(held.run, "1", 10)).await.expect("a link");
    for source in sources {
        assert_eq!(recall_one(ledger, source).await.intent, None);
    }
    assert!(recall_one(ledger, other).await.intent.is_some(), "another kind's");
}

pub async fn lapsing_is_what_was_reached_since_the_last_evaluation(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let day = |text: &str| text.parse().expect("a day");
    let resident = |id: i64, move_in: Option<&str>, move_out: Option<&str>, evaluated: &str| Link {
        kind: Kind::Resident,
        platform_id: format!("{id}@1"),
        resident: Some(ResidentMemory {
            move_in: move_in.map(day),
            move_out: move_out.map(day),
            is_active: true,
            sent: None,
            evaluated_on: day(evaluated),
        }),
        ..link(run, "", id)
    };
    for one in [
        resident(1, None, Some("2026-03-02"), "2026-03-01"),
        resident(2, None, Some("2026-03-02"), "2026-03-02"),
        resident(3, None, Some("2026-03-03"), "2026-03-01"),
        resident(4, Some("2026-03-02"), None, "2026-02-01"),
        resident(5, None, None, "2026-02-01"),
    ] {
        ledger.put_link(&held, &one).await.expect("a link");
    }
    let lapsing = async |after, limit| {
        let links = ledger.lapsing("a", day("2026-03-02"), after, limit).await.expect("links");
        links.into_iter().map(|link| link.platform_id).collect::<Vec<_>>()
    };
    assert_eq!(lapsing(None, 10).await, ["1@1", "4@1"]);
    assert_eq!(lapsing(Some("1@1"), 10).await, ["4@1"]);
    assert_eq!(lapsing(None, 1).await, ["1@1"]);
}

pub async fn records_are_found_by_ids_and_numbers(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    ledger.put_link(&held, &link(run, "1", 10)).await.expect("a link");
    let unlinked = Outcome { counterpart: None, ..outcome(run, "5", Reason::MethodNone) };
    ledger.record(&held, &[unlinked]).await.expect("recorded");
    let property = Link {
        kind: Kind::Property,
        platform_id: "12/34".to_owned(),
        platform_number: None,
        ..link(run, "", 77)
    };
    ledger.put_link(&held, &property).await.expect("a link");
    let found = async |kind, text: &str| {
        let memories = ledger.find("a", kind, text).await.expect("memories");
        memories.into_iter().map(|one| one.key.to_string()).collect::<Vec<_>>()
    };
    for text in ["1", "10", "WO-1"] {
        let both = ["work order 1", "Latchel work order 10"];
        assert_eq!(found(Kind::WorkOrder, text).await, both, "{text}");
    }
    assert_eq!(found(Kind::WorkOrder, "5").await, ["work order 5"]);
    for text in ["12/34", "12", "34", "77"] {
        assert_eq!(found(Kind::Property, text).await, ["property 12/34"], "{text}");
    }
    for text in ["%", "_", "3", "'"] {
        assert_eq!(found(Kind::Property, text).await, [""; 0], "{text}");
    }
}

pub async fn accounts_do_not_see_each_other(ledger: &dyn Ledger) {
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
    assert_eq!(ledger.counts("b").await.expect("counts"), Counts::new());
    assert!(!ledger.dismiss("b", &failed.key).await.expect("not there"));
    ledger
        .put_link(&begin(ledger, "b").await, &link(run, "1", 10))
        .await
        .expect("the same ids in another account");
}
