use std::time::Duration;

use latchel_sync_core::ErrorKind;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::Trigger;
use latchel_sync_core::model::{ClosedStatus, JobState, Phase, WorkOrderStatus};
use latchel_sync_ledger::desk::Pause;

use super::sender::*;
use crate::world::{ACCOUNT, pass, start};

/// Instant at which the server was started, in seconds since 1970.
fn stamp() -> i64 {
    start().timestamp()
}

#[tokio::test]
async fn a_work_order_of_latchel_is_on_the_platform_without_waiting_for_the_schedule() {
    let world = listening().await;
    let work = at_work(&world).await;
    let (told, untold) = (add_job(&world), add_job(&world));
    assert_eq!(latchel_tells(&world, told, "2026-03-02T08:01:00Z").await, 200);
    worked_off(&world.app).await;
    assert_eq!((made_from(&world, told).len(), made_from(&world, untold).len()), (1, 0));
    let runs = runs_by(&world.app, Trigger::Webhook).await;
    let [run] = runs.as_slice() else { panic!("{} runs", runs.len()) };
    assert_eq!((run.named, run.phases.len()), (Some(1), 1));
    assert_eq!(run.phases[0].phase, Phase::WorkOrdersToPlatform);
    assert!(run.holder.starts_with("webhooks on "), "{}", run.holder);
    world.app.stop.stop();
    work.await.expect("no panic");
}

#[tokio::test]
async fn a_work_order_of_the_platform_is_in_latchel_without_waiting_for_the_schedule() {
    let world = listening().await;
    let work = at_work(&world).await;
    add_work_order(&world, 9);
    assert_eq!(buildium_tells(&world, 9, stamp()).await, 200);
    worked_off(&world.app).await;
    assert_eq!(jobs(&world), 1);
    world.app.stop.stop();
    work.await.expect("no panic");
}

#[tokio::test]
async fn what_comes_together_is_one_run_and_what_comes_twice_is_nothing_more() {
    let world = listening().await;
    let work = at_work(&world).await;
    let told = [add_job(&world), add_job(&world)];
    for job in [told[0], told[1], told[0]] {
        assert_eq!(latchel_tells(&world, job, "2026-03-02T08:01:00Z").await, 200);
    }
    assert_eq!(open(&*world.app.desk).await, 2);
    worked_off(&world.app).await;
    assert_eq!(latchel_tells(&world, told[0], "2026-03-02T08:01:00Z").await, 200);
    assert_eq!(open(&*world.app.desk).await, 0, "also once it was worked on");
    world.app.stop.stop();
    work.await.expect("no panic");
    assert_eq!(runs_by(&world.app, Trigger::Webhook).await.len(), 1);
    assert_eq!(told.map(|job| made_from(&world, job).len()), [1, 1]);
}

#[tokio::test]
async fn an_older_delivery_that_comes_later_undoes_nothing() {
    let world = listening().await;
    let work = at_work(&world).await;
    let job = add_job(&world);
    assert_eq!(latchel_tells(&world, job, "2026-03-02T08:01:00Z").await, 200);
    worked_off(&world.app).await;
    world.latchel.edit(|latchel| latchel.change_job(job, |job| job.state = JobState::Completed));
    // The newer one first, the older one once that was worked on.
    for updated_at in ["2026-03-02T08:03:00Z", "2026-03-02T08:02:00Z"] {
        assert_eq!(latchel_tells(&world, job, updated_at).await, 200);
        worked_off(&world.app).await;
    }
    let made = made_from(&world, job);
    let statuses: Vec<_> = made.iter().map(|one| &one.status).collect();
    assert_eq!(statuses, [&WorkOrderStatus::Closed(ClosedStatus::Completed)]);
    world.app.stop.stop();
    work.await.expect("no panic");
}

#[tokio::test]
async fn what_was_kept_before_a_restart_is_worked_on_after_it() {
    let world = listening().await;
    // The first run finds the property; then the process ends before it gets to what it took in.
    let work = at_work(&world).await;
    world.app.stop.stop();
    work.await.expect("no panic");
    let job = add_job(&world);
    assert_eq!(latchel_tells(&world, job, "2026-03-02T08:01:00Z").await, 200);
    assert_eq!(made_from(&world, job).len(), 0);

    let app = restarted(&world);
    let work = tokio::spawn({
        let app = app.clone();
        async move { app.work().await }
    });
    worked_off(&app).await;
    assert_eq!(made_from(&world, job).len(), 1);
    app.stop.stop();
    work.await.expect("no panic");
    assert_eq!(runs_by(&app, Trigger::Webhook).await.len(), 1);
}

#[tokio::test]
async fn what_another_process_took_before_it_died_is_worked_on_by_one_that_lives() {
    let world = listening().await;
    let work = at_work(&world).await;
    world.app.stop.stop();
    work.await.expect("no panic");
    let living = restarted(&world);
    let work = tokio::spawn({
        let app = living.clone();
        async move { app.work().await }
    });
    // It is at work and has nothing to do when the other one still takes a delivery, and is gone.
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    living.jobs.idle().await;
    let job = add_job(&world);
    assert_eq!(latchel_tells(&world, job, "2026-03-02T08:01:00Z").await, 200);
    let mut seconds = 0;
    while open(&*living.desk).await > 0 {
        pass(Duration::from_secs(1)).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        seconds += 1;
        assert!(seconds < 60, "nobody works on it");
    }
    assert_eq!(made_from(&world, job).len(), 1);
    living.stop.stop();
    work.await.expect("no panic");
}

#[tokio::test]
async fn while_an_account_is_paused_its_deliveries_wait() {
    let world = listening().await;
    let work = at_work(&world).await;
    let desk = world.app.desk.clone();
    let pause = Pause { account: ACCOUNT.to_owned(), by: "robin".to_owned(), since: start() };
    desk.pause(&pause).await.expect("a pause");
    let job = add_job(&world);
    assert_eq!(latchel_tells(&world, job, "2026-03-02T08:01:00Z").await, 200);
    for _ in 0..20 {
        pass(Duration::from_secs(5)).await;
        assert_eq!(open(&*desk).await, 1);
    }
    assert_eq!(made_from(&world, job).len(), 0);

    desk.resume(ACCOUNT).await.expect("resumed");
    pass(Duration::from_secs(15)).await;
    worked_off(&world.app).await;
    assert_eq!(made_from(&world, job).len(), 1);
    world.app.stop.stop();
    work.await.expect("no panic");
}

#[tokio::test]
async fn deliveries_that_no_run_got_to_are_tried_again() {
    let world = listening().await;
    let work = at_work(&world).await;
    world.journal.decide(|call| match call.method {
        "jobs_by_id" => Intercept::Fail(ErrorKind::Unauthorized),
        _ => Intercept::Proceed,
    });
    let job = add_job(&world);
    assert_eq!(latchel_tells(&world, job, "2026-03-02T08:01:00Z").await, 200);
    let mut changes = world.app.jobs.changes();
    while runs_by(&world.app, Trigger::Webhook).await.is_empty() {
        changes.changed().await.expect("jobs");
    }
    assert_eq!((open(&*world.app.desk).await, made_from(&world, job).len()), (1, 0));

    world.journal.decide(|_| Intercept::Proceed);
    world.app.jobs.idle().await;
    pass(Duration::from_secs(31)).await;
    worked_off(&world.app).await;
    assert_eq!(made_from(&world, job).len(), 1);
    world.app.stop.stop();
    work.await.expect("no panic");
}
