//! Propertyware's words for what the world holds.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::shared::quirk::Quirk;
use crate::world::{
    Account, Address, EntryAllowed, Id, Phone, PhoneKind, Priority, PropertyKind, TaskStatus, Unit, User,
    UserKind, World,
};

pub(super) const PRIORITY: &[(&str, Priority)] =
    &[("HIGH", Priority::High), ("MEDIUM", Priority::Normal), ("LOW", Priority::Low)];

pub(super) const ENTRY: &[(&str, EntryAllowed)] =
    &[("NO", EntryAllowed::No), ("ANYTIME", EntryAllowed::Yes), ("SPECIFIEDTIME", EntryAllowed::Unknown)];

/// Status of a work order after it is closed, in this organisation's words.
pub(super) const CLOSED: &str = "Closed";

/// The organisation's words for statuses, the usual one first: they are free text there.
const STATUS: &[(&str, TaskStatus)] = &[
    ("New", TaskStatus::New),
    ("In Progress", TaskStatus::InProgress),
    ("Completed", TaskStatus::Completed),
    (CLOSED, TaskStatus::Completed),
    ("On Hold", TaskStatus::Deferred),
    ("Cancelled", TaskStatus::Closed),
];

/// A status in the organisation's words: the one that it was given, as long as it still says the same.
pub(super) fn status(status: TaskStatus, given: Option<&str>) -> &'static str {
    let mut fitting = STATUS.iter().filter(|(_, meaning)| *meaning == status).map(|(word, _)| *word);
    let usual = fitting.clone().next().unwrap_or("New");
    fitting.find(|word| Some(*word) == given).unwrap_or(usual)
}

/// The word for a value, if there is one.
pub(super) fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> Option<&'static str> {
    words.iter().find(|(_, meaning)| meaning == value).map(|(word, _)| *word)
}

/// Offset that makes further ids: integers of 64 bits that no double can hold.
pub(super) const FURTHER: Id = 1 << 54;

/// A unit's id as it is shown. Buildings and units share one space of ids, since one may stand in the other's place,
/// so that a unit whose id in the world is a building's too has another one.
pub(super) fn unit_id(world: &World, unit: Id) -> Id {
    if world.platform.properties.contains(unit) { unit + FURTHER } else { unit }
}

/// The unit that is shown with this id.
pub(super) fn unit(world: &World, shown: Id) -> Option<&Unit> {
    let unit = world.platform.units.get(shown % FURTHER)?;
    (unit_id(world, unit.id) == shown).then_some(unit)
}

/// System id of the organisation.
pub(super) fn system_id(account: &Account) -> String {
    account.partner_id.clone().unwrap_or_else(|| account.id.to_string())
}

pub(super) fn property_type(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::SingleFamily => "HOUSE",
        PropertyKind::MultiFamily => "APARTMENT",
        PropertyKind::CondoTownhome => "CONDO",
        PropertyKind::Office | PropertyKind::Retail => "COMMERCIAL",
    }
}

pub(super) fn category(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::Office | PropertyKind::Retail => "COMMERCIAL",
        _ => "RESIDENTIAL",
    }
}

pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(super) const EARLY_CREATED: Quirk =
    Quirk::usual("early-created", "`createdDateTime` is two hours early.", "It is when the record was made.");

/// The creation as the live service shows it: two hours before it was.
pub(super) fn created(world: &World, at: DateTime<Utc>) -> String {
    let early = if EARLY_CREATED.is_on(world) { TimeDelta::hours(2) } else { TimeDelta::zero() };
    instant(at - early)
}

pub(super) fn address(address: &Address) -> Value {
    let rest: Vec<_> = [&address.line2, &address.line3].into_iter().flatten().map(String::as_str).collect();
    json!({
        "address": address.line1,
        "addressCont": (!rest.is_empty()).then(|| rest.join(", ")),
        "city": address.city,
        "stateRegion": address.state,
        "postalCode": address.postal_code,
        "country": "USA",
    })
}

/// The first number of a kind.
pub(super) fn phone(phones: &[Phone], kind: PhoneKind) -> Option<&str> {
    phones.iter().find(|phone| phone.kind == kind).map(|phone| phone.number.as_str())
}

/// Those who can be property managers: the staff that is still there.
pub(super) fn managers(world: &World) -> impl Iterator<Item = &User> {
    world.platform.users.iter().filter(|user| user.kind == UserKind::Staff && user.active)
}

/// A user's whole name, which is all that a work order shows of whom it is managed by.
pub(super) fn user(world: &World, id: Id) -> Option<String> {
    world.platform.users.get(id).map(|user| format!("{} {}", user.first_name, user.last_name))
}

/// The portfolio that a building belongs to: the first of the world's groups that has it.
pub(super) fn portfolio(world: &World, property: Id) -> Option<Id> {
    world
        .platform
        .property_groups
        .iter()
        .find(|group| group.property_ids.contains(&property))
        .map(|group| group.id)
}

/// A record without its nulls: what is not known is left out.
pub(super) fn without_nulls(record: Value) -> Value {
    match record {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Value::Array(rows) => rows.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
