//! Rule A2, afterwards: records that were taken over carry another program's references, some of which are ids of other records here.

use chrono::TimeDelta;
use latchel_sync_core::Ledger;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::model::*;
use tests::simulation::pair::{Pair, job, resident, unit, work_order, world};

use super::super::adoption::{make_foreign, of_property};
use super::{adopt, filled};

/// An account that was taken over, on whose platform there is now a property whose id another program's reference is, with a
/// resident and a work order of which the same is true.
async fn taken_over() -> Pair {
    let mut pair = filled().await;
    for _ in 0..2 {
        adopt(&pair, None).await;
    }
    pair.advance(TimeDelta::minutes(15));
    let place = unit("F13", None);
    pair.add_property(&place);
    pair.platform.edit(|far| {
        let reference = ResidentRef::new(ResidentId::new("FR13"), place.property.clone());
        let person = Resident { id: reference, name: "Ben Brandt".to_owned(), ..resident(&place) };
        far.residents.insert(person.id.clone(), Row::Record(person));
        let order = WorkOrder {
            id: WorkOrderId::new("FW12"),
            number: "N99".to_owned(),
            requested_by: Some(ResidentId::new("FR13")),
            ..work_order(&place)
        };
        far.work_orders.insert(order.id.clone(), Row::Record(order));
    });
    pair
}

/// Latchel's property that is linked with this one.
async fn linked(pair: &Pair, place: &PropertyRef) -> LatchelPropertyId {
    let keys = [of_property(place)];
    let memory = pair.ledger.recall("main", &keys).await.expect("recalled").pop().expect("one");
    LatchelPropertyId(memory.link.expect("it is linked").latchel_id)
}

/// Somebody who lives at this property in Latchel reports something.
fn report(pair: &Pair, place: LatchelPropertyId, person: &ResidentRef, name: &str) -> JobId {
    pair.latchel.edit(|far| {
        let id = JobId(far.jobs.keys().last().map_or(300, |last| last.0 + 1));
        let lives = |one: &&LatchelResident| one.reference.as_ref() == Some(person);
        let resident = far.residents.values().find(lives).map(|one| one.id);
        assert!(resident.is_some(), "{person}");
        let one = Job { name: name.to_owned(), resident, ..job(id, Some(place), far.now) };
        far.jobs.insert(id, one);
        id
    })
}

/// A run of work orders alone creates nothing for this one.
async fn is_held_back(pair: &Pair, reported: JobId) {
    let run = Request::everything(Mode::Apply, pair.now);
    let phases = vec![Phase::WorkOrdersToPlatform];
    let done = pair.request(&Request { phases, ..run }).await;
    let key = RecordKey::latchel(Kind::WorkOrder, reported);
    assert_eq!(done.reason(&key), Reason::HeldForAdoption, "{:?}", done.outcomes);
    assert_eq!(pair.made_from(reported).len(), 0);
}

fn foreign(resident: &str, property: &str) -> ResidentRef {
    ResidentRef::new(ResidentId::new(resident), PropertyId::new(property))
}

#[tokio::test]
async fn what_is_reported_goes_to_the_linked_property_and_names_the_linked_resident() {
    let pair = taken_over().await;
    let (own, other) = (unit("13", None), unit("F13", None));
    let at = linked(&pair, &own).await;
    let reported = report(&pair, at, &foreign("FR13", "F13"), "Fence");
    pair.sync().await;
    let made = pair.made_from(reported);
    let [made] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!((&made.property, made.requested_by.as_ref().map(ResidentId::as_str)), (&own, Some("R13")));
    assert_ne!(linked(&pair, &other).await, at);
}

#[tokio::test]
async fn what_has_another_programs_reference_as_its_id_arrives_for_itself() {
    let mut pair = taken_over().await;
    let other = unit("F13", None);
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_property(&other)), Reason::PropertyNew, "{:?}", done.outcomes);
    let person = RecordKey::platform(Kind::Resident, foreign("FR13", "F13"));
    assert_eq!(done.reason(&person), Reason::ResidentNew, "{:?}", done.outcomes);
    let order = RecordKey::platform(Kind::WorkOrder, "FW12");
    assert_eq!(done.reason(&order), Reason::WorkOrderImported, "{:?}", done.outcomes);
    let at = linked(&pair, &other).await;
    let imported = pair.latchel.edit(|far| {
        let own = |one: &&Job| one.number.as_deref() == Some("N99");
        far.jobs.values().find(own).cloned()
    });
    let imported = imported.expect("it was imported");
    assert_eq!(imported.property, Some(at));
    let lives = pair.latchel.edit(|far| far.residents[&imported.resident.expect("a resident")].clone());
    assert_eq!(lives.name, "Ben Brandt");
    // Nothing of it is done twice.
    pair.advance(TimeDelta::minutes(15));
    pair.journal.take();
    pair.sync().await;
    assert_eq!(pair.journal.take_writes(), []);
}

/// Latchel has a property that the platform never had, and on which nothing was decided.
#[tokio::test]
async fn a_reference_of_what_was_left_over_says_nothing_either() {
    let pair = taken_over().await;
    let left_over = LatchelPropertyId(150);
    pair.latchel.edit(|far| {
        let mut one = far.properties[&LatchelPropertyId(101)].clone();
        (one.id, one.reference) = (left_over, Some(unit("F13", None)));
        one.source_address.line1 = Some("9 Vanished Road".to_owned());
        far.properties.insert(one.id, one);
    });
    let reported = pair.latchel.edit(|far| {
        let one = job(JobId(900), Some(left_over), far.now);
        far.jobs.insert(one.id, one.clone());
        one.id
    });
    is_held_back(&pair, reported).await;
}

#[tokio::test]
async fn a_check_warns_of_another_programs_references_until_they_are_taken_over() {
    let pair = filled().await;
    let warned = async || {
        let found = pair.engine.check(pair.now).await;
        found.iter().any(|one| one.subject == "Latchel: references")
    };
    assert!(warned().await);
    adopt(&pair, None).await;
    assert!(!warned().await);
}

#[tokio::test]
async fn where_most_references_are_another_programs_none_says_where_to_create() {
    let mut pair = Pair::with(world(), Policy::new(SyncMethod::All), |platform| platform).await;
    pair.add_property(&unit("15", None));
    pair.sync().await;
    make_foreign(&pair);
    pair.lose_ledger().await;
    pair.advance(TimeDelta::hours(1));
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    pair.add_property(&unit("F13", None));
    let at = pair.latchel.edit(|far| {
        let refers = |one: &&LatchelProperty| one.reference == Some(unit("F13", None));
        far.properties.values().find(refers).map(|one| one.id)
    });
    let reported = report(&pair, at.expect("the other program's"), &foreign("FR13", "F13"), "Fence");
    is_held_back(&pair, reported).await;
}
