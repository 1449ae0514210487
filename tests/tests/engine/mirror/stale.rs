//! Changes by people in Latchel that the mirror has not seen: a record is read afresh before anything is written.

use chrono::TimeDelta;
use latchel_sync_core::model::*;

use super::{PLENTY, carriers, in_step, key, put, rename};
use tests::simulation::pair::{Pair, resident, stamped, unit};

fn change_property(pair: &Pair, id: i64, change: impl FnOnce(&mut LatchelProperty)) {
    pair.latchel.edit(|world| change(world.properties.get_mut(&LatchelPropertyId(id)).expect("it is there")));
}

#[tokio::test]
async fn a_property_that_somebody_has_switched_off_is_not_changed() {
    let (mut pair, _) = in_step(PLENTY).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    let id = unit("13", None);
    change_property(&pair, 101, |one| one.is_active = false);
    rename(&pair, &id, "Oak");
    pair.journal.take();
    assert_eq!(pair.sync().await.reason(&key(&id)), Reason::PropertyInactiveInLatchel);
    assert_eq!(pair.journal.take_writes(), []);
}

#[tokio::test]
async fn a_property_that_somebody_has_switched_on_since_is_deactivated() {
    let (mut pair, _) = in_step(PLENTY).await;
    change_property(&pair, 101, |one| one.is_active = false);
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    change_property(&pair, 101, |one| one.is_active = true);
    let id = unit("13", None);
    rename(&pair, &id, "Oak");
    pair.platform.edit(|world| {
        let Some(Row::Record(one)) = world.properties.get_mut(&id) else { panic!("it is there") };
        one.is_active = false;
    });
    assert_eq!(pair.sync().await.reason(&key(&id)), Reason::PropertyDeactivated);
}

#[tokio::test]
async fn a_move_out_that_somebody_has_changed_in_latchel_is_not_taken_for_reached() {
    let (mut pair, _) = in_step(PLENTY).await;
    let last_day = "2026-03-09".parse().ok();
    pair.platform.edit(|world| {
        for row in world.residents.values_mut() {
            let Row::Record(one) = row else { continue };
            one.freshness = stamped(world.now);
            one.tenancies[0].move_out = last_day;
        }
    });
    // What the platform says of it has left the window when the day comes.
    for _ in 0..2 {
        pair.sync().await;
        pair.advance(TimeDelta::days(3));
    }
    pair.sync().await;
    pair.latchel.edit(|world| {
        let extended = world.residents.get_mut(&LatchelResidentId(201)).expect("they are there");
        extended.move_out = "2026-06-01".parse().ok();
    });
    pair.advance(TimeDelta::hours(18));
    let done = pair.sync().await;
    let reason = |id: &str| done.reason(&RecordKey::platform(Kind::Resident, id));
    // The platform is asked, and its date counts (rule R2).
    assert_eq!((reason("R12@12"), reason("R13@13")), (Reason::ResidentLapsed, Reason::ResidentChanged));
}

/// Somebody merges two properties in Latchel: the one that is linked with 13 refers to 40 from now on, and stands for both.
#[tokio::test]
async fn a_resident_of_a_merged_property_is_created_confirmed_and_changed() {
    let (mut pair, _) = in_step(PLENTY).await;
    let merged = unit("40", None);
    change_property(&pair, 101, |one| one.reference = Some(unit("40", None)));
    pair.add_property(&merged);
    let mut new = Resident { freshness: stamped(pair.now), ..resident(&merged) };
    let key = RecordKey::platform(Kind::Resident, &new.id);
    pair.platform.edit(|world| world.residents.insert(new.id.clone(), Row::Record(new.clone())));
    let done = pair.sync().await;
    assert_eq!(done.reason(&super::key(&merged)), Reason::PropertyPossibleDuplicate);
    assert_eq!(done.reason(&key), Reason::ResidentNew);

    pair.advance(TimeDelta::minutes(15));
    new.tenancies[0].move_in = "2025-07-01".parse().ok();
    new.freshness = stamped(pair.now);
    pair.platform.edit(|world| world.residents.insert(new.id.clone(), Row::Record(new.clone())));
    assert_eq!(pair.sync().await.reason(&key), Reason::ResidentChanged);
    let dates = pair.latchel.edit(|world| {
        let known = |one: &&LatchelResident| one.reference.as_ref() == Some(&new.id);
        world.residents.values().filter(known).map(|one| one.move_in).collect::<Vec<_>>()
    });
    assert_eq!(dates, [new.tenancies[0].move_in]);
    // Whoever lived there before is known as before.
    let before = RecordKey::platform(Kind::Resident, &resident(&unit("13", None)).id);
    pair.advance(TimeDelta::minutes(15));
    pair.platform.edit(|world| {
        let Some(Row::Record(one)) = world.residents.get_mut(&resident(&unit("13", None)).id) else {
            panic!("it is there")
        };
        one.freshness = stamped(world.now);
    });
    assert_eq!(pair.sync().await.reason(&before), Reason::ResidentUnchanged);
}

#[tokio::test]
async fn a_record_that_somebody_has_put_in_place_of_another_is_not_doubled() {
    let (mut pair, _) = in_step(PLENTY).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    let id = unit("13", None);
    pair.latchel.edit(|world| drop(world.properties.remove(&LatchelPropertyId(101))));
    put(&pair, 170, Some(id.clone()));
    rename(&pair, &id, "Oak");
    for _ in 0..3 {
        pair.sync().await;
        pair.advance(TimeDelta::hours(2));
    }
    assert_eq!(carriers(&pair, &id), [170]);
}
