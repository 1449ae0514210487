//! Rent Manager's words for what the world holds, and all that the contract sheet marks as unverified: the names of the
//! tables of statuses, priorities and categories, and how long a title may be.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value, json};

use super::quirks::{NO_STREET, NO_STREET_LINES};
use crate::world::{Account, Address, Id, Phone, PhoneKind, Priority, PropertyKind, TaskStatus, World};

pub(super) const STATUSES_PATH: &str = "/servicemanagerstatuses";
pub(super) const PRIORITIES_PATH: &str = "/servicemanagerpriorities";
pub(super) const CATEGORIES_PATH: &str = "/servicemanagercategories";
pub(super) const LONGEST_TITLE: usize = 100;
/// No length is published; a text this long is a mistake all the same.
pub(super) const LONGEST_TEXT: usize = 10_000;

/// A row of one of the account's own tables: its id, its name, and what it means to the world.
pub(super) type Entry<T> = (Id, &'static str, T);

/// The usual one of several with one meaning comes first.
pub(super) const STATUSES: &[Entry<TaskStatus>] = &[
    (1, "Open", TaskStatus::New),
    (2, "In Progress", TaskStatus::InProgress),
    (3, "On Hold", TaskStatus::Deferred),
    (4, "Closed", TaskStatus::Completed),
    (5, "Cancelled", TaskStatus::Closed),
    (11, "[Latchel] Open", TaskStatus::New),
    (12, "[Latchel] Completed", TaskStatus::Completed),
    (13, "[Latchel] Cancelled", TaskStatus::Closed),
];

pub(super) const PRIORITIES: &[Entry<Priority>] = &[
    (1, "Low", Priority::Low),
    (2, "Medium", Priority::Normal),
    (3, "High", Priority::High),
    (11, "[Latchel] Normal", Priority::Normal),
    (12, "[Latchel] Urgent", Priority::High),
    (13, "[Latchel] Emergency", Priority::High),
];

/// The world keeps no category of a work order, so that each has the first.
pub(super) const CATEGORIES: &[Entry<()>] =
    &[(1, "Maintenance", ()), (11, "[Latchel] Maintenance Category", ())];

/// The entry with this id.
pub(super) fn entry<T: Copy>(table: &[Entry<T>], id: Id) -> Option<Entry<T>> {
    table.iter().find(|(known, ..)| *known == id).copied()
}

/// The id for a meaning: that of the entry with the given name, as long as it still means the same.
pub(super) fn id_of<T: PartialEq>(table: &[Entry<T>], meaning: &T, given: Option<&str>) -> Option<Id> {
    let mut fitting = table.iter().filter(|(_, _, one)| one == meaning);
    let usual = fitting.clone().next();
    fitting.find(|(_, name, _)| Some(*name) == given).or(usual).map(|(id, ..)| *id)
}

pub(super) fn is_closed(status: TaskStatus) -> bool {
    matches!(status, TaskStatus::Completed | TaskStatus::Closed)
}

/// The database that a user logs in to.
pub(super) fn location_id(account: &Account) -> String {
    account.partner_id.clone().unwrap_or_else(|| account.id.to_string())
}

pub(super) fn property_type(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::Office | PropertyKind::Retail => "Commercial",
        _ => "Residential",
    }
}

/// An instant as the account's clock shows it, without a zone.
pub(super) fn local(account: &Account, at: DateTime<Utc>) -> String {
    at.with_timezone(&account.timezone).format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The same with a blank in its middle.
pub(super) fn local_with_blank(account: &Account, at: DateTime<Utc>) -> String {
    local(account, at).replace('T', " ")
}

/// The same with an offset that is the server's and says nothing of the time before it.
pub(super) fn local_with_strange_offset(account: &Account, at: DateTime<Utc>) -> String {
    format!("{}-04:00", local(account, at))
}

/// A day as the beginning of it.
pub(super) fn day(day: NaiveDate) -> String {
    format!("{day}T00:00:00")
}

/// An address in a list of one. What stands below the street is its second line, in one text or in two.
pub(super) fn addresses(world: &World, id: Id, address: &Address) -> Value {
    let lines = |lines: &[&Option<String>]| {
        let lines: Vec<_> = lines.iter().copied().flatten().map(String::as_str).collect();
        (!lines.is_empty()).then(|| lines.join("\r\n"))
    };
    let Address { line1, line2, line3, .. } = address;
    let (whole, halves) = (!NO_STREET.is_on(world), !NO_STREET_LINES.is_on(world));
    json!([without_nulls(json!({
        "AddressID": id,
        "Street": lines(&[line1, line2, line3]).filter(|_| whole),
        "Street1": line1.as_ref().filter(|_| halves),
        "Street2": lines(&[line2, line3]).filter(|_| halves),
        "City": address.city,
        "State": address.state,
        "PostalCode": address.postal_code,
        "IsPrimary": true,
    }))])
}

/// Numbers, of which the cell phone, else the first, is the primary one.
pub(super) fn phones(phones: &[Phone]) -> Value {
    let cell = phones.iter().position(|phone| phone.kind == PhoneKind::Cell).unwrap_or(0);
    let number =
        |(at, phone): (usize, &Phone)| json!({ "PhoneNumber": phone.number, "IsPrimary": at == cell });
    phones.iter().enumerate().map(number).collect()
}

/// Leaves out the members of an object that are null.
pub(super) fn without_nulls(record: Value) -> Value {
    match record {
        Value::Object(members) => {
            members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}
