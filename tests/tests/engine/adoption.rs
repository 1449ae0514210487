//! Rules A1, A3: a Latchel that another program has filled is not filled a second time.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::model::*;
use latchel_sync_core::{ErrorKind, LedgerAdmin};

use tests::simulation::pair::{Pair, job, property, stamped, unit, work_order, world};

/// Both systems hold the same; Latchel under the references of another program, and our ledger knows nothing.
pub(super) async fn filled_by_another(policy: Policy) -> Pair {
    let mut pair = Pair::with(world(), policy, |platform| platform).await;
    pair.sync().await;
    make_foreign(&pair);
    pair.lose_ledger().await;
    pair.advance(TimeDelta::hours(1));
    pair.journal.take();
    pair
}

/// Gives Latchel's records references that the platform does not know.
pub(super) fn make_foreign(pair: &Pair) {
    let foreign = |id: &PropertyId| PropertyId::new(format!("F{id}"));
    pair.latchel.edit(|world| {
        for one in world.properties.values_mut() {
            one.reference =
                one.reference.take().map(|own| PropertyRef::new(foreign(&own.property), own.unit));
        }
        for one in world.residents.values_mut() {
            let other = |own: ResidentRef| {
                ResidentRef::new(ResidentId::new(format!("F{}", own.resident)), foreign(&own.property))
            };
            one.reference = one.reference.take().map(other);
        }
        for one in world.jobs.values_mut() {
            one.work_order = one.work_order.take().map(|own| WorkOrderId::new(format!("F{own}")));
        }
    });
}

/// Numbers of properties, residents and work orders in Latchel.
pub(super) fn in_latchel(pair: &Pair) -> (usize, usize, usize) {
    pair.latchel.edit(|world| (world.properties.len(), world.residents.len(), world.jobs.len()))
}

pub(super) fn of_property(id: &PropertyRef) -> RecordKey {
    RecordKey::platform(Kind::Property, id)
}

fn unguarded() -> Policy {
    Policy { adoption: AdoptionPolicy { guard: AdoptionGuard::Off }, ..Policy::new(SyncMethod::All) }
}

#[tokio::test]
async fn an_account_that_another_program_filled_is_not_doubled() {
    let mut pair = filled_by_another(Policy::new(SyncMethod::All)).await;
    for _ in 0..2 {
        let done = pair.sync().await;
        assert_eq!((pair.journal.take_writes(), in_latchel(&pair)), (vec![], (2, 2, 2)));
        let held = done.outcomes.iter().find(|one| one.key == of_property(&unit("13", None)));
        let held = held.expect("it is told");
        assert_eq!(held.reason, Reason::HeldForAdoption);
        let detail = held.detail.as_deref().expect("words");
        assert!(detail.contains("of 2 active properties") && detail.contains("F13"), "{detail}");
        assert!(held.reason.remedy().contains("latchel-sync adopt"));
        pair.advance(TimeDelta::minutes(15));
    }
    let pending = pair.ledger.all_pending("main").await.expect("what is pending");
    assert_eq!(pending.len(), 6, "{pending:?}");
}

/// Another program may refer to a property without its unit, once for each of its units.
#[tokio::test]
async fn a_reference_that_names_no_unit_is_none_of_a_unit() {
    let mut pair = Pair::with(world(), Policy::new(SyncMethod::All), |platform| platform).await;
    pair.sync().await;
    let refer_to_the_whole = |pair: &Pair, id: i64, property: &str| {
        pair.latchel.edit(|world| {
            let one = world.properties.get_mut(&LatchelPropertyId(id)).expect("it is there");
            one.reference = Some(unit(property, None));
        });
    };
    refer_to_the_whole(&pair, 100, "12");
    pair.lose_ledger().await;
    pair.advance(TimeDelta::hours(1));
    let of_unit = of_property(&unit("12", Some("34")));
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_unit), Reason::PossibleTwin, "{:?}", done.outcomes);
    assert_eq!(in_latchel(&pair).0, 2);

    // Once they are most of all, it is another program.
    refer_to_the_whole(&pair, 101, "12");
    pair.lose_ledger().await;
    pair.advance(TimeDelta::hours(1));
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_unit), Reason::HeldForAdoption, "{:?}", done.outcomes);
    assert_eq!(in_latchel(&pair).0, 2);
}

/// A reference that is no id of the platform's must not make the others unknown.
#[tokio::test]
async fn one_reference_typed_by_hand_does_not_hold_the_others() {
    let mut pair = Pair::with(world(), Policy::new(SyncMethod::All), |platform| platform).await;
    pair.sync().await;
    pair.latchel.edit(|world| {
        let mut one = world.properties[&LatchelPropertyId(101)].clone();
        (one.id, one.reference) = (LatchelPropertyId(150), Some(unit("TBD", None)));
        one.source_address.line1 = Some("1 Elsewhere".to_owned());
        world.properties.insert(one.id, one);
    });
    // The platform refuses a question in which it stands.
    let refused = AtomicBool::new(false);
    pair.journal.decide(move |call| match call.method {
        "properties_by_id" if !refused.swap(true, Ordering::Relaxed) => Intercept::Fail(ErrorKind::Refused),
        _ => Intercept::Proceed,
    });
    pair.lose_ledger().await;
    pair.advance(TimeDelta::hours(1));
    pair.add_property(&unit("20", None));
    assert_eq!(pair.sync().await.reason(&of_property(&unit("20", None))), Reason::PropertyNew);
}

#[tokio::test]
async fn without_the_guard_everything_is_created_again() {
    let pair = filled_by_another(unguarded()).await;
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_property(&unit("13", None))), Reason::PropertyNew);
    assert_eq!(in_latchel(&pair), (4, 4, 4));
}

/// Two in step, a property that somebody has entered in Latchel as well, and one that is new on the platform alone.
async fn with_a_twin(policy: Policy) -> Pair {
    let mut pair = Pair::with(world(), policy, |platform| platform).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    pair.latchel.edit(|world| {
        let id = LatchelPropertyId(150);
        let mut one = world.properties.values().next().cloned().expect("a property");
        (one.id, one.reference, one.name) = (id, None, "By hand".to_owned());
        one.source_address.line1 = Some("7 Oak St.".to_owned());
        world.properties.insert(id, one);
    });
    for (id, line1) in [("14", "7 Oak Street"), ("15", "8 Oak Street")] {
        let mut one = Property { freshness: stamped(pair.now), ..property(&unit(id, None)) };
        one.address.line1 = Some(line1.to_owned());
        pair.platform.edit(|world| world.properties.insert(one.id.clone(), Row::Record(one)));
    }
    pair
}

#[tokio::test]
async fn a_twin_is_held_back_alone() {
    let mut pair = with_a_twin(Policy::new(SyncMethod::All)).await;
    // A work order of which Latchel has the number at the same property already, under another reference, and one at another.
    let at = |pair: &Pair, reference: &PropertyRef| {
        let is_it = |one: &&LatchelProperty| one.reference.as_ref() == Some(reference);
        pair.latchel.edit(|world| world.properties.values().find(is_it).map(|one| one.id))
    };
    for (id, number, place) in [(350, "N50", unit("13", None)), (351, "N51", unit("12", Some("34")))] {
        let place = at(&pair, &place);
        let now = pair.now;
        pair.latchel.edit(|world| {
            let number = Some(number.to_owned());
            let work_order = Some(WorkOrderId::new(format!("F{id}")));
            world.jobs.insert(JobId(id), Job { number, work_order, ..job(JobId(id), place, now) });
        });
    }
    for number in ["N50", "N51"] {
        let id = WorkOrderId::new(format!("W{number}"));
        let freshness = stamped(pair.now);
        let one =
            WorkOrder { id: id.clone(), number: number.into(), freshness, ..work_order(&unit("13", None)) };
        pair.platform.edit(|world| world.work_orders.insert(id, Row::Record(one)));
    }
    let of_work_order = |id: &str| RecordKey::platform(Kind::WorkOrder, id);

    let done = pair.sync().await;
    assert_eq!(done.reason(&of_property(&unit("14", None))), Reason::PossibleTwin);
    assert_eq!(done.reason(&of_property(&unit("15", None))), Reason::PropertyNew);
    assert_eq!(done.reason(&of_work_order("WN50")), Reason::PossibleTwin);
    assert_eq!(done.reason(&of_work_order("WN51")), Reason::WorkOrderImported, "it is at another property");

    // Somebody corrects the address in Latchel: they differ.
    pair.latchel.edit(|world| {
        let one = world.properties.get_mut(&LatchelPropertyId(150)).expect("it is there");
        one.source_address.line1 = Some("9 Oak St.".to_owned());
    });
    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_property(&unit("14", None))), Reason::PropertyNew);
    assert_eq!(done.reason(&of_work_order("WN50")), Reason::PossibleTwin);
}

#[tokio::test]
async fn without_the_guard_a_twin_is_created() {
    let pair = with_a_twin(unguarded()).await;
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_property(&unit("14", None))), Reason::PropertyNew);
}
