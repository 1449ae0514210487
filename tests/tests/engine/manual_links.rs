//! Links that people make and end.

use chrono::TimeDelta;
use latchel_sync_core::ledger::{NewRun, Trigger};
use latchel_sync_core::model::*;
use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin};
use uuid::Uuid;

use tests::simulation::pair::{Pair, unit, work_order, world};

/// A platform work order and one of Latchel's, both of which somebody entered by hand, and which no run has brought over.
async fn entered_twice() -> (Pair, WorkOrderId, JobId) {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let one = WorkOrder { id: WorkOrderId::new("W99"), ..work_order(&unit("13", None)) };
    let id = one.id.clone();
    pair.platform.edit(|world| world.work_orders.insert(one.id.clone(), Row::Record(one)));
    let job = pair.add_job("Diagnosing Issue");
    (pair, id, job)
}

#[tokio::test]
async fn two_that_somebody_linked_are_not_created_again_and_close_together() {
    let (mut pair, id, job) = entered_twice().await;
    let link = pair.engine.link(&id, job, "robin", pair.now).await.expect("a link");
    assert_eq!((link.origin, link.platform_number.as_deref()), (Origin::Manual, Some("N13")));
    let done = pair.sync().await;
    assert_eq!(done.reason(&RecordKey::platform(Kind::WorkOrder, &id)), Reason::ExistingWorkOrderNotUpdated);
    assert_eq!(done.reason(&RecordKey::latchel(Kind::WorkOrder, job)), Reason::StatusNotSynced);
    assert_eq!((pair.latchel.edit(|world| world.jobs.len()), pair.made_from(job).len()), (3, 0));

    pair.advance(TimeDelta::minutes(1));
    pair.latchel.edit(|world| {
        let one = world.jobs.get_mut(&job).expect("it is there");
        (one.state, one.updated_at) = (JobState::from_name("Completed"), world.now);
    });
    let done = pair.sync().await;
    assert_eq!(done.reason(&RecordKey::latchel(Kind::WorkOrder, job)), Reason::StatusCompleted);
}

#[tokio::test]
async fn a_link_that_somebody_ended_leaves_two_that_were_never_linked() {
    let (mut pair, id, job) = entered_twice().await;
    pair.engine.link(&id, job, "robin", pair.now).await.expect("a link");
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    pair.engine.unlink(&id, "robin", pair.now).await.expect("ended");
    pair.sync().await;
    assert_eq!((pair.latchel.edit(|world| world.jobs.len()), pair.made_from(job).len()), (4, 1));
    let error = pair.engine.unlink(&WorkOrderId::new("nowhere"), "robin", pair.now).await;
    assert_eq!(error.expect_err("not linked").kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn one_that_names_the_other_by_itself_is_linked_again() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let id = work_order(&unit("13", None)).id;
    pair.engine.unlink(&id, "robin", pair.now).await.expect("ended");
    pair.advance(TimeDelta::minutes(1));
    let done = pair.sync().await;
    assert_eq!(pair.latchel.edit(|world| world.jobs.len()), 2, "{:?}", done.outcomes);
    assert_eq!(pair.ledger.linked("main", Kind::WorkOrder).await.expect("a count"), 2);
}

#[tokio::test]
async fn what_is_missing_linked_or_names_another_is_refused() {
    let (pair, id, job) = entered_twice().await;
    let linked = work_order(&unit("13", None)).id;
    let runs = pair.ledger.runs(None, 100).await.expect("runs").len();
    let refused = async |id: &WorkOrderId, job| {
        let error = pair.engine.link(id, job, "robin", pair.now).await.expect_err("refused");
        (error.kind(), error.to_string())
    };
    assert_eq!(refused(&WorkOrderId::new("nowhere"), job).await.0, ErrorKind::NotFound);
    assert_eq!(refused(&id, JobId(9_999)).await.0, ErrorKind::NotFound);
    let (kind, text) = refused(&linked, job).await;
    assert_eq!(kind, ErrorKind::Refused);
    assert!(text.contains("is linked with Latchel's"), "{text}");

    pair.latchel.edit(|world| {
        world.jobs.get_mut(&job).expect("it is there").work_order = Some(WorkOrderId::new("W100"));
    });
    let (kind, text) = refused(&id, job).await;
    assert_eq!(kind, ErrorKind::Refused);
    assert!(text.contains("W100"), "{text}");
    assert_eq!(
        pair.ledger.runs(None, 100).await.expect("runs").len(),
        runs,
        "what was entered wrongly is no run"
    );
    assert_eq!(pair.ledger.linked("main", Kind::WorkOrder).await.expect("a count"), 2);
}

#[tokio::test]
async fn nobody_links_while_a_run_of_work_orders_is_under_way() {
    let (pair, id, job) = entered_twice().await;
    let ledger = latchel_sync_ledger::SqliteLedger::in_memory().await.expect("a ledger");
    let run = NewRun {
        id: RunId(Uuid::now_v7()),
        account: "main".to_owned(),
        now: pair.now,
        day: None,
        trigger: Trigger::Schedule,
        holder: "another".to_owned(),
        phases: vec![Phase::WorkOrdersToPlatform],
    };
    let ledger = std::sync::Arc::new(ledger);
    ledger.begin_run(&run).await.expect("a lease");
    let account = latchel_sync_core::engine::AccountSettings {
        name: "main".to_owned(),
        time_zone: chrono_tz::Tz::UTC,
        policy: Policy::new(SyncMethod::All),
    };
    let engine = latchel_sync_core::engine::Engine::new(
        account,
        pair.platform.clone(),
        pair.latchel.clone(),
        ledger.clone(),
    );
    let error = engine.link(&id, job, "robin", pair.now).await.expect_err("held");
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert_eq!(ledger.linked("main", Kind::WorkOrder).await.expect("a count"), 0);
}
