//! When it is over.

use std::time::Duration;

use latchel_sync_core::engine::{Mode, Quiet, Request};
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::{Address, LatchelProperty, LatchelPropertyId, Phase};
use latchel_sync_core::{ErrorKind, LedgerAdmin};

use super::{answers, chat, got, runs, watcher};
use crate::world::{ACCOUNT, World, pass};

#[tokio::test]
async fn nothing_is_over_before_something_worked() {
    let (chat, config) = chat().await;
    let world = World::with(config).await;
    world.fill();
    let id = LatchelPropertyId(900);
    let only_there = LatchelProperty {
        id,
        portfolio: None,
        reference: None,
        name: "Only in Latchel".to_owned(),
        source_address: Address::default(),
        integration_data: None,
        is_active: true,
        sync_method: None,
    };
    world.latchel.edit(|latchel| latchel.properties.insert(id, only_there));
    answers(&chat, 200).await;
    let mut watcher = watcher(&world);
    runs(&world, 3, Some(ErrorKind::Unauthorized)).await;
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 200).await.len(), 2, "the runs failed, and why");
    // It is not even known whether the credentials are right; and what is only in Latchel was counted before the platform failed.
    world.journal.decide(|call| match call.method {
        "properties" => Intercept::Fail(ErrorKind::Unavailable),
        _ => Intercept::Proceed,
    });
    only_properties(&world).await;
    let run = world.ledger.runs(Some(ACCOUNT), 1).await.expect("runs").remove(0);
    assert_eq!(run.status, RunStatus::Partial, "something was counted: {run:?}");
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 200).await, Vec::<String>::new(), "nothing has worked yet");
    runs(&world, 1, None).await;
    watcher.check(&world.app).await.expect("a check");
    let told = got(&chat, 200).await;
    assert!(told.len() == 2 && told.iter().all(|text| text.contains("this is over")), "{told:?}");
}

/// A run of the properties alone, a minute later.
async fn only_properties(world: &World) {
    pass(Duration::from_secs(60)).await;
    let request = Request::everything(Mode::Apply, world.app.clock.now());
    let request = Request { phases: vec![Phase::Properties], ..request };
    world
        .app
        .accounts
        .get(ACCOUNT)
        .expect("an account")
        .engine(world.ledger.clone())
        .expect("its systems")
        .run(&request, &Quiet)
        .await
        .expect("a run");
}
