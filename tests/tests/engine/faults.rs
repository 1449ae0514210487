//! Each write refused, lost or only pretended, for every kind of record.

use chrono::TimeDelta;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::in_memory::{Call, Intercept};
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::*;
use latchel_sync_core::{ErrorKind, Ledger};

use tests::simulation::pair::{Done, Pair, unit, world};

/// Each write, and the record whose outcome tells of it.
pub fn writes() -> Vec<(&'static str, RecordKey)> {
    let job = RecordKey::latchel(Kind::WorkOrder, 302);
    vec![
        ("create_property", RecordKey::platform(Kind::Property, "13")),
        ("create_resident", RecordKey::platform(Kind::Resident, "R13@13")),
        ("create_job", RecordKey::platform(Kind::WorkOrder, "W13")),
        ("update_property", RecordKey::platform(Kind::Property, "13")),
        ("update_resident", RecordKey::platform(Kind::Resident, "R13@13")),
        ("create_work_order", job.clone()),
        ("write_number_back", job.clone()),
        ("close_work_order", job),
    ]
}

/// A pair in which the next sync has `write` to do, and other things beside it.
pub async fn before(write: &str) -> Pair {
    let mut pair = Pair::new(world()).await;
    if !["create_property", "create_resident", "create_job"].contains(&write) {
        pair.sync().await;
        pair.advance(TimeDelta::minutes(15));
    }
    let stamp = Freshness::Stamped { created_at: None, updated_at: Some(pair.now) };
    match write {
        "update_property" => pair.platform.edit(|world| {
            let Some(Row::Record(one)) = world.properties.get_mut(&unit("13", None)) else { panic!() };
            one.property_name = "Oak".to_owned();
            one.freshness = stamp;
        }),
        "update_resident" => pair.platform.edit(|world| {
            let Some(Row::Record(one)) = world.residents.values_mut().last() else { panic!() };
            one.tenancies[0].move_out = "2026-04-01".parse().ok();
            one.freshness = stamp;
        }),
        "create_work_order" | "write_number_back" => drop(pair.add_job("Diagnosing Issue")),
        "close_work_order" => {
            let job = pair.add_job("Diagnosing Issue");
            pair.advance(TimeDelta::minutes(15));
            pair.sync().await;
            pair.advance(TimeDelta::minutes(15));
            pair.latchel.edit(|world| world.change_job(job, |job| job.state = JobState::Completed));
        }
        _ => {}
    }
    pair.advance(TimeDelta::minutes(15));
    pair.journal.take();
    pair
}

/// Intercepts `write` so for one record, once.
pub fn let_it(pair: &Pair, write: &'static str, intercept: Intercept) {
    let mut left = 1;
    pair.journal.decide(move |call: &Call| {
        let about_it = !call.on.starts_with("12/") && !call.on.ends_with("12") && call.method == write;
        if about_it && left > 0 {
            left -= 1;
            return intercept;
        }
        Intercept::Proceed
    });
}

/// Panics unless each platform record has at most one counterpart, and the other way round, as after every sync.
fn assert_no_duplicates(pair: &Pair, what: &str) {
    let mut refs = pair.latchel.edit(|world| {
        let properties = world.properties.values().map(|one| format!("{:?}", one.reference));
        let residents = world.residents.values().map(|one| format!("{:?}", one.reference));
        let jobs = world.jobs.values().map(|one| format!("{:?}", one.work_order));
        properties.chain(residents).chain(jobs).filter(|one| one != "None").collect::<Vec<_>>()
    });
    let all = refs.len();
    refs.sort();
    refs.dedup();
    assert_eq!(refs.len(), all, "{what}: duplicates in Latchel among {refs:?}");
    for job in pair.latchel.edit(|world| world.jobs.keys().copied().collect::<Vec<_>>()) {
        assert!(pair.made_from(job).len() <= 1, "{what}: duplicates of {job}");
    }
}

/// The next run makes it good, and the one after that finds nothing to do.
pub async fn assert_it_heals(pair: &mut Pair, what: &str, key: &RecordKey) -> Done {
    pair.advance(TimeDelta::minutes(15));
    let next = pair.sync().await;
    assert_eq!(next.run.status, RunStatus::Success, "{what}: {:?}", next.outcomes);
    assert_eq!(next.reason(key).status(), Status::Synced, "{what}");
    assert_no_duplicates(pair, what);
    pair.journal.take();
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    assert_eq!(pair.journal.take_writes(), [], "{what}");
    next
}

#[tokio::test]
async fn a_write_that_is_refused_or_answered_with_nonsense_fails_its_record_alone_and_is_tried_again() {
    let answers = [ErrorKind::Refused, ErrorKind::Malformed];
    for ((write, key), answer) in
        answers.into_iter().flat_map(|kind| writes().into_iter().map(move |write| (write, kind)))
    {
        let mut pair = before(write).await;
        let_it(&pair, write, Intercept::Fail(answer));
        let done = pair.sync().await;
        assert_eq!(done.reason(&key), Reason::CallFailed, "{write}");
        assert_eq!(done.run.status, RunStatus::Partial, "{write}");
        assert!(done.run.phases.iter().all(|phase| phase.error.is_none()), "{write}");
        assert_it_heals(&mut pair, write, &key).await;
    }
}

#[tokio::test]
async fn a_write_that_was_only_pretended_is_never_shown_as_synced() {
    for (write, key) in writes() {
        let mut pair = before(write).await;
        let_it(&pair, write, Intercept::Pretend);
        let done = pair.sync().await;
        let reason = done.reason(&key);
        assert_eq!((reason, reason.status()), (Reason::NotConfirmed, Status::Failed), "{write}");
        if write.starts_with("create") {
            assert_it_is_reported(&mut pair, write, &key).await;
        } else {
            assert_it_heals(&mut pair, write, &key).await;
        }
    }
}

/// Rule E3: what was answered is never sent again, and is told of until somebody mends it.
async fn assert_it_is_reported(pair: &mut Pair, what: &'static str, key: &RecordKey) {
    for _ in 0..5 {
        pair.advance(TimeDelta::hours(7));
        pair.journal.take();
        let next = pair.sync().await;
        assert_eq!(next.reason(key), Reason::NotConfirmed, "{what}");
        assert!(!pair.journal.take().iter().any(|call| call.method == what), "{what} was sent again");
    }
    assert_no_duplicates(pair, what);
    if key.side == Side::Latchel {
        let answered = pair.ledger.links("main", Kind::WorkOrder, None, 100).await.expect("links");
        let made = answered.iter().find(|link| link.key(Side::Latchel) == *key).expect("its link");
        let id = WorkOrderId::new(&made.platform_id);
        pair.engine.unlink(&id, "somebody", pair.now).await.expect("it is ended by hand");
        pair.advance(TimeDelta::minutes(15));
        assert_eq!(pair.sync().await.reason(key), Reason::WorkOrderCreated, "then it is sent once more");
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_found_and_not_repeated() {
    for (write, key) in writes() {
        let mut pair = before(write).await;
        let_it(&pair, write, Intercept::LoseAnswer);
        let done = pair.sync().await;
        assert_eq!(done.reason(&key), Reason::CallFailed, "{write}");
        let before = pair.journal.take_writes().iter().filter(|call| call.method == write).count();
        let next = assert_it_heals(&mut pair, write, &key).await;
        if write.starts_with("create") {
            let again = next.outcomes.iter().find(|outcome| outcome.key == key).expect("its outcome");
            assert!(!matches!(again.action.as_str(), "create"), "{write}: {again:?} after {before} calls");
        }
    }
}

#[tokio::test]
async fn a_lost_ledger_makes_no_duplicate() {
    let mut pair = before("close_work_order").await;
    pair.sync().await;
    pair.lose_ledger().await;
    pair.advance(TimeDelta::minutes(15));
    pair.journal.take();
    pair.sync().await;
    assert_eq!(pair.journal.take_writes(), []);
    assert_no_duplicates(&pair, "a lost ledger");
}

#[tokio::test]
async fn a_platform_that_is_down_ends_the_phase_with_one_message() {
    let mut pair = Pair::new(world()).await;
    pair.journal.decide(|call| match call.method {
        "properties" => Intercept::Fail(ErrorKind::Unavailable),
        _ => Intercept::Proceed,
    });
    let phases = vec![Phase::Properties];
    let done = pair.request(&Request { phases, ..Request::everything(Mode::Apply, pair.now) }).await;
    assert_eq!(done.run.status, RunStatus::Failed);
    assert_eq!(done.outcomes.len(), 0);
    let errors: Vec<_> = done.run.phases.iter().filter_map(|phase| phase.error.as_ref()).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    pair.journal.decide(|_| Intercept::Proceed);
    pair.advance(TimeDelta::days(30));
    let done = pair.sync().await;
    assert_eq!(done.run.status, RunStatus::Success);
}
