//! Rule G1: a run that would set too much inactive stops instead.

use chrono::TimeDelta;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::memory::PlatformWorld;
use latchel_sync_core::model::*;
use latchel_sync_core::rules::Reason;

use tests::simulation::pair::{Done, Pair, noon, property, resident, stamped, unit};

/// A pair that knows so many properties, each with a resident.
async fn of(properties: usize) -> Pair {
    let units: Vec<_> = (0..properties).map(|number| unit(&format!("{number:03}"), None)).collect();
    let world = PlatformWorld {
        now: noon(),
        properties: units.iter().map(|id| (id.clone(), Row::Record(property(id)))).collect(),
        residents: units.iter().map(resident).map(|one| (one.id.clone(), Row::Record(one))).collect(),
        users: tests::simulation::pair::world().users,
        ..PlatformWorld::default()
    };
    let mut pair = Pair::new(world).await;
    assert_eq!(pair.sync().await.run.status, RunStatus::Success);
    pair.advance(TimeDelta::minutes(15));
    pair
}

fn hide(pair: &Pair, number: usize) {
    pair.platform.edit(|world| {
        let now = world.now;
        for row in world.properties.values_mut().take(number) {
            let Row::Record(one) = row else { continue };
            one.is_active = false;
            one.freshness = stamped(now);
        }
    });
}

fn active(pair: &Pair) -> (usize, usize) {
    pair.latchel.edit(|world| {
        let properties = world.properties.values().filter(|one| one.is_active).count();
        (properties, world.residents.values().filter(|one| one.is_active).count())
    })
}

fn stopped(done: &Done) -> bool {
    done.run
        .phases
        .iter()
        .any(|phase| phase.error.as_ref().is_some_and(|one| one.contains("--allow-mass-change")))
}

async fn allowed(pair: &Pair) -> Done {
    let request = Request { allow_mass_change: true, ..Request::everything(Mode::Apply, pair.now) };
    pair.request(&request).await
}

#[tokio::test]
async fn both_the_share_and_the_number_must_be_passed() {
    for (properties, hidden, stops) in [
        (50, 10, false),
        (50, 11, true),
        (49, 10, true),
        (12, 9, false),
        (12, 10, true),
        (5, 5, false),
        (100, 20, false),
    ] {
        let pair = of(properties).await;
        hide(&pair, hidden);
        let done = pair.sync().await;
        assert_eq!(stopped(&done), stops, "{hidden} of {properties}");
        assert_eq!(active(&pair).0, if stops { properties } else { properties - hidden });
    }
}

#[tokio::test]
async fn too_many_are_held_back_and_a_person_lets_them_go() {
    let mut pair = of(30).await;
    hide(&pair, 20);
    let planned = pair.run(Mode::Plan).await;
    assert!(stopped(&planned), "the plan says so");
    let done = pair.sync().await;
    assert_eq!(done.reason(&RecordKey::platform(Kind::Property, "000")), Reason::MassChangeHeld);
    assert_eq!(done.run.phases.len(), 1, "the run ends there");
    assert_eq!(done.run.status, RunStatus::Partial);
    pair.let_it_age().await;
    let still = pair.sync().await;
    assert!(stopped(&still), "they stay pending after they left the window");
    assert_eq!(active(&pair), (30, 30));
    let let_go = allowed(&pair).await;
    assert_eq!(let_go.reason(&RecordKey::platform(Kind::Property, "000")), Reason::PropertyDeactivated);
    assert_eq!(active(&pair).0, 10);
    assert_eq!(pair.sync().await.run.status, RunStatus::Success);
}

#[tokio::test]
async fn what_is_changed_back_on_the_platform_is_no_longer_held() {
    let pair = of(30).await;
    hide(&pair, 20);
    pair.sync().await;
    pair.platform.edit(|world| {
        for row in world.properties.values_mut() {
            let Row::Record(one) = row else { continue };
            one.is_active = true;
        }
    });
    let done = pair.sync().await;
    assert_eq!(done.run.status, RunStatus::Success);
    assert_eq!(active(&pair), (30, 30));
}

#[tokio::test]
async fn residents_who_move_out_all_at_once_are_held_too() {
    let pair = of(30).await;
    pair.platform.edit(|world| {
        let now = world.now;
        for row in world.residents.values_mut() {
            let Row::Record(one) = row else { continue };
            one.tenancies[0].move_out = "2026-02-01".parse().ok();
            one.freshness = stamped(now);
        }
    });
    assert!(stopped(&pair.sync().await));
    assert_eq!(active(&pair), (30, 30));
    allowed(&pair).await;
    assert_eq!(active(&pair), (30, 0));
}

#[tokio::test]
async fn a_clock_that_jumps_does_not_move_everybody_out() {
    let mut pair = of(30).await;
    pair.platform.edit(|world| {
        let now = world.now;
        for row in world.residents.values_mut() {
            let Row::Record(one) = row else { continue };
            one.tenancies[0].move_out = "2027-02-01".parse().ok();
            one.freshness = stamped(now);
        }
    });
    pair.sync().await;
    pair.advance(TimeDelta::days(400));
    pair.journal.take();
    assert!(stopped(&pair.sync().await));
    assert_eq!(pair.journal.take_writes(), []);
    assert_eq!(active(&pair), (30, 30));
}

#[tokio::test]
async fn a_platform_that_has_nothing_any_more_stops_the_run() {
    let mut pair = of(3).await;
    pair.advance(TimeDelta::days(10));
    let quiet = pair.sync().await;
    assert_eq!(quiet.run.status, RunStatus::Success, "nothing changed is no reason to stop");
    pair.platform.edit(|world| {
        world.properties.clear();
        world.residents.clear();
    });
    pair.advance(TimeDelta::days(10));
    let done = pair.sync().await;
    assert!(stopped(&done), "{:?}", done.run.phases);
    assert!(!stopped(&allowed(&pair).await));
}
