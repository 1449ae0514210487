//! Pages that are read before their turn.

use std::sync::Arc;

use chrono::TimeDelta;
use latchel_sync_core::memory::Fate;
use latchel_sync_core::model::*;
use latchel_sync_core::rules::Reason;

use tests::simulation::pair::{Pair, unit, world};

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
        Fate::Proceed
    });
    let key = RecordKey::platform(Kind::Property, &late);
    assert_eq!(pair.sync().await.reason(&key), Reason::PropertyInactiveInLatchel);
}
