//! Platforms whose tenancies have no move-in or no move-out dates (rules R2, R6).

use latchel_sync_core::model::*;
use latchel_sync_core::{Capabilities, Platform};

use chrono::{NaiveDate, TimeDelta};
use tests::simulation::pair::{Pair, world};

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().expect("a day"))
}

/// A pair over a platform that tells no dates, able to tell them or not, in which somebody has entered dates in Latchel after
/// the first sync.
async fn pair(move_in: bool, move_out: bool) -> (Pair, RecordKey) {
    let mut world = world();
    let mut key = None;
    for row in world.residents.values_mut() {
        let Row::Record(one) = row else { continue };
        one.tenancies.iter_mut().for_each(|stay| (stay.move_in, stay.move_out) = (None, None));
        key = Some(RecordKey::platform(Kind::Resident, &one.id));
    }
    let able = |platform: latchel_sync_core::in_memory::MemoryPlatform| {
        let capabilities = Capabilities { move_in, move_out, ..platform.capabilities() };
        platform.with_capabilities(capabilities)
    };
    let mut pair = Pair::with(world, Policy::new(SyncMethod::All), able).await;
    pair.sync().await;
    pair.latchel.edit(|world| {
        for one in world.residents.values_mut() {
            (one.move_in, one.move_out) = (day("2025-01-01"), day("2026-04-01"));
        }
    });
    pair.advance(TimeDelta::minutes(15));
    (pair, key.expect("a resident"))
}

fn dates(pair: &Pair) -> Vec<(Option<NaiveDate>, Option<NaiveDate>, bool)> {
    let row = |one: &LatchelResident| (one.move_in, one.move_out, one.is_active);
    let mut all: Vec<_> = pair.latchel.edit(|world| world.residents.values().map(row).collect());
    all.dedup();
    all
}

#[tokio::test]
async fn dates_that_a_platform_has_no_notion_of_are_left_as_latchel_has_them() {
    let expected = [
        (true, true, (None, None, true), Some("move-in date (cleared), move-out date (cleared)")),
        (false, true, (day("2025-01-01"), None, true), Some("move-out date (cleared)")),
        (true, false, (None, day("2026-04-01"), true), Some("move-in date (cleared)")),
        (false, false, (day("2025-01-01"), day("2026-04-01"), true), None),
    ];
    for (move_in, move_out, kept, said) in expected {
        let (pair, key) = pair(move_in, move_out).await;
        let done = pair.sync().await;
        assert_eq!(dates(&pair), [kept], "{move_in} {move_out}");
        let reason = if said.is_some() { Reason::ResidentChanged } else { Reason::ResidentUnchanged };
        assert_eq!(done.reason(&key), reason);
        let outcome = done.outcomes.iter().find(|outcome| outcome.key == key).expect("it");
        assert_eq!(outcome.detail.as_deref(), said);
    }
}

#[tokio::test]
async fn a_move_out_that_only_latchel_knows_is_reached() {
    let (mut pair, key) = pair(false, false).await;
    pair.sync().await;
    pair.advance(TimeDelta::days(31));
    let done = pair.sync().await;
    assert_eq!(done.reason(&key), Reason::ResidentLapsed);
    assert_eq!(dates(&pair), [(day("2025-01-01"), day("2026-04-01"), false)]);
}
