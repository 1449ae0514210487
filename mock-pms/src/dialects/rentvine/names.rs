//! Rentvine's spelling of what the world holds: everything is a string. What the sheet leaves open is decided here: times
//! are UTC and say no zone, a state is two letters in `stateID`, vendors and technicians are contacts beside tenants.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::world::{Address, Id, Phone, PhoneKind, Priority, Tenant, World};

/// Offset of vendors' ids, so that a vendor is another contact than the tenant with the same id in the world.
pub(super) const VENDORS: Id = 1 << 40;
/// The same for the staff.
pub(super) const STAFF: Id = 1 << 41;

pub(super) const PRIORITY: [(Id, Priority); 3] =
    [(1, Priority::Low), (2, Priority::Normal), (3, Priority::High)];

pub(super) fn id(id: Id) -> String {
    id.to_string()
}

pub(super) fn flag(flag: bool) -> &'static str {
    if flag { "1" } else { "0" }
}

pub(super) fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

pub(super) fn priority(priority: Priority) -> Option<String> {
    PRIORITY.iter().find(|(_, one)| *one == priority).map(|(number, _)| id(*number))
}

/// Lays an address over a record.
pub(super) fn with_address(mut record: Value, address: &Address) -> Value {
    let rest: Vec<_> = [&address.line2, &address.line3].into_iter().flatten().map(String::as_str).collect();
    record["address"] = json!(address.line1);
    record["address2"] = json!((!rest.is_empty()).then(|| rest.join(", ")));
    record["city"] = json!(address.city);
    record["stateID"] = json!(address.state);
    record["postalCode"] = json!(address.postal_code);
    record
}

/// A person's whole name.
pub(super) fn full_name(first: &str, last: &str) -> String {
    format!("{first} {last}").trim().to_owned()
}

pub(super) fn tenant_name(tenant: &Tenant) -> String {
    full_name(&tenant.first_name, &tenant.last_name)
}

/// The one number that a contact shows: cell before home before office.
pub(super) fn phone(phones: &[Phone]) -> Option<&str> {
    let of = |kind| phones.iter().find(|phone| phone.kind == kind).map(|phone| phone.number.as_str());
    [PhoneKind::Cell, PhoneKind::Home, PhoneKind::Office].into_iter().find_map(of)
}

/// The portfolio that a property belongs to: the first of the world's groups that has it.
pub(super) fn portfolio(world: &World, property: Id) -> Option<Id> {
    let mut groups = world.platform.property_groups.iter();
    groups.find(|group| group.property_ids.contains(&property)).map(|group| group.id)
}
