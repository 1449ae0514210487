//! Service manager issues, which are the world's work orders.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::call::Answer;
use super::call::path_id;
use super::names::{self, CATEGORIES, PRIORITIES, STATUSES, is_closed};
use super::resource::Holds::{Flag, Number, Text, Time};
use super::resource::Resource;
use crate::dialects::endpoint::Request;
use crate::world::{Maintenance, World};

pub(super) const ISSUES: Resource = Resource {
    kind: "issue",
    key: "ServiceManagerIssueID",
    fields: &[
        ("ServiceManagerIssueID", Number),
        ("Title", Text),
        ("Description", Text),
        ("CategoryID", Number),
        ("StatusID", Number),
        ("PriorityID", Number),
        ("AssignedToUserID", Number),
        ("VendorID", Number),
        ("PropertyID", Number),
        ("UnitID", Number),
        ("TenantID", Number),
        ("IsClosed", Flag),
        ("CloseDate", Time),
        ("DueDate", Time),
        ("IsCustomerInitiated", Flag),
        ("CreateDate", Time),
        ("UpdateDate", Time),
        ("ConcurrencyID", Number),
    ],
    embeds: &[],
};

pub(super) fn list(world: &World, request: &Request) -> Answer {
    ISSUES.page(world, request, world.maintenance().map(|one| (one.order.id, render(world, &one))))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    let found = world.maintenance_of(path_id(request)?);
    ISSUES.one(world, request, found.map(|one| (one.order.id, render(world, &one))))
}

pub(super) fn render(world: &World, one: &Maintenance<'_>) -> Value {
    let Maintenance { order, task } = one;
    let account = &world.platform.account;
    let closed = is_closed(task.status);
    json!({
        "ServiceManagerIssueID": order.id,
        "Title": order.title.as_ref().unwrap_or(&task.title),
        "Description": order.details.as_ref().or(task.description.as_ref()),
        "CategoryID": names::id_of(CATEGORIES, &(), None),
        "StatusID": names::id_of(STATUSES, &task.status, order.status_word.as_deref()),
        "PriorityID": names::id_of(PRIORITIES, &task.priority, None),
        "AssignedToUserID": task.assigned_to,
        "VendorID": order.vendor_id,
        "PropertyID": task.property_id,
        "UnitID": task.unit_id,
        "TenantID": task.requested_by,
        "IsClosed": closed,
        "CloseDate": closed.then(|| names::local(account, one.updated_at())),
        "DueDate": order.due.or(task.due).map(names::day),
        "IsCustomerInitiated": task.requested_by.is_some(),
        "CreateDate": names::local(account, order.created_at),
        "UpdateDate": names::local(account, one.updated_at()),
        "ConcurrencyID": concurrency(one),
    })
}

/// A number that is another one after whatever change.
pub(super) fn concurrency(one: &Maintenance<'_>) -> i64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(&(one.order, one.task)).unwrap_or_default().hash(&mut hasher);
    i64::try_from(hasher.finish() >> 33).unwrap_or(0)
}
