//! Tests of what is done automatically, and when.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::ledger::{Account, Ledger as _, NewRun, Run, Trigger};
use latchel_sync_core::model::{Phase, RunId};
use latchel_sync_ledger::SqliteLedger;
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

/// Instants at which the runs of the work orders began, UTC, newest first; waits until there are so many.
async fn begun(world: &World, count: usize) -> Vec<DateTime<Utc>> {
    let mut changes = world.app.jobs.changes();
    loop {
        let runs = world.ledger.runs(Some(ACCOUNT), 100).await.expect("runs");
        let of_work_orders =
            |run: &&Run| run.phases.iter().any(|report| report.phase == Phase::WorkOrdersToPlatform);
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

/// The runs of an account with these timetables, once the server has come to rest.
async fn runs_with(reconciliation: Option<&str>) -> (World, Vec<Run>) {
    let mut world = World::new().await;
    world.fill();
    world.restart(|account| {
        account.schedule.reconciliation = reconciliation.map(|text| text.parse().expect("a timetable"));
    });
    let seen = async {
        begun(&world, 1).await;
        world.app.jobs.idle().await;
    };
    tokio::select! {
        () = world.app.work() => panic!("it works on"),
        () = seen => {}
    }
    let runs = world.ledger.runs(Some(ACCOUNT), 100).await.expect("runs");
    (world, runs)
}

#[tokio::test]
async fn a_reconciliation_is_done_by_its_own_timetable_and_shown_as_what_it_is() {
    let (_, runs) = runs_with(None).await;
    assert!(!runs.is_empty() && runs.iter().all(|run| !run.reconciles), "off by default: {runs:?}");

    let (world, runs) = runs_with(Some("0 4 1 * *")).await;
    let reconciled: Vec<_> = runs.iter().filter(|run| run.reconciles).collect();
    let [run] = reconciled.as_slice() else { panic!("once: {runs:?}") };
    let phases: Vec<_> = run.phases.iter().map(|report| report.phase).collect();
    assert_eq!(phases, [Phase::Properties, Phase::Residents]);
    let last = world.ledger.last_reconciled(ACCOUNT).await.expect("a watermark");
    assert_eq!(last, Some(run.now));

    let mut visitor = world.visitor();
    for (path, text) in [
        ("/runs".to_owned(), "reconciliation"),
        (format!("/accounts/{ACCOUNT}"), "Timetable, reconciliation"),
        (format!("/accounts/{ACCOUNT}"), "Next, reconciliation"),
        ("/".to_owned(), "next sync"),
        (format!("/api/v1/accounts/{ACCOUNT}"), "\"reconciliation\":\"0 4 1 * *\""),
    ] {
        let answer = visitor.get(&path).await;
        assert!(answer.status == 200 && answer.body.contains(text), "{path}: {text}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_run_that_another_process_left_behind_is_done_once_its_lease_ends() {
    let lease = TimeDelta::seconds(2);
    let world = World::over(SqliteLedger::in_memory().await.expect("a ledger").with_lease(lease)).await;
    let killed = NewRun {
        id: RunId(uuid::Uuid::now_v7()),
        account: ACCOUNT.to_owned(),
        now: world.app.clock.now(),
        day: None,
        trigger: Trigger::Schedule,
        holder: "the schedule on another machine".to_owned(),
        phases: Phase::ALL.to_vec(),
    };
    let now = killed.now;
    world
        .ledger
        .add_account(&Account { name: ACCOUNT.to_owned(), sync_start: now, created_at: now })
        .await
        .expect("it is new");
    world.ledger.begin_run(&killed).await.expect("a lease");
    let seen = async {
        while world.ledger.last_success(ACCOUNT, Phase::Residents).await.expect("read").is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    // Its interval is a day.
    let in_time = tokio::time::timeout(Duration::from_secs(20), seen);
    tokio::select! {
        () = world.app.work() => panic!("it works on"),
        seen = in_time => seen.expect("once the lease has ended"),
    }
}
