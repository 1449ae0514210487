//! Causes of what waits.

use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{Kind, PropertyId, PropertyRef, Reason, RecordKey, UnitId};
use latchel_sync_core::rules::unit_missing;
use latchel_sync_core::{Ledger, LedgerAdmin};

use super::{begin, outcome};
use crate::desk::*;

fn unit(property: &str, unit: Option<&str>) -> PropertyRef {
    PropertyRef::new(PropertyId::new(property), unit.map(UnitId::new))
}

/// A property's outcome, under this name.
fn of_property(run: &Lease, at: &PropertyRef, label: &str, reason: Reason) -> Outcome {
    let key = RecordKey::platform(Kind::Property, at.key());
    Outcome { key, label: label.to_owned(), ..outcome(run.run, "", reason) }
}

/// A record that waits for this.
fn waits(run: &Lease, kind: Kind, id: &str, at: &PropertyRef) -> Outcome {
    Outcome {
        key: RecordKey::platform(kind, id),
        detail: Some(format!("waits for {at}")),
        waits_for: Some(at.clone()),
        ..outcome(run.run, "", Reason::NoPropertyMatch)
    }
}

/// Each cause with its property and the numbers of properties, residents and work orders.
async fn told(ledger: &impl Desk) -> Vec<String> {
    let causes = ledger.causes("a", 100).await.expect("causes");
    let told = |cause: &Cause| {
        let Cause { why, property, properties, residents, work_orders, .. } = cause;
        let property = property.as_ref().map_or("anywhere", PropertyId::as_str);
        format!("{} {property}: {properties} {residents} {work_orders}", why.code())
    };
    causes.named.iter().map(told).collect()
}

pub async fn what_waits_is_followed_to_its_property_and_counted_there(ledger: &(impl Ledger + Desk)) {
    let held = begin(ledger, "a").await;
    let [one, two] = ["1", "2"].map(|room| unit("10", Some(room)));
    let lacks = |at: &PropertyRef, label: &str| Outcome {
        detail: Some("missing: state".to_owned()),
        ..of_property(&held, at, label, Reason::PropertyAddressIncomplete)
    };
    let (left_out, failed, there) = (unit("20", None), unit("30", None), unit("40", None));
    let outcomes = [
        lacks(&one, "Elm Court, 1"),
        lacks(&two, "Elm Court, 2"),
        waits(&held, Kind::Resident, "r1@10", &one),
        waits(&held, Kind::Resident, "r2@10", &two),
        waits(&held, Kind::WorkOrder, "w1", &two),
        of_property(&held, &left_out, "Oak 20", Reason::PropertyExcluded),
        waits(&held, Kind::Resident, "r3@20", &left_out),
        of_property(&held, &failed, "Fir 30", Reason::CallFailed),
        waits(&held, Kind::Resident, "r4@30", &failed),
        of_property(&held, &there, "Ash 40", Reason::PropertyNew),
        waits(&held, Kind::WorkOrder, "w2", &there),
        waits(&held, Kind::WorkOrder, "w3", &unit("50", None)),
        Outcome {
            detail: Some(unit_missing(&unit("10", None))),
            ..waits(&held, Kind::WorkOrder, "w4", &unit("10", None))
        },
        outcome(held.run, "w5", Reason::CallFailed),
    ];
    ledger.record(&held, &outcomes).await.expect("recorded");
    let expected = [
        "property_address_incomplete 10: 2 2 1",
        "call_failed anywhere: 1 1 1",
        "property_excluded 20: 0 1 0",
        "property_unseen 50: 0 0 1",
        "unit_missing 10: 0 0 1",
        "property_arrived 40: 0 0 1",
    ];
    assert_eq!(told(ledger).await, expected);
    let causes = ledger.causes("a", 100).await.expect("causes");
    let (first, failed) = (&causes.named[0], &causes.named[1]);
    let labels = ("Elm Court, 1".to_owned(), "Elm Court, 2".to_owned());
    assert_eq!((&first.labels, &first.first), (&Some(labels), &Some("10/1".to_owned())));
    assert_eq!(first.detail.as_deref(), Some("missing: state"));
    assert_eq!((&failed.first, &failed.detail), (&None, &None));
    assert_eq!((causes.need_somebody, causes.need_time), (5, 1));
    assert_eq!(ledger.causes("b", 100).await.expect("causes"), Causes::default(), "of another account");
}

pub async fn what_nobody_can_help_or_somebody_dismissed_needs_nobody(ledger: &(impl LedgerAdmin + Desk)) {
    let held = begin(ledger, "a").await;
    let inactive = unit("10", None);
    let held_back = Outcome {
        key: RecordKey::latchel(Kind::WorkOrder, 7),
        waits_for: Some(inactive.clone()),
        ..outcome(held.run, "", Reason::NotSupportedByPlatform)
    };
    let outcomes = [
        held_back,
        outcome(held.run, "never", Reason::NotSupportedByPlatform),
        outcome(held.run, "on purpose", Reason::MethodNone),
        outcome(held.run, "unsettled", Reason::CreateUnsettled),
        waits(&held, Kind::WorkOrder, "dismissed", &unit("50", None)),
    ];
    ledger.record(&held, &outcomes).await.expect("recorded");
    let mut expected = vec![
        "not_supported_by_platform 10: 0 0 1",
        "property_unseen 50: 0 0 1",
        "create_unsettled anywhere: 0 0 1",
    ];
    assert_eq!(told(ledger).await, expected);
    let dismissed = RecordKey::platform(Kind::WorkOrder, "dismissed");
    assert!(ledger.dismiss("a", &dismissed).await.expect("dismissed"));
    expected.remove(1);
    assert_eq!(told(ledger).await, expected);
    assert!(ledger.retry("a", &dismissed).await.expect("retried"));
    assert_eq!(told(ledger).await.len(), 3);
}

pub async fn odd_ids_lead_to_their_property_too(ledger: &(impl Ledger + Desk)) {
    let held = begin(ledger, "a").await;
    for (number, id) in ["a/b", "50%", "c@d", "%2F", "e\"f\\g", "ö"].into_iter().enumerate() {
        let at = unit(id, Some("1/2@3%4"));
        let outcomes = [
            of_property(&held, &at, "Elm", Reason::PropertyAddressIncomplete),
            waits(&held, Kind::WorkOrder, &format!("w{number}"), &at),
        ];
        ledger.record(&held, &outcomes).await.expect("recorded");
        let causes = ledger.causes("a", 100).await.expect("causes");
        let these =
            causes.named.iter().find(|one| one.property.as_ref().is_some_and(|one| one.as_str() == id));
        let these = these.unwrap_or_else(|| panic!("{id} is not among {causes:?}"));
        assert_eq!(these.why, Why::Reason(Reason::PropertyAddressIncomplete), "{id}");
        assert_eq!((these.properties, these.work_orders), (1, 1), "{id}");
        assert_eq!(these.first, Some(at.key()), "{id}");
    }
}

pub async fn few_causes_are_named_and_all_are_counted(ledger: &(impl Ledger + Desk)) {
    let held = begin(ledger, "a").await;
    // Property 0 keeps one record waiting, property 1 two of them.
    for property in 0..9 {
        let at = unit(&property.to_string(), None);
        let outcomes: Vec<_> = (0..=property)
            .map(|number| waits(&held, Kind::WorkOrder, &format!("{property}-{number}"), &at))
            .collect();
        ledger.record(&held, &outcomes).await.expect("recorded");
    }
    let causes = ledger.causes("a", 2).await.expect("causes");
    let named: Vec<_> = causes.named.iter().map(|one| one.work_orders).collect();
    assert_eq!((named, causes.need_somebody, causes.need_time), (vec![9, 8], 9, 0));
}

pub async fn what_waits_for_a_property_is_found_by_it(ledger: &(impl Ledger + Desk)) {
    let held = begin(ledger, "a").await;
    let outcomes = [
        waits(&held, Kind::WorkOrder, "w1", &unit("10", Some("1"))),
        waits(&held, Kind::Resident, "r1@10", &unit("10", None)),
        waits(&held, Kind::WorkOrder, "w2", &unit("1", Some("10"))),
        outcome(held.run, "10", Reason::CallFailed),
    ];
    ledger.record(&held, &outcomes).await.expect("recorded");
    let ids = async |property: &str, kind: Option<Kind>| {
        let filter = Filter { waits_for: Some(PropertyId::new(property)), kind, ..Filter::default() };
        let found = ledger.find_outcomes("a", &filter, None, 10).await.expect("outcomes");
        let counted: u64 = ledger.count_outcomes("a", &filter).await.expect("counts").values().sum();
        assert_eq!(counted, found.len() as u64);
        found.into_iter().map(|found| found.outcome.key.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("10", None).await, ["r1@10", "w1"]);
    assert_eq!(ids("10", Some(Kind::WorkOrder)).await, ["w1"]);
    assert_eq!(ids("1", None).await, ["w2"]);
    assert_eq!(ids("1\0", None).await, [""; 0]);
}
