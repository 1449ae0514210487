//! Pages that are read before their turn.

use std::sync::Arc;

use chrono::TimeDelta;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::model::*;

use tests::simulation::pair::{Pair, unit, work_order, world};

#[tokio::test]
async fn what_was_read_before_a_page_changed_something_is_read_again() {
    let mut pair = Pair::new(world()).await;
    let late = unit("21", None);
    pair.add_property(&late);
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    // The first page has a new property, and while that is created somebody switches off one of the second page.
    pair.add_property(&unit("11", None));
    let (latchel, switched) = (Arc::clone(&pair.latchel), late.clone());
    pair.journal.decide(move |call| {
        if call.method == "create_property" {
            latchel.edit(|world| {
                let of_it =
                    world.properties.values_mut().find(|one| one.reference.as_ref() == Some(&switched));
                of_it.expect("it is linked").is_active = false;
            });
        }
        Intercept::Proceed
    });
    let key = RecordKey::platform(Kind::Property, &late);
    assert_eq!(pair.sync().await.reason(&key), Reason::PropertyInactiveInLatchel);
}

#[tokio::test]
async fn what_was_listed_whole_and_is_hinted_at_on_a_later_page_costs_no_look_up() {
    let mut world = world();
    let known: Vec<WorkOrderId> = world.work_orders.keys().cloned().collect();
    let print = |id: &WorkOrderId| (id.clone(), Fingerprint::of(&serde_json::json!(id.as_str())));
    world.hinted_again = known.iter().map(print).collect();
    // One that only the hints name.
    let late = WorkOrder {
        id: WorkOrderId::new("W90"),
        number: "N90".to_owned(),
        ..work_order(&unit("12", Some("34")))
    };
    world.hinted.extend([print(&late.id)]);
    world.work_orders.insert(late.id.clone(), Row::Record(late.clone()));

    let pair = Pair::new(world).await;
    let done = pair.sync().await;
    let calls = pair.journal.take();
    let looked_up: Vec<_> =
        calls.iter().filter(|call| call.method == "work_orders_by_id").map(|call| call.on.clone()).collect();
    assert_eq!(looked_up, [late.id.to_string()], "{:?}", done.outcomes);
    for id in known.iter().chain([&late.id]) {
        assert_eq!(done.reason(&RecordKey::platform(Kind::WorkOrder, id)), Reason::WorkOrderImported);
    }
}
