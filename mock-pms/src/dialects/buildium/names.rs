//! Buildium's words for what the world holds.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::world::{
    Address, EntryAllowed, LeaseStatus, Phone, PhoneKind, Priority, PropertyKind, TaskKind, TaskStatus,
    UserKind,
};

pub(super) const TASK_STATUS: &[(&str, TaskStatus)] = &[
    ("New", TaskStatus::New),
    ("InProgress", TaskStatus::InProgress),
    ("Completed", TaskStatus::Completed),
    ("Deferred", TaskStatus::Deferred),
    ("Closed", TaskStatus::Closed),
];

pub(super) const PRIORITY: &[(&str, Priority)] =
    &[("Low", Priority::Low), ("Normal", Priority::Normal), ("High", Priority::High)];

pub(super) const TASK_KIND: &[(&str, TaskKind)] = &[
    ("ContactRequest", TaskKind::ContactRequest),
    ("ResidentRequest", TaskKind::ResidentRequest),
    ("Todo", TaskKind::Todo),
    ("RentalOwnerRequest", TaskKind::RentalOwnerRequest),
];

pub(super) const ENTRY_ALLOWED: &[(&str, EntryAllowed)] =
    &[("Unknown", EntryAllowed::Unknown), ("Yes", EntryAllowed::Yes), ("No", EntryAllowed::No)];

pub(super) const LEASE_STATUS: &[(&str, LeaseStatus)] =
    &[("Active", LeaseStatus::Active), ("Past", LeaseStatus::Past), ("Future", LeaseStatus::Future)];

pub(super) const USER_KIND: &[(&str, UserKind)] =
    &[("Staff", UserKind::Staff), ("RentalOwner", UserKind::RentalOwner), ("Vendor", UserKind::Vendor)];

pub(super) const RENTAL_SUBTYPE: &[(&str, PropertyKind)] = &[
    ("CondoTownhome", PropertyKind::CondoTownhome),
    ("MultiFamily", PropertyKind::MultiFamily),
    ("SingleFamily", PropertyKind::SingleFamily),
    ("Office", PropertyKind::Office),
    ("Retail", PropertyKind::Retail),
];

/// Rentals spell the other value with a capital in the middle; users and vendors do not.
pub(super) const RENTAL_ACTIVE: &[(&str, bool)] = &[("Active", true), ("InActive", false)];

pub(super) const ACTIVE: &[(&str, bool)] = &[("Active", true), ("Inactive", false)];

const PHONE_KIND: &[(&str, PhoneKind)] =
    &[("Home", PhoneKind::Home), ("Office", PhoneKind::Office), ("Cell", PhoneKind::Cell)];

/// The word for a value; each table holds every value of its type.
pub(super) fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, meaning)| meaning == value).map_or("Unknown", |(word, _)| word)
}

/// Path that tasks of a kind are written to.
pub(super) fn task_path(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::ContactRequest => "/v1/tasks/contactrequests",
        TaskKind::ResidentRequest => "/v1/tasks/residentrequests",
        TaskKind::Todo => "/v1/tasks/todorequests",
        TaskKind::RentalOwnerRequest => "/v1/tasks/rentalownerrequests",
    }
}

pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(super) fn address(address: &Address) -> Value {
    json!({
        "AddressLine1": address.line1,
        "AddressLine2": address.line2,
        "AddressLine3": address.line3,
        "City": address.city,
        "State": address.state,
        "PostalCode": address.postal_code,
        "Country": address.country.as_deref().unwrap_or("UnitedStates"),
    })
}

pub(super) fn phones(phones: &[Phone]) -> Value {
    phones.iter().map(|p| json!({ "Number": p.number, "Type": word(PHONE_KIND, &p.kind) })).collect()
}
