//! AppFolio's words and ids for what the world holds. What is not public is decided here: how ids look, which phone
//! number is shown, what each status word means.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::world::{Address, Id, Phone, PhoneKind, Priority, TaskStatus};

/// The kinds of record that have ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dialects) enum Kind {
    Property = 1,
    Unit = 2,
    /// A tenant within an occupancy.
    Tenant = 3,
    Occupancy = 4,
    User = 5,
    Vendor = 6,
    WorkOrder = 7,
    PropertyGroup = 8,
}

/// A UUID that leads back to the record: its kind, and its id in the world at the end.
pub(in crate::dialects) fn uuid(kind: Kind, id: Id) -> String {
    within(kind, 0, id)
}

/// A tenant's id, which each occupancy has anew.
pub(in crate::dialects) fn tenant(tenant: Id, lease: Id) -> String {
    within(Kind::Tenant, lease, tenant)
}

fn within(kind: Kind, outer: Id, id: Id) -> String {
    format!("{outer:08x}-af01-4{:03x}-8000-{id:012x}", kind as u8)
}

/// The record's id in the world, if this is a UUID of that kind; letters may be capitals.
pub(super) fn id_of(kind: Kind, text: &str) -> Option<Id> {
    let id = Id::from_str_radix(text.get(24..)?, 16).ok()?;
    (uuid(kind, id) == text.to_ascii_lowercase()).then_some(id)
}

/// True if a text has the form of a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Every status, with the neutral one that it belongs to. Work that is done and waits for a bill is done.
pub(super) const STATUS: &[(&str, TaskStatus)] = &[
    ("New", TaskStatus::New),
    ("New by AppFolio", TaskStatus::New),
    ("Assigned", TaskStatus::New),
    ("Assigned by AppFolio", TaskStatus::New),
    ("Scheduled", TaskStatus::InProgress),
    ("Estimate Requested", TaskStatus::InProgress),
    ("Estimated", TaskStatus::InProgress),
    ("Waiting", TaskStatus::Deferred),
    ("Completed", TaskStatus::Completed),
    ("Completed No Need To Bill", TaskStatus::Completed),
    ("Work Done", TaskStatus::Completed),
    ("Ready to Bill", TaskStatus::Completed),
    ("Canceled", TaskStatus::Closed),
];

/// The word that a status is shown with: its own one, if it still fits the neutral status.
pub(in crate::dialects) fn status(own: Option<&str>, status: TaskStatus, assigned: bool) -> &str {
    if let Some(own) = own
        && STATUS.contains(&(own, status))
    {
        return own;
    }
    match status {
        TaskStatus::New if assigned => "Assigned",
        TaskStatus::New => "New",
        TaskStatus::InProgress => "Scheduled",
        TaskStatus::Deferred => "Waiting",
        TaskStatus::Completed => "Completed",
        TaskStatus::Closed => "Canceled",
    }
}

pub(super) const PRIORITY: &[(&str, Priority)] =
    &[("Urgent", Priority::High), ("Normal", Priority::Normal), ("Low", Priority::Low)];

pub(in crate::dialects) fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "Urgent",
        Priority::Normal => "Normal",
        Priority::Low => "Low",
    }
}

/// True if a user with this role can be assigned to work orders.
pub(super) fn is_technician(role: Option<&str>) -> bool {
    role.is_some_and(|role| role.to_lowercase().contains("maintenance tech"))
}

/// The one number that a tenant is shown with.
pub(super) fn phone(phones: &[Phone]) -> Option<&str> {
    let rank = |phone: &&Phone| match phone.kind {
        PhoneKind::Cell => 0,
        PhoneKind::Home => 1,
        PhoneKind::Office => 2,
    };
    phones.iter().min_by_key(rank).map(|phone| phone.number.as_str())
}

pub(in crate::dialects) fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Lays an address's members over a record.
pub(super) fn with_address(mut record: Value, address: &Address) -> Value {
    let second: Vec<&str> =
        [&address.line2, &address.line3].into_iter().flatten().map(String::as_str).collect();
    record["Address1"] = json!(address.line1);
    record["Address2"] = json!((!second.is_empty()).then(|| second.join(", ")));
    record["City"] = json!(address.city);
    record["State"] = json!(address.state);
    record["Zip"] = json!(address.postal_code);
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_and_are_of_one_kind() {
        let id = uuid(Kind::Unit, 20_881);
        assert!(is_uuid(&id), "{id}");
        assert_eq!(id_of(Kind::Unit, &id.to_uppercase()), Some(20_881));
        assert_eq!(id_of(Kind::Property, &id), None);
        assert_ne!(tenant(1, 2), tenant(1, 3));
    }

    #[test]
    fn a_word_that_no_longer_fits_is_not_shown() {
        assert_eq!(status(Some("Ready to Bill"), TaskStatus::Completed, true), "Ready to Bill");
        assert_eq!(status(Some("Ready to Bill"), TaskStatus::New, true), "Assigned");
    }
}
