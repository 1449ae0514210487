//! What is done by itself, and when.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::Ledger;
use latchel_sync_core::ledger::Phase;
use latchel_sync_server::schedule::Schedule;

use crate::world::{ACCOUNT, World, pass};

/// A world whose account is synced every five seconds.
async fn often() -> World {
    let mut world = World::new().await;
    let timetable = || "5s".parse().expect("a timetable");
    let schedule = Schedule {
        work_orders: timetable(),
        properties_and_residents: timetable(),
        reconciliation: None,
        jitter: TimeDelta::zero(),
    };
    world.restart(|account| account.schedule = schedule);
    world
}

/// When each run of the work orders began, newest first, as soon as there are so many.
async fn begun(world: &World, count: usize) -> Vec<DateTime<Utc>> {
    let mut changes = world.app.jobs.changes();
    loop {
        let runs = world.ledger.runs(Some(ACCOUNT), 100).await.expect("runs");
        let of_work_orders = |run: &&latchel_sync_core::ledger::Run| {
            run.phases.iter().any(|report| report.phase == Phase::WorkOrdersToPlatform)
        };
        let begun: Vec<_> = runs.iter().filter(of_work_orders).map(|run| run.now).collect();
        if begun.len() >= count {
            return begun;
        }
        changes.changed().await.expect("it works");
    }
}

#[tokio::test]
async fn what_was_just_asked_for_is_asked_for_again_at_its_time() {
    let world = often().await;
    let seen = async {
        for count in 1..4 {
            begun(&world, count).await;
            world.app.jobs.idle().await;
            pass(Duration::from_secs(5)).await;
        }
        begun(&world, 4).await
    };
    let begun = tokio::select! {
        () = world.app.work() => panic!("it works on"),
        begun = seen => begun,
    };
    let gaps: Vec<_> = begun.windows(2).map(|two| (two[0] - two[1]).num_seconds()).collect();
    // The scheduler looks every 30 seconds in any case.
    assert!(gaps.iter().all(|gap| *gap < 20), "{gaps:?}");
}
