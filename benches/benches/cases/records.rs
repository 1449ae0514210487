//! Records as they mostly are.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model::*;

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

pub fn today() -> NaiveDate {
    day("2026-03-02")
}

pub fn reach() -> Reach {
    Reach::Unknown
}

fn unit() -> PropertyRef {
    PropertyRef::new(PropertyId::new("120417"), Some(UnitId::new("3400912")))
}

fn address() -> Address {
    let text = |text: &str| Some(text.to_owned());
    Address {
        line1: text("1417 Elm Street"),
        line2: None,
        city: text("Boise"),
        state: text("ID"),
        postal_code: text("83702"),
    }
}

pub fn property() -> Property {
    Property {
        id: unit(),
        property_name: "Elm Court 1417".to_owned(),
        unit_name: Some("Unit 2B".to_owned()),
        address: address(),
        is_active: true,
        freshness: Freshness::Filtered,
    }
}

pub fn latchel_property() -> LatchelProperty {
    LatchelProperty {
        id: LatchelPropertyId(5),
        portfolio: None,
        reference: Some(unit()),
        name: property().name(),
        source_address: address(),
        integration_data: Some(property().name()),
        is_active: true,
        sync_method: None,
    }
}

fn lives() -> ResidentRef {
    ResidentRef::new(ResidentId::new("7001234"), PropertyId::new("120417"))
}

pub fn resident() -> Resident {
    Resident {
        id: lives(),
        name: "Ada Ek".to_owned(),
        email: Some("ada@example.com".to_owned()),
        phone: None,
        tenancies: vec![Tenancy { unit: unit().unit, move_in: Some(day("2025-01-01")), move_out: None }],
        freshness: Freshness::Filtered,
    }
}

pub fn latchel_resident() -> LatchelResident {
    LatchelResident {
        id: LatchelResidentId(70),
        reference: Some(lives()),
        unit: unit().unit,
        name: "Ada Ek".to_owned(),
        email: Some("ada@example.com".to_owned()),
        phone: None,
        contact_known: true,
        move_in: Some(day("2025-01-01")),
        move_out: None,
        is_active: true,
    }
}

pub fn memory() -> ResidentMemory {
    ResidentMemory::of(&latchel_resident(), day("2026-03-01"))
}

pub fn work_order() -> WorkOrder {
    WorkOrder {
        id: WorkOrderId::new("90057"),
        number: "90057".to_owned(),
        title: "Tap".to_owned(),
        description: "The kitchen tap drips day and night. Please look at it before Friday.".to_owned(),
        property: unit(),
        requested_by: None,
        assigned_users: vec![UserId::new("9001")],
        status: WorkOrderStatus::Open("New".to_owned()),
        severity: Severity::Normal,
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        marker: None,
        freshness: Freshness::Filtered,
    }
}

pub fn job() -> Job {
    Job {
        id: JobId(48_211),
        number: None,
        work_order: None,
        name: "Fence".to_owned(),
        description: "It fell over.".to_owned(),
        vendor_instructions: None,
        access_instructions: None,
        entry_allowed: None,
        severity: Severity::Normal,
        state: JobState::from_name("Diagnosing Issue"),
        is_archived: false,
        is_vacant: false,
        property: Some(LatchelPropertyId(5)),
        resident: None,
        created_at: instant("2026-03-02T12:00:01Z"),
        updated_at: instant("2026-03-02T12:00:01Z"),
        state_updated_at: Some(instant("2026-03-02T12:00:01Z")),
        slug: None,
    }
}
