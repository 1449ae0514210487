//! Accounts that wait too long, and accounts that are not synced at all.

use std::collections::BTreeMap;

use latchel_sync_core::ErrorKind;
use latchel_sync_core::ledger::Trigger;
use latchel_sync_core::model::Phase;
use latchel_sync_server::jobs::{JobRequest, Work};
use latchel_sync_server::{App, Clock, LeftOut, Readers, Served};

use super::{answers, chat, got, runs, watcher};
use crate::world::{ACCOUNT, World, account};

#[tokio::test]
async fn what_waits_although_it_is_late_is_told_and_the_server_is_not_ready() {
    let (chat, config) = chat().await;
    let world = World::with(config).await;
    answers(&chat, 200).await;
    world.work().await;
    assert_eq!(world.visitor().get("/readyz").await.status, 200);
    let now = world.app.clock.now();
    let job = |late_from| JobRequest {
        account: ACCOUNT.to_owned(),
        work: Work::Sync { phases: Phase::ALL.to_vec(), allow_mass_change: false },
        trigger: Trigger::Schedule,
        by: "the schedule".to_owned(),
        late_from,
    };
    world.app.jobs.ask(job(Some(now)), now).await.expect("a job");
    let ready = world.visitor().get("/readyz").await;
    assert!(ready.status == 503 && ready.body.contains("late by an interval"), "{}", ready.body);
    let mut watcher = watcher(&world);
    watcher.check(&world.app).await.expect("a check");
    let told = got(&chat, 200).await;
    assert!(told.len() == 1 && told[0].contains("`server.jobs_at_once`, which is 8"), "{told:?}");
    // Once it has a slot, that is over.
    world.work().await;
    assert_eq!(world.visitor().get("/readyz").await.status, 200);
    watcher.check(&world.app).await.expect("a check");
    let told = got(&chat, 200).await;
    assert!(told.len() == 1 && told[0].contains("this is over"), "{told:?}");
}

#[tokio::test]
async fn an_account_that_is_left_out_is_told_of() {
    let (chat, config) = chat().await;
    let world = World::with(config.clone()).await;
    answers(&chat, 200).await;
    let restarted = |left_out: BTreeMap<String, LeftOut>| {
        let account = account(&world.platform, &world.latchel, Readers::default());
        let (books, clock) = (
            (world.ledger.clone() as _, world.ledger.clone() as _, None),
            Clock::starting_at(world.app.clock.now()),
        );
        let served = Served { left_out, ..Served::all([account]) };
        App::serving(config.clone(), (served, None), books, clock, "test/1".to_owned())
    };
    let problem = "latchel-sync.toml:9:1: time_zone: \"Mars/Olympus\" is not a time zone".to_owned();
    let app = restarted(BTreeMap::from([("elsewhere".to_owned(), LeftOut::wrong(problem))]));
    watcher(&world).check(&app).await.expect("a check");
    let told = got(&chat, 200).await;
    assert!(told.len() == 1 && told[0].starts_with("elsewhere: It is not synced"), "{told:?}");
    assert!(told[0].contains("Mars/Olympus"), "{told:?}");
    // Said once, also by the next process; and over once it is among those that are synced, or nowhere.
    watcher(&world).check(&app).await.expect("a check");
    watcher(&world).check(&restarted(BTreeMap::new())).await.expect("a check");
    assert_eq!(got(&chat, 200).await, Vec::<String>::new());
    assert_eq!(app.desk.alerts().await.expect("alerts"), []);
}

#[tokio::test]
async fn nothing_of_an_account_that_is_left_out_is_over_and_another_mistake_is_told() {
    let (chat, config) = chat().await;
    let world = World::with(config.clone()).await;
    answers(&chat, 200).await;
    runs(&world, 3, Some(ErrorKind::Unauthorized)).await;
    watcher(&world).check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 200).await.len(), 2, "the runs failed, and why");
    let without = |problem: &str| {
        let left_out = BTreeMap::from([(ACCOUNT.to_owned(), LeftOut::wrong(problem))]);
        let (books, clock) = (
            (world.ledger.clone() as _, world.ledger.clone() as _, None),
            Clock::starting_at(world.app.clock.now()),
        );
        let served = Served { left_out, ..Served::default() };
        App::serving(config.clone(), (served, None), books, clock, "test/1".to_owned())
    };
    for (problem, expected) in [("a wrong zone", 1), ("a wrong zone", 0), ("a variable that is not set", 1)] {
        watcher(&world).check(&without(problem)).await.expect("a check");
        let told = got(&chat, 200).await;
        assert!(
            told.len() == expected && told.iter().all(|text| text.contains(problem)),
            "{problem}: {told:?}"
        );
    }
}
