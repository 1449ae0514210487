//! Markers that people copy, and what people do on the platform after a work order was closed there.

use std::sync::Arc;

use chrono::TimeDelta;
use futures::FutureExt;
use latchel_sync_core::Ledger;
use latchel_sync_core::engine::{AccountSettings, Engine, Mode, Quiet, Request};
use latchel_sync_core::in_memory::{Intercept, MemoryLedger};
use latchel_sync_core::ledger::{NewRun, Trigger};
use latchel_sync_core::model::*;

use tests::simulation::pair::{Pair, stamped, unit, work_order, world};

/// Puts a work order on the platform that carries the marker of a Latchel one.
fn copy(pair: &Pair, id: &str, job: JobId) {
    pair.platform.edit(|world| {
        let id = WorkOrderId::new(id);
        let made = work_order(&unit("12", Some("34")));
        let freshness = stamped(world.now);
        let copied = WorkOrder { id: id.clone(), marker: Some(Marker::for_job(job)), freshness, ..made };
        world.work_orders.insert(id, Row::Record(copied));
    });
}

fn key(id: &str) -> RecordKey {
    RecordKey::platform(Kind::WorkOrder, id)
}

#[tokio::test]
async fn of_two_that_carry_one_marker_none_is_linked_and_the_others_go_on() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let job = pair.add_job("Diagnosing Issue");
    copy(&pair, "X1", job);
    copy(&pair, "X2", job);
    pair.advance(TimeDelta::minutes(1));
    let done = pair.sync().await;
    for marked in [key("X1"), key("X2"), RecordKey::latchel(Kind::WorkOrder, job)] {
        assert_eq!(done.reason(&marked), Reason::MarkerAmbiguous);
    }
    assert!(done.run.phases.iter().all(|phase| phase.error.is_none()), "{:?}", done.run.phases);
}

#[tokio::test]
async fn a_copied_marker_does_not_take_a_work_order_from_the_one_it_refers_to() {
    let mut pair = Pair::new(world()).await;
    let known = Request { phases: vec![Phase::Properties], ..Request::everything(Mode::Apply, pair.now) };
    pair.request(&known).await;
    pair.advance(TimeDelta::minutes(1));
    pair.journal.decide(|call| match call.method {
        "create_job" => Intercept::LoseAnswer,
        _ => Intercept::Proceed,
    });
    let mut request = Request::everything(Mode::Apply, pair.now);
    request.phases.retain(|phase| *phase != Phase::WorkOrdersToPlatform);
    pair.request(&request).await;
    pair.journal.decide(|_| Intercept::Proceed);
    let job = pair.latchel.edit(|world| {
        let named = WorkOrderId::new("W12");
        world.jobs.values().find(|job| job.work_order.as_ref() == Some(&named)).expect("it was made").id
    });
    copy(&pair, "A1", job);
    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    assert_eq!(done.reason(&key("A1")), Reason::MarkerAmbiguous);
    assert_eq!(done.reason(&key("W12")), Reason::WorkOrderRecovered);
}

/// A pair with a work order that Latchel completed, on the platform too.
async fn completed() -> (Pair, RecordKey, WorkOrderId) {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    let job = pair.add_job("Completed");
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    let made = pair.made_from(job).pop().expect("it was made");
    assert_eq!(made.status.closed(), Some(ClosedStatus::Completed));
    pair.advance(TimeDelta::minutes(15));
    (pair, RecordKey::latchel(Kind::WorkOrder, job), made.id)
}

#[tokio::test]
async fn what_is_opened_again_on_the_platform_is_not_said_to_be_closed_there() {
    for only_hinted in [false, true] {
        let (mut pair, key, id) = completed().await;
        assert_eq!(pair.sync().await.reason(&key), Reason::StatusAlreadySet);
        pair.advance(TimeDelta::minutes(15));
        let open = WorkOrderStatus::Open("In Progress".to_owned());
        pair.platform.edit(|world| {
            world.change_work_order(&id, |one| one.status = open.clone());
            if only_hinted {
                world.hinted.insert(id.clone(), Fingerprint::of(&serde_json::json!("opened")));
            }
        });
        pair.journal.take();
        assert_eq!(pair.sync().await.reason(&key), Reason::StatusConflict, "hinted: {only_hinted}");
        assert_eq!(pair.journal.take_writes(), [], "it stays open");

        pair.advance(TimeDelta::minutes(15));
        pair.platform.edit(|world| {
            world.change_work_order(&id, |one| one.status = WorkOrderStatus::Closed(ClosedStatus::Completed));
            if only_hinted {
                world.hinted.insert(id.clone(), Fingerprint::of(&serde_json::json!("closed")));
            }
        });
        assert_eq!(pair.sync().await.reason(&key), Reason::StatusAlreadySet);
    }
}

#[tokio::test]
async fn a_run_that_loses_its_lease_while_it_reads_does_not_write() {
    let pair = Pair::new(world()).await;
    let ledger = Arc::new(MemoryLedger::new().with_lease(std::time::Duration::ZERO));
    let settings = AccountSettings {
        name: "main".to_owned(),
        time_zone: chrono_tz::America::Los_Angeles,
        policy: Policy::new(SyncMethod::All),
    };
    let engine = Engine::new(settings, pair.platform.clone(), pair.latchel.clone(), ledger.clone());
    let mut pair = pair;
    engine.run(&Request::everything(Mode::Apply, pair.now), &Quiet).await.expect("a run");
    pair.advance(TimeDelta::minutes(15));
    let job = pair.latchel.edit(|world| {
        let id = *world.jobs.keys().last().expect("one was made");
        world.change_job(id, |job| job.state = JobState::Completed);
        id
    });
    // It reads the platform's work order just before it closes it; meanwhile another run takes over.
    let now = pair.now;
    pair.journal.decide(move |call| {
        if call.method == "work_orders_by_id" {
            let thief = NewRun {
                id: RunId(uuid::Uuid::now_v7()),
                account: "main".to_owned(),
                now,
                day: None,
                trigger: Trigger::Manual,
                holder: "another worker".to_owned(),
                phases: Phase::ALL.to_vec(),
            };
            ledger.begin_run(&thief).now_or_never().expect("at once").expect("its lease has ended");
        }
        Intercept::Proceed
    });
    pair.journal.take();
    engine.run(&Request::everything(Mode::Apply, pair.now), &Quiet).await.expect("a run");
    assert_eq!(pair.journal.take_writes(), [], "of {job}");
}
