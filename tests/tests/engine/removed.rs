//! Work orders that one of the two systems has and the other no longer, or does not show yet.

use std::time::Duration;

use chrono::TimeDelta;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::*;
use latchel_sync_core::{Capabilities, Platform};

use tests::simulation::pair::{Done, Pair, world};

use crate::faults::{before, let_it};

/// A Latchel work order that the platform has too, completed in Latchel since.
async fn completed(delay: Duration) -> (Pair, JobId, WorkOrderId) {
    let mut pair = Pair::with(world(), Policy::new(SyncMethod::All), |platform| {
        let capabilities = Capabilities { visibility_delay: delay, ..platform.capabilities() };
        platform.with_capabilities(capabilities)
    })
    .await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    let job = pair.add_job("Diagnosing Issue");
    pair.advance(TimeDelta::seconds(5));
    pair.sync().await;
    let made = pair.made_from(job).pop().expect("it is on the platform").id;
    pair.advance(TimeDelta::seconds(5));
    pair.latchel.edit(|world| world.change_job(job, |job| job.state = JobState::Completed));
    pair.advance(TimeDelta::seconds(5));
    (pair, job, made)
}

fn remove(pair: &Pair, id: &WorkOrderId) -> Row<WorkOrder> {
    pair.platform.edit(|world| world.work_orders.remove(id).expect("it is there"))
}

async fn pending(pair: &Pair) -> usize {
    use latchel_sync_core::LedgerAdmin;
    pair.ledger.all_pending("main").await.expect("pending").len()
}

fn of_latchel(job: JobId) -> RecordKey {
    RecordKey::latchel(Kind::WorkOrder, job)
}

async fn export(pair: &Pair) -> Done {
    let phases = vec![Phase::WorkOrdersToPlatform];
    pair.request(&Request { phases, ..Request::everything(Mode::Apply, pair.now) }).await
}

#[tokio::test]
async fn one_that_was_removed_from_the_platform_is_no_failure_and_not_tried_for_ever() {
    let (mut pair, job, made) = completed(Duration::ZERO).await;
    let row = remove(&pair, &made);
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_latchel(job)), Reason::CounterpartGone);
    assert_eq!((done.run.status, pending(&pair).await), (RunStatus::Success, 0));
    assert_eq!(pair.made_from(job), [], "nor is it made again");
    let explained =
        pair.engine.explain(Kind::WorkOrder, &job.to_string(), pair.now).await.expect("explained");
    assert!(explained.iter().any(|one| one.reason == Reason::CounterpartGone), "{explained:?}");

    pair.let_it_age().await;
    pair.journal.take();
    pair.sync().await;
    assert!(!pair.journal.take().iter().any(|call| call.on == made.as_str()), "it is left alone");

    pair.platform.edit(|world| world.work_orders.insert(made.clone(), row));
    pair.latchel.edit(|world| world.change_job(job, |job| job.name.push('!')));
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(pair.sync().await.reason(&of_latchel(job)), Reason::StatusCompleted, "it was restored");
}

#[tokio::test]
async fn one_that_is_linked_and_may_not_be_visible_yet_waits() {
    let (mut pair, job, made) = completed(Duration::from_secs(600)).await;
    let row = remove(&pair, &made);
    let done = pair.sync().await;
    let reason = done.reason(&of_latchel(job));
    assert_eq!((reason, reason.status()), (Reason::CreateUnsettled, Status::Pending));
    assert_eq!(done.run.status, RunStatus::Success);
    let explained =
        pair.engine.explain(Kind::WorkOrder, &job.to_string(), pair.now).await.expect("explained");
    assert!(explained.iter().any(|one| one.reason == Reason::CreateUnsettled), "{explained:?}");

    pair.advance(TimeDelta::minutes(5));
    pair.platform.edit(|world| world.work_orders.insert(made.clone(), row));
    assert_eq!(pair.sync().await.reason(&of_latchel(job)), Reason::StatusCompleted);
    assert_eq!(pair.made_from(job).len(), 1);
}

#[tokio::test]
async fn one_that_is_still_not_visible_after_the_delay_was_removed() {
    let (mut pair, job, made) = completed(Duration::from_secs(600)).await;
    remove(&pair, &made);
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(pair.sync().await.reason(&of_latchel(job)), Reason::CounterpartGone);
    assert_eq!(pending(&pair).await, 0);
}

#[tokio::test]
async fn a_platform_that_has_nothing_any_more_ends_no_work_order() {
    let (pair, job, _) = completed(Duration::ZERO).await;
    pair.platform.edit(|world| {
        world.properties.clear();
        world.work_orders.clear();
    });
    let done = export(&pair).await;
    assert_eq!(done.reason(&of_latchel(job)), Reason::CallFailed);
    let outcome = done.outcomes.iter().find(|one| one.key == of_latchel(job)).expect("its outcome");
    assert!(outcome.detail.as_ref().is_some_and(|why| why.contains("--allow-mass-change")), "{outcome:?}");
    assert_eq!(pending(&pair).await, 1);
}

#[tokio::test]
async fn one_that_was_found_by_its_marker_and_that_was_removed_is_gone_too() {
    let (mut pair, job) = (before("create_work_order").await, JobId(302));
    let_it(&pair, "create_work_order", Intercept::LoseAnswer);
    pair.sync().await;
    // Found again by its marker, and then it cannot be read back.
    let mut reads = 0;
    pair.journal.decide(move |call| {
        reads += u32::from(call.method == "work_orders_by_id");
        match call.method {
            "work_orders_by_id" if reads > 1 => Intercept::Fail(latchel_sync_core::ErrorKind::Refused),
            _ => Intercept::Proceed,
        }
    });
    pair.advance(TimeDelta::minutes(15));
    export(&pair).await;
    pair.journal.decide(|_| Intercept::Proceed);
    let made = pair.made_from(job).pop().expect("it is on the platform").id;
    remove(&pair, &made);
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(export(&pair).await.reason(&of_latchel(job)), Reason::CounterpartGone);
    assert_eq!(pending(&pair).await, 0);
}
