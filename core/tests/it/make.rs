//! Records as they mostly are; each case changes what it is about.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model::*;

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// The account's local date of the cases.
pub fn today() -> NaiveDate {
    day("2026-03-02")
}

pub fn unit() -> PropertyRef {
    PropertyRef::new(PropertyId::new("12"), Some(UnitId::new("34")))
}

pub fn address() -> Address {
    let text = |text: &str| Some(text.to_owned());
    Address {
        line1: text("1 Elm Street"),
        line2: None,
        city: text("Boise"),
        state: text("ID"),
        postal_code: text("83702"),
    }
}

pub fn latchel_property() -> LatchelProperty {
    LatchelProperty {
        id: LatchelPropertyId(5),
        portfolio: Some(PortfolioId(1)),
        reference: Some(unit()),
        name: "Elm, 2B".to_owned(),
        source_address: address(),
        integration_data: Some("Elm, 2B".to_owned()),
        is_active: true,
        sync_method: None,
    }
}

/// Memory of a resident whom Latchel showed like this on the local date `seen`.
pub fn memory(resident: &LatchelResident, seen: &str) -> ResidentMemory {
    ResidentMemory::of(resident, day(seen))
}

pub fn policy() -> Policy {
    Policy::new(SyncMethod::Assigned)
}
