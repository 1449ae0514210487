//! Two runs of one account, and a run that was frozen for too long.

use std::sync::Arc;

use chrono::TimeDelta;
use latchel_sync_core::engine::{AccountSettings, Engine, Mode, Quiet, Request};
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::{NewRun, RunStatus, Trigger};
use latchel_sync_core::model::{Phase, RunId, *};
use latchel_sync_core::{ErrorKind, Ledger};
use latchel_sync_ledger::SqliteLedger;

use tests::simulation::pair::{Pair, world};

fn engine(pair: &Pair, ledger: SqliteLedger) -> Engine {
    let time_zone = chrono_tz::America::Los_Angeles;
    let account =
        AccountSettings { name: "main".to_owned(), time_zone, policy: Policy::new(SyncMethod::All) };
    Engine::new(account, pair.platform.clone(), pair.latchel.clone(), Arc::new(ledger))
}

fn new_run(pair: &Pair, holder: &str, phases: &[Phase]) -> NewRun {
    NewRun {
        id: RunId(uuid::Uuid::now_v7()),
        account: "main".to_owned(),
        now: pair.now,
        day: None,
        trigger: Trigger::Manual,
        holder: holder.to_owned(),
        phases: phases.to_vec(),
    }
}

#[tokio::test]
async fn a_second_run_says_who_holds_the_account() {
    let pair = Pair::new(world()).await;
    let ledger = SqliteLedger::in_memory().await.expect("a ledger");
    let first =
        Request { holder: "the night shift".to_owned(), ..Request::everything(Mode::Apply, pair.now) };
    let held =
        ledger.begin_run(&new_run(&pair, "the night shift", &[Phase::Properties])).await.expect("a lease");
    let busy = engine(&pair, ledger.clone()).run(&first, &Quiet).await.expect_err("held");
    assert_eq!(busy.kind(), ErrorKind::Busy);
    assert!(busy.to_string().contains("the night shift"), "{busy}");
    let mut other = first.clone();
    other.phases = vec![Phase::WorkOrdersToLatchel];
    engine(&pair, ledger.clone()).run(&other, &Quiet).await.expect("another phase is free");
    ledger.renew_lease(&held).await.expect("still held");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_frozen_and_lost_its_lease_writes_nothing_any_more() {
    let pair = Pair::new(world()).await;
    // One create alone: the thief reaches the ledger through the same connection.
    pair.platform.edit(|world| {
        let one = world.properties.pop_first().expect("a property");
        world.properties = [one].into();
    });
    let ledger = SqliteLedger::in_memory().await.expect("a ledger").with_lease(TimeDelta::zero());
    let (frozen, was_frozen) = std::sync::mpsc::channel();
    let (thaw, thawed) = std::sync::mpsc::channel();
    let mut first = true;
    pair.journal.decide(move |call| {
        if call.writes() && std::mem::take(&mut first) {
            frozen.send(()).expect("the test waits");
            tokio::task::block_in_place(|| thawed.recv().expect("the test goes on"));
        }
        Intercept::Proceed
    });
    let (slow, now) = (engine(&pair, ledger.clone()), pair.now);
    let run = tokio::spawn(async move { slow.run(&Request::everything(Mode::Apply, now), &Quiet).await });
    tokio::task::spawn_blocking(move || was_frozen.recv().expect("it gets to its first write"))
        .await
        .expect("it");

    let thief =
        ledger.begin_run(&new_run(&pair, "another worker", &Phase::ALL)).await.expect("its lease has ended");
    thaw.send(()).expect("it is there");
    let run = run.await.expect("no panic").expect("a run");
    assert_eq!(pair.journal.take_writes().len(), 1, "the one that was under way, and none after it");
    assert_ne!(run.status, RunStatus::Success);
    ledger.renew_lease(&thief).await.expect("the other one goes on");

    engine(&pair, ledger).run(&Request::everything(Mode::Apply, now), &Quiet).await.expect("a run");
    assert_eq!(pair.latchel.edit(|world| world.properties.len()), 1, "what was under way is found again");
}
