//! Creates whose outcome is not known, far sides that show new records late, and pauses between tries.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::*;
use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin, Platform};

use tests::simulation::pair::{Pair, stamped, unit, work_order, world};

/// A Latchel work order whose create on a platform that shows new records after ten minutes is intercepted so.
async fn sent(state: &str, intercept: Intercept) -> (Pair, JobId) {
    let policy = Policy::new(SyncMethod::All);
    let mut pair = Pair::with(world(), policy, |platform| {
        let mut capabilities = platform.capabilities();
        capabilities.visibility_delay = Duration::from_secs(600);
        platform.with_capabilities(capabilities)
    })
    .await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let job = pair.add_job(state);
    pair.advance(TimeDelta::minutes(1));
    pair.journal.decide(move |call| match call.method {
        "create_work_order" => intercept,
        _ => Intercept::Proceed,
    });
    pair.sync().await;
    (pair, job)
}

#[tokio::test]
async fn what_a_far_side_may_not_show_yet_is_waited_for() {
    let (mut pair, job) = sent("Diagnosing Issue", Intercept::LoseAnswer).await;
    let hidden = pair.platform.edit(|world| {
        let made =
            world.work_orders.keys().find(|id| id.as_str().starts_with("50")).cloned().expect("it was made");
        (made.clone(), world.work_orders.remove(&made).expect("it was made"))
    });
    let key = RecordKey::latchel(Kind::WorkOrder, job);
    pair.advance(TimeDelta::minutes(6));
    pair.journal.take();
    let done = pair.sync().await;
    assert_eq!(done.reason(&key), Reason::CreateUnsettled);
    assert_eq!(pair.journal.take_writes(), []);

    pair.platform.edit(|world| world.work_orders.insert(hidden.0, hidden.1));
    pair.journal.decide(|_| Intercept::Proceed);
    pair.advance(TimeDelta::minutes(1));
    pair.sync().await;
    assert_eq!(pair.made_from(job).len(), 1, "it was found, and not made again");
}

#[tokio::test]
async fn the_number_of_one_that_is_found_before_it_is_shown_is_written_back_later() {
    let (mut pair, job) = sent("Completed", Intercept::LoseAnswer).await;
    // The look-up by marker shows it, and the one by id does not.
    let platform = Arc::clone(&pair.platform);
    let hidden = Arc::new(Mutex::new(None));
    let (hide, made) = (Arc::clone(&hidden), pair.made_from(job)[0].clone());
    pair.journal.decide(move |call| {
        if call.method == "work_orders_by_id" {
            let mut hidden = hide.lock().expect("nobody panicked");
            *hidden = hidden.take().or_else(|| platform.edit(|world| world.work_orders.remove(&made.id)));
        }
        Intercept::Proceed
    });
    let key = RecordKey::latchel(Kind::WorkOrder, job);
    pair.advance(TimeDelta::minutes(6));
    let phases = vec![Phase::WorkOrdersToPlatform];
    let export = Request { phases, ..Request::everything(Mode::Apply, pair.now) };
    assert_eq!(pair.request(&export).await.reason(&key), Reason::CreateUnsettled);

    pair.journal.decide(|_| Intercept::Proceed);
    let (made, shown) = (pair.made_from(job), hidden.lock().expect("nobody panicked").take());
    assert_eq!(made, []);
    let Some(Row::Record(shown)) = shown else { panic!("{shown:?}") };
    pair.platform.edit(|world| world.work_orders.insert(shown.id.clone(), Row::Record(shown.clone())));
    // It has left the window by then.
    pair.advance(TimeDelta::days(4));
    pair.sync().await;
    let number = pair.latchel.edit(|world| world.jobs[&job].number.clone());
    assert_eq!(number, Some(shown.number), "rule L7");
}

#[tokio::test]
async fn after_the_delay_a_create_that_made_nothing_is_sent_again() {
    let (mut pair, job) = sent("Diagnosing Issue", Intercept::Fail(ErrorKind::Timeout)).await;
    pair.journal.decide(|_| Intercept::Proceed);
    let key = RecordKey::latchel(Kind::WorkOrder, job);
    // Whoever sent it may have a clock that is four minutes behind.
    pair.advance(TimeDelta::minutes(13));
    assert_eq!(pair.sync().await.reason(&key), Reason::CreateUnsettled);
    pair.advance(TimeDelta::minutes(2));
    assert_eq!(pair.sync().await.reason(&key), Reason::WorkOrderCreated);
    assert_eq!(pair.made_from(job).len(), 1);
}

#[tokio::test]
async fn a_marker_found_twice_is_reported_and_nothing_is_linked() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let job = pair.add_job("Diagnosing Issue");
    for id in ["X1", "X2"] {
        pair.platform.edit(|world| {
            let id = WorkOrderId::new(id);
            let copied = WorkOrder {
                id: id.clone(),
                marker: Some(Marker::for_job(job)),
                ..work_order(&unit("12", Some("34")))
            };
            world.work_orders.insert(id, Row::Record(copied));
        });
    }
    pair.advance(TimeDelta::minutes(1));
    pair.journal.take();
    let mut request =
        latchel_sync_core::engine::Request::everything(latchel_sync_core::engine::Mode::Apply, pair.now);
    request.phases = vec![latchel_sync_core::model::Phase::WorkOrdersToPlatform];
    let done = pair.request(&request).await;
    assert_eq!(done.reason(&RecordKey::latchel(Kind::WorkOrder, job)), Reason::MarkerAmbiguous);
    assert_eq!(pair.journal.take_writes(), []);

    let done = pair.sync().await;
    let copies = ["X1", "X2"].map(|id| RecordKey::platform(Kind::WorkOrder, id));
    for key in copies.iter().chain([&RecordKey::latchel(Kind::WorkOrder, job)]) {
        assert_eq!(done.reason(key), Reason::MarkerAmbiguous, "{key}");
    }
    assert_eq!(pair.journal.take_writes(), [], "the first that is listed is not taken for the right one");
}

#[tokio::test]
async fn a_copy_of_a_latchel_work_order_does_not_take_the_place_of_its_original() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    let original = pair.latchel.edit(|world| {
        world
            .jobs
            .values()
            .find(|job| job.work_order == Some(WorkOrderId::new("W12")))
            .cloned()
            .expect("W12's")
    });
    pair.advance(TimeDelta::minutes(1));
    let copies = [JobId(901), JobId(902)];
    pair.latchel.edit(|world| {
        let now = world.now;
        for id in copies {
            let state = JobState::Completed;
            let copy = Job { id, state, created_at: now, updated_at: now, ..original.clone() };
            world.jobs.insert(id, copy);
        }
    });
    for _ in 0..3 {
        pair.journal.take();
        let done = pair.sync().await;
        for id in copies {
            let reason = done.reason(&RecordKey::latchel(Kind::WorkOrder, id));
            assert_eq!(reason, Reason::MarkerAmbiguous, "reported, and nothing is closed because of it");
        }
        assert_eq!(pair.journal.take_writes(), []);
        let key = RecordKey::platform(Kind::WorkOrder, "W12");
        let memory = pair.ledger.recall("main", &[key]).await.expect("a memory").remove(0);
        assert_eq!(memory.link.map(|link| link.latchel_id), Some(original.id.0));
        pair.advance(TimeDelta::minutes(1));
    }
}

#[tokio::test]
async fn of_two_that_refer_to_one_unlinked_work_order_only_the_first_is_linked() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let jobs = [pair.add_job("Diagnosing Issue"), pair.add_job("Diagnosing Issue")];
    pair.platform.edit(|world| {
        let at = world.properties.keys().next().cloned().expect("the property of the work orders");
        let made = WorkOrder { id: WorkOrderId::new("W77"), ..work_order(&at) };
        world.work_orders.insert(made.id.clone(), Row::Record(made));
    });
    pair.latchel.edit(|world| {
        jobs.iter()
            .for_each(|id| world.change_job(*id, |job| job.work_order = Some(WorkOrderId::new("W77"))));
    });
    let request = {
        let mut request =
            latchel_sync_core::engine::Request::everything(latchel_sync_core::engine::Mode::Apply, pair.now);
        request.phases = vec![latchel_sync_core::model::Phase::WorkOrdersToPlatform];
        request
    };
    let done = pair.request(&request).await;
    let reasons = jobs.map(|id| done.reason(&RecordKey::latchel(Kind::WorkOrder, id)));
    assert_eq!(reasons, [Reason::StatusNotSynced, Reason::MarkerAmbiguous]);
}

#[tokio::test]
async fn what_keeps_failing_outside_the_window_is_tried_with_growing_pauses() {
    let mut world = world();
    world.work_orders.insert(WorkOrderId::new("W99"), Row::Record(work_order(&unit("99", None))));
    let mut pair = Pair::new(world).await;
    pair.sync().await;
    pair.let_it_age().await;
    pair.add_property(&unit("99", None));
    pair.journal.decide(|call| match call.method == "work_orders_by_id" && call.on == "W99" {
        true => Intercept::Fail(ErrorKind::Refused),
        false => Intercept::Proceed,
    });
    pair.sync().await;
    let mut tries = Vec::new();
    for minute in 1..=600 {
        pair.advance(TimeDelta::minutes(1));
        pair.journal.take();
        pair.sync().await;
        if pair.journal.take().iter().any(|call| call.method == "work_orders_by_id") {
            tries.push(minute);
        }
    }
    let pauses: Vec<_> = tries.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(pauses.windows(2).all(|two| two[0] < two[1]), "{tries:?}");
    assert!(tries.len() < 10, "{tries:?}");

    let key = RecordKey::platform(Kind::WorkOrder, "W99");
    let waiting = pair.ledger.all_pending("main").await.expect("pending");
    let one = waiting.iter().find(|one| one.outcome.key == key).expect("it is pending");
    assert!(one.next_try().is_some_and(|at| at > pair.now), "{one:?}");
    pair.ledger.retry("main", &key).await.expect("asked for");
    pair.journal.decide(|_| Intercept::Proceed);
    assert_eq!(pair.sync().await.reason(&key), Reason::WorkOrderImported, "at once, because somebody asked");
}

/// A pair of which this write was refused, and is refused from now on.
async fn that_failed(write: &'static str) -> Pair {
    let pair = super::faults::before(write).await;
    pair.journal.decide(move |call| match call.method == write && !call.on.contains("12") {
        true => Intercept::Fail(ErrorKind::Refused),
        false => Intercept::Proceed,
    });
    pair.sync().await;
    pair
}

/// The minutes in which runs, one a minute, send this write.
async fn minutes_of(pair: &mut Pair, write: &str, minutes: i64) -> Vec<i64> {
    let mut tries = Vec::new();
    for minute in 1..=minutes {
        pair.advance(TimeDelta::minutes(1));
        pair.journal.take();
        pair.sync().await;
        if pair.journal.take().iter().any(|call| call.method == write) {
            tries.push(minute);
        }
    }
    tries
}

#[tokio::test]
async fn what_keeps_failing_inside_the_window_is_tried_with_growing_pauses_too() {
    for (write, key) in super::faults::writes() {
        let mut pair = that_failed(write).await;
        let tries = minutes_of(&mut pair, write, 160).await;
        assert_eq!(tries, [5, 15, 35, 75, 155], "{write}");

        let done = pair.sync().await;
        assert_eq!(done.reason(&key), Reason::CallFailed, "{write}: it counts while it rests");
        assert_eq!(done.run.status, RunStatus::Partial, "{write}");
        pair.ledger.retry("main", &key).await.expect("asked for");
        assert_eq!(minutes_of(&mut pair, write, 1).await, [1], "{write}: because somebody asked");

        pair.ledger.dismiss("main", &key).await.expect("dismissed");
        assert_eq!(minutes_of(&mut pair, write, 60).await, [0; 0], "{write}: it was dismissed");
    }
}

#[tokio::test]
async fn what_failed_and_has_changed_since_is_tried_at_once() {
    for (write, key) in super::faults::writes() {
        let mut pair = that_failed(write).await;
        assert_eq!(minutes_of(&mut pair, write, 25).await, [5, 15], "{write}");
        let now = pair.now;
        pair.platform.edit(|world| {
            for row in world.properties.values_mut() {
                let Row::Record(one) = row else { continue };
                one.freshness = stamped(now);
            }
            for row in world.residents.values_mut() {
                let Row::Record(one) = row else { continue };
                one.freshness = stamped(now);
            }
            for row in world.work_orders.values_mut() {
                let Row::Record(one) = row else { continue };
                one.freshness = stamped(now);
            }
        });
        pair.latchel.edit(|world| {
            let jobs: Vec<_> = world.jobs.keys().copied().collect();
            jobs.into_iter().for_each(|id| world.change_job(id, |job| job.description.push('!')));
        });
        pair.journal.decide(|_| Intercept::Proceed);
        pair.advance(TimeDelta::minutes(1));
        assert_eq!(pair.sync().await.reason(&key).status(), Status::Synced, "{write}");
    }
}
