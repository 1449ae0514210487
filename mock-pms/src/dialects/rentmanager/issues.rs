//! Service manager issues, which are the world's work orders.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::call::Answer;
use super::call::path_id;
use super::links;
use super::names::{self, CATEGORIES, PRIORITIES, STATUSES, is_closed};
use super::quirks::PLACE_IN_LINKS_ONLY;
use super::resource::Holds::{self, Flag, Number, Text, Time};
use super::resource::Resource;
use crate::dialects::endpoint::Request;
use crate::world::{Id, Maintenance, World};

pub(super) const KEY: &str = "ServiceManagerIssueID";

const ISSUES: Resource = Resource {
    fields: FIELDS,
    embeds: &[links::UNITS, links::PROPERTIES, links::TENANTS],
    ..Resource::of("issue", KEY)
};

/// The same where the links alone tell the place.
const LINKED_ISSUES: Resource =
    Resource { fields: FIELDS.split_at(FIELDS.len() - PLACE.len()).0, ignored: &PLACE, ..ISSUES };

const PLACE: [&str; 3] = ["PropertyID", "UnitID", "TenantID"];

const FIELDS: &[(&str, Holds)] = &[
    (KEY, Number),
    ("Title", Text),
    ("Description", Text),
    ("CategoryID", Number),
    ("StatusID", Number),
    ("PriorityID", Number),
    ("AssignedToUserID", Number),
    ("VendorID", Number),
    ("IsClosed", Flag),
    ("CloseDate", Time),
    ("DueDate", Time),
    ("IsCustomerInitiated", Flag),
    ("CreateDate", Time),
    ("UpdateDate", Time),
    ("ConcurrencyID", Number),
    // Those of the place are the last.
    (PLACE[0], Number),
    (PLACE[1], Number),
    (PLACE[2], Number),
];

pub(super) fn list(world: &World, request: &Request) -> Answer {
    resource(request).page(world, request, world.maintenance().map(|one| linked(world, &one)))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    let found = world.maintenance_of(path_id(request)?);
    resource(request).one(world, request, found.map(|one| linked(world, &one)))
}

fn resource(request: &Request) -> &'static Resource {
    if request.has(&PLACE_IN_LINKS_ONLY) { &LINKED_ISSUES } else { &ISSUES }
}

/// An issue with its links, which are shown only if they are asked for.
fn linked(world: &World, one: &Maintenance<'_>) -> (Id, Value) {
    let mut issue = render(world, one);
    for (name, rows) in links::of(world, one.task) {
        issue[name] = rows;
    }
    (one.order.id, issue)
}

pub(super) fn render(world: &World, one: &Maintenance<'_>) -> Value {
    let Maintenance { order, task } = one;
    let account = &world.platform.account;
    let closed = is_closed(task.status);
    let mut issue = json!({
        KEY: order.id,
        "Title": order.title.as_ref().unwrap_or(&task.title),
        "Description": order.details.as_ref().or(task.description.as_ref()),
        "CategoryID": names::id_of(CATEGORIES, &(), None),
        "StatusID": names::id_of(STATUSES, &task.status, order.status_word.as_deref()),
        "PriorityID": names::id_of(PRIORITIES, &task.priority, None),
        "AssignedToUserID": task.assigned_to,
        "VendorID": order.vendor_id,
        "IsClosed": closed,
        "CloseDate": closed.then(|| names::local(account, one.updated_at())),
        "DueDate": order.due.or(task.due).map(names::day),
        "IsCustomerInitiated": task.requested_by.is_some(),
        "CreateDate": names::local(account, order.created_at),
        "UpdateDate": names::local(account, one.updated_at()),
        "ConcurrencyID": concurrency(one),
    });
    if !PLACE_IN_LINKS_ONLY.is_on(world) {
        for (name, id) in PLACE.into_iter().zip([task.property_id, task.unit_id, task.requested_by]) {
            issue[name] = json!(id);
        }
    }
    issue
}

/// A number that is another one after whatever change.
pub(super) fn concurrency(one: &Maintenance<'_>) -> i64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(&(one.order, one.task)).unwrap_or_default().hash(&mut hasher);
    i64::try_from(hasher.finish() >> 33).unwrap_or(0)
}
