//! Work orders that name no unit (rule WP3).

use latchel_sync_core::in_memory::PlatformWorld;
use latchel_sync_core::model::*;

use tests::simulation::pair::{Pair, property, stamped, unit, work_order, world};

/// A world in which the work order of property 12 names no unit, and that property has these.
fn with_units(units: &[&str]) -> PlatformWorld {
    let mut world = world();
    world.properties.retain(|id, _| id.property.as_str() != "12");
    for id in units.iter().map(|name| unit("12", Some(name))) {
        world.properties.insert(id.clone(), Row::Record(property(&id)));
    }
    let unplaced = WorkOrder { property: unit("12", None), ..work_order(&unit("12", None)) };
    world.work_orders.insert(unplaced.id.clone(), Row::Record(unplaced));
    world
}

fn key() -> RecordKey {
    RecordKey::platform(Kind::WorkOrder, "W12")
}

#[tokio::test]
async fn one_at_a_property_with_exactly_one_unit_is_at_that_unit() {
    let pair = Pair::new(with_units(&["34"])).await;
    assert_eq!(pair.sync().await.reason(&key()), Reason::WorkOrderImported);
    let at = pair.latchel.edit(|world| {
        let job = world.jobs.values().find(|job| job.work_order == Some(WorkOrderId::new("W12")));
        let property = job.and_then(|job| job.property).expect("it is at one");
        world.properties[&property].reference.clone()
    });
    assert_eq!(at, Some(unit("12", Some("34"))));
}

#[tokio::test]
async fn one_at_a_property_with_several_waits_for_its_unit_and_arrives_with_it() {
    let mut pair = Pair::new(with_units(&["34", "35"])).await;
    let done = pair.sync().await;
    assert_eq!(done.reason(&key()), Reason::NoPropertyMatch);
    let outcome = done.outcomes.iter().find(|one| one.key == key()).expect("its outcome");
    assert!(outcome.detail.as_ref().is_some_and(|detail| detail.contains("names no unit")), "{outcome:?}");

    pair.advance(chrono::TimeDelta::days(9));
    pair.platform.edit(|world| {
        world.change_work_order(&WorkOrderId::new("W12"), |one| one.property = unit("12", Some("35")));
    });
    assert_eq!(pair.sync().await.reason(&key()), Reason::WorkOrderImported);
}

#[tokio::test]
async fn one_whose_only_unit_is_not_in_latchel_yet_waits_for_that_unit() {
    let mut pair = Pair::new(with_units(&["34"])).await;
    let incomplete = |pair: &Pair, state: Option<&str>| {
        pair.platform.edit(|world| {
            let now = world.now;
            let Some(Row::Record(one)) = world.properties.get_mut(&unit("12", Some("34"))) else { panic!() };
            one.address.state = state.map(str::to_owned);
            one.freshness = stamped(now);
        });
    };
    incomplete(&pair, None);
    let done = pair.sync().await;
    assert_eq!(done.reason(&key()), Reason::NoPropertyMatch);
    let outcome = done.outcomes.iter().find(|one| one.key == key()).expect("its outcome");
    assert_eq!(outcome.waits_for, Some(unit("12", Some("34"))));

    pair.advance(chrono::TimeDelta::days(9));
    incomplete(&pair, Some("ID"));
    assert_eq!(pair.sync().await.reason(&key()), Reason::WorkOrderImported);
}
