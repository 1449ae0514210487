//! Stories by seed: some of them hold, each is the same every time, and a plan says what the sync then does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use latchel_sync_core::engine::Mode;
use latchel_sync_core::ledger::Outcome;
use latchel_sync_core::model::*;
use tests::simulation::log::Log;
use tests::simulation::pair::{Pair, stamped, world};
use tests::simulation::story::tell;

#[tokio::test(start_paused = true)]
async fn stories_hold() {
    for seed in 1_000_000..1_000_020 {
        tell(seed, Arc::new(Log::Silent)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_seed_tells_the_same_story_every_time() {
    for seed in [1, 2, 3] {
        let (first, second) = (lines(seed).await, lines(seed).await);
        assert!(first.len() > 100, "{seed}");
        assert_eq!(first, second, "{seed}");
    }
}

async fn lines(seed: u64) -> Vec<String> {
    let log = Arc::new(Log::Kept(Mutex::default()));
    tell(seed, Arc::clone(&log)).await;
    match &*log {
        Log::Kept(lines) => std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner)),
        Log::Silent | Log::Aloud => Vec::new(),
    }
}

#[tokio::test]
async fn a_plan_says_what_the_sync_then_does_and_writes_nothing() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    pair.platform.edit(|world| {
        let now = world.now;
        let Some(Row::Record(property)) = world.properties.values_mut().next() else { panic!() };
        (property.is_active, property.freshness) = (false, stamped(now));
        let Some(Row::Record(resident)) = world.residents.values_mut().last() else { panic!() };
        resident.tenancies[0].move_out = "2026-03-07".parse().ok();
        resident.freshness = stamped(now);
    });
    pair.add_job("Completed");
    pair.add_job("Forwarded to PM");
    pair.advance(TimeDelta::minutes(15));
    pair.journal.take();
    let told = |outcomes: Vec<Outcome>| -> BTreeMap<RecordKey, (Reason, &'static str)> {
        outcomes.into_iter().map(|one| (one.key, (one.reason, one.action.as_str()))).collect()
    };
    let planned = told(pair.run(Mode::Plan).await.outcomes);
    assert_eq!(pair.journal.take_writes(), []);
    assert_eq!(planned, told(pair.sync().await.outcomes));
}
