//! A Latchel that can only list, behind its mirror.

mod stale;
mod told;
mod unread;
mod walks;

use std::sync::Arc;

use chrono::TimeDelta;
use latchel_sync_core::model::*;
use tests::simulation::only_lists::OnlyLists;
use tests::simulation::pair::{Pair, unit, world};

/// Calls of ten minutes with which every list is read in one run.
const PLENTY: u32 = 600;

fn unguarded() -> Policy {
    Policy { adoption: AdoptionPolicy { guard: AdoptionGuard::Off }, ..Policy::new(SyncMethod::All) }
}

/// A pair in step, whose process begins anew with a mirror that has nothing yet; Latchel has three properties beside.
async fn in_step(calls: u32) -> (Pair, Arc<OnlyLists>) {
    let mut pair = Pair::with(world(), unguarded(), |platform| platform).await;
    pair.sync().await;
    pair.advance(TimeDelta::hours(1));
    for (id, reference) in [(150, None), (151, None), (152, Some(unit("20", None)))] {
        put(&pair, id, reference);
    }
    let source = pair.only_list(calls);
    pair.journal.take();
    (pair, source)
}

/// Somebody puts a property into Latchel.
fn put(pair: &Pair, id: i64, reference: Option<PropertyRef>) {
    pair.latchel.edit(|world| {
        let one = world.properties.values().next().cloned().expect("a property");
        let id = LatchelPropertyId(id);
        world.properties.insert(id, LatchelProperty { id, reference, ..one });
    });
}

/// The ids of Latchel's properties with a reference.
fn carriers(pair: &Pair, reference: &PropertyRef) -> Vec<i64> {
    pair.latchel.edit(|world| {
        let carries = |one: &&LatchelProperty| one.reference.as_ref() == Some(reference);
        world.properties.values().filter(carries).map(|one| one.id.0).collect()
    })
}

/// Changes one of the platform's properties.
fn rename(pair: &Pair, id: &PropertyRef, name: &str) {
    pair.add_property(id);
    pair.platform.edit(|world| {
        let Some(Row::Record(one)) = world.properties.get_mut(id) else { panic!("it is there") };
        one.property_name = name.to_owned();
    });
}

fn key(id: &PropertyRef) -> RecordKey {
    RecordKey::platform(Kind::Property, id)
}
