//! Rule G1: a run that would set too much inactive stops instead.

use chrono::TimeDelta;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::in_memory::{Intercept, PlatformWorld};
use latchel_sync_core::ledger::{NewRun, RunStatus, Trigger};
use latchel_sync_core::model::*;
use latchel_sync_core::{Ledger, LedgerAdmin};

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
        (5, 4, false),
        (5, 5, true),
        (2, 2, false),
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

#[tokio::test]
async fn the_share_is_of_what_is_active_and_not_of_all_that_ever_was() {
    let mut pair = of(60).await;
    hide(&pair, 11);
    for hidden in [22, 31] {
        assert!(!stopped(&pair.sync().await));
        pair.advance(TimeDelta::days(5));
        // The ones that are hidden already are looked at once more.
        hide(&pair, hidden);
        let done = allowed(&pair).await;
        assert_eq!(done.run.status, RunStatus::Success);
        pair.advance(TimeDelta::hours(1));
        pair.sync().await;
    }
    assert_eq!(active(&pair).0, 29);
    hide(&pair, 42);
    assert!(stopped(&pair.sync().await), "11 of 29 are too many, though 11 of 60 would not be");
}

/// A large account in which so many properties are no longer active.
async fn large(properties: usize, hidden: usize) -> Pair {
    let hidden: Vec<_> = (0..hidden).map(|number| unit(&format!("{number:05}"), None)).collect();
    let gone = |id: &PropertyRef| Property { is_active: false, ..property(id) };
    let world = PlatformWorld {
        now: noon(),
        properties: hidden.iter().map(|id| (id.clone(), Row::Record(gone(id)))).collect(),
        users: tests::simulation::pair::world().users,
        ..PlatformWorld::default()
    };
    let pair = Pair::new(world).await;
    let run = NewRun {
        id: RunId(uuid::Uuid::now_v7()),
        account: "main".to_owned(),
        now: pair.now,
        day: None,
        trigger: Trigger::Manual,
        holder: "the test".to_owned(),
        phases: vec![Phase::Properties],
    };
    let lease = pair.ledger.begin_run(&run).await.expect("a lease");
    let link = |number: usize| Link {
        kind: Kind::Property,
        platform_id: format!("{number:05}"),
        latchel_id: number as i64 + 1,
        origin: Origin::Found,
        run: run.id,
        created_at: pair.now,
        verified_at: None,
        platform_number: None,
        latchel_number: None,
        number_written_at: None,
        close: None,
        resident: None,
        sent_for: None,
        not_stored: Vec::new(),
    };
    pair.latchel.edit(|world| {
        for (number, id) in hidden.iter().enumerate() {
            let id_there = LatchelPropertyId(number as i64 + 1);
            world.properties.insert(id_there, latchel_property(id_there, id));
        }
    });
    for number in 0..properties {
        pair.ledger.put_link(&lease, &link(number)).await.expect("a link");
    }
    pair
}

#[tokio::test]
async fn of_a_large_account_every_deactivation_counts_and_not_only_those_that_are_kept() {
    // Of 10,020 records 2,000 are less than a fifth, and 2,010 are more.
    let pair = large(10_020, 2_010).await;
    let request = Request { phases: vec![Phase::Properties], ..Request::everything(Mode::Apply, pair.now) };
    let done = pair.request(&request).await;
    assert!(stopped(&done), "{:?}", done.run.phases);
    assert_eq!(active(&pair).0, 2_010);
    let held = done.outcomes.iter().filter(|one| one.reason == Reason::MassChangeHeld).count();
    assert_eq!(held, 2_010, "each has its outcome");
}

#[tokio::test]
async fn however_many_are_within_the_share_one_run_does_them_all() {
    // 2,450 of 12,400 are less than a fifth, and more than are kept.
    let pair = large(12_400, 2_450).await;
    // One changes back, and one is removed, before the run gets to them again.
    let platform = pair.platform.clone();
    let mut writes = 0;
    pair.journal.decide(move |call| {
        writes += u32::from(call.writes());
        if writes == 1 && call.writes() {
            platform.edit(|world| {
                let Some(Row::Record(one)) = world.properties.get_mut(&unit("02400", None)) else { panic!() };
                one.is_active = true;
                world.properties.remove(&unit("02401", None));
            });
        }
        Intercept::Proceed
    });
    let request = Request { phases: vec![Phase::Properties], ..Request::everything(Mode::Apply, pair.now) };
    let counted = |done: &Done, reason| done.run.phases[0].counts.get(&reason).copied().unwrap_or_default();
    let done = pair.request(&request).await;
    assert_eq!(done.run.status, RunStatus::Success, "{:?}", done.run.phases);
    assert_eq!(counted(&done, Reason::PropertyDeactivated), 2_448);
    assert_eq!(
        (counted(&done, Reason::MassChangeHeld), counted(&done, Reason::PropertyGoneFromSource)),
        (0, 1)
    );
    assert_eq!(active(&pair).0, 2, "the one that changed back, and the one that was removed");
    let of_both = ["02400", "02401"].map(|id| done.reason(&RecordKey::platform(Kind::Property, id)));
    assert_eq!(of_both[1], Reason::PropertyGoneFromSource);
    assert_ne!(of_both[0], Reason::PropertyDeactivated);
    assert_eq!(done.outcomes.len(), 2_450, "each has one outcome");
}

fn latchel_property(id: LatchelPropertyId, reference: &PropertyRef) -> LatchelProperty {
    LatchelProperty {
        id,
        portfolio: None,
        reference: Some(reference.clone()),
        name: String::new(),
        source_address: Address::default(),
        integration_data: None,
        is_active: true,
        sync_method: None,
    }
}

#[tokio::test]
async fn either_side_that_has_nothing_any_more_stops_every_phase_and_ends_nothing_that_is_pending() {
    for phase in Phase::ALL {
        let mut world = tests::simulation::pair::world();
        let orphan = tests::simulation::pair::work_order(&unit("99", None));
        world.work_orders.insert(orphan.id.clone(), Row::Record(orphan));
        let mut pair = Pair::new(world).await;
        pair.sync().await;
        let waiting = pair.ledger.all_pending("main").await.expect("pending").len();
        assert_eq!(waiting, 1);
        pair.let_it_age().await;
        pair.platform.edit(|world| {
            world.properties.clear();
            world.residents.clear();
            world.work_orders.clear();
        });
        pair.latchel.edit(|world| {
            world.properties.clear();
            world.jobs.clear();
        });
        let request = Request { phases: vec![phase], ..Request::everything(Mode::Apply, pair.now) };
        assert!(stopped(&pair.request(&request).await), "{phase}");
        assert_eq!(pair.ledger.all_pending("main").await.expect("pending").len(), waiting);
    }
}
