//! Tasks, as far as they are work orders of the world.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::listing::Listing;
use super::names::{self, ENTRY, PRIORITY, STATUS, TASK_TYPE, TaskType, without_nulls, word};
use super::oid::{self, oid};
use super::portfolios;
use super::problem::Problem;
use super::reply::{Answer, Reply};
use super::stamps::stamp;
use crate::dialects::endpoint::Request;
use crate::world::{
    Maintenance, Property, TaskKind, TaskStatus, Tenant, Unit, User, Vendor, WorkOrder, World,
};

const MAX_SUBJECT: usize = 255;
const MAX_DESCRIPTION: usize = 10_000;

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let filters = [
        "filter_property",
        "filter_unit",
        "filter_type",
        "filter_status",
        "filter_createdAt_from",
        "filter_createdAt_to",
        "filter_dueDate_from",
        "filter_dueDate_to",
        "filter_completedAt_from",
        "filter_completedAt_to",
        "filter_assignedToUser",
        "filter_text",
        "filter_propertyGroup",
    ];
    let listing = Listing::of(request, &filters, &["filter_requestedById"])?;
    let group = portfolios::filter(world, &listing, "filter_propertyGroup")?;
    let property = listing.id::<Property>("filter_property")?;
    let unit = listing.id::<Unit>("filter_unit")?;
    let kind = listing.word("filter_type", TASK_TYPE)?;
    let status = request.parameter("filter_status");
    listing.word("filter_status", STATUS)?;
    let created = listing.days("filter_createdAt_from", "filter_createdAt_to")?;
    let due = listing.days("filter_dueDate_from", "filter_dueDate_to")?;
    let completed = listing.days("filter_completedAt_from", "filter_completedAt_to")?;
    let assignee = listing.id::<User>("filter_assignedToUser")?;
    let text = listing.part("filter_text");
    let rows: Vec<Maintenance<'_>> = world
        .maintenance()
        .filter(|one| property.is_none_or(|id| one.task.property_id == Some(id)))
        .filter(|one| unit.is_none_or(|id| one.task.unit_id == Some(id)))
        .filter(|one| group.holds(one.task.property_id))
        .filter(|one| kind.is_none_or(|kind| type_of(one) == kind))
        .filter(|one| status.is_none_or(|word| status_of(one) == word))
        .filter(|one| created.hold_instant(world, created_at(one)))
        .filter(|one| due.hold(one.order.due.or(one.task.due)))
        .filter(|one| {
            let done = (one.task.status == TaskStatus::Completed).then(|| one.updated_at());
            completed
                .hold(done.map(|at| at.with_timezone(&world.platform.account.filter_timezone()).date_naive()))
        })
        .filter(|one| assignee.is_none_or(|id| one.assignees().contains(&id)))
        .filter(|one| text.as_ref().is_none_or(|part| says(one, part)))
        .collect();
    listing.page(rows, |one| one.order.id, |one| render(world, one))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    Listing::of(request, &[], &[])?;
    let id = oid::read::<WorkOrder>("id", request.id().unwrap_or_default())?;
    let task = world.maintenance_of(id).ok_or_else(|| Problem::no("Task"))?;
    Ok(Reply::One(render(world, &task)))
}

/// Type of task that a work order of the world has here: a resident's request, else an owner's, else a vendor's work,
/// else an internal task.
pub(super) fn type_of(one: &Maintenance<'_>) -> TaskType {
    if one.task.requested_by.is_some() {
        TaskType::TenantRequest
    } else if one.task.kind == TaskKind::RentalOwnerRequest {
        TaskType::OwnerRequest
    } else if one.order.vendor_id.is_some() {
        TaskType::WorkOrder
    } else {
        TaskType::Internal
    }
}

pub(super) fn render(world: &World, one: &Maintenance<'_>) -> Value {
    let Maintenance { order, task } = one;
    let kind = type_of(one);
    let assignees: Vec<_> = one.assignees().into_iter().map(oid::<User>).collect();
    let vendor = order.vendor_id.filter(|_| kind == TaskType::WorkOrder);
    let record = json!({
        "id": oid::<WorkOrder>(order.id),
        "type": word(TASK_TYPE, &kind),
        "reference": order.reference,
        "subject": cut(subject(one), MAX_SUBJECT),
        "description": description(one).map(|text| cut(text, MAX_DESCRIPTION)),
        "dueDate": order.due.or(task.due),
        "status": status_of(one),
        "priority": word(PRIORITY, &task.priority),
        "requestedByTenant": task.requested_by.map(oid::<Tenant>),
        "assignedToUsers": assignees,
        "property": task.property_id.map(oid::<Property>),
        "unit": task.unit_id.map(oid::<Unit>),
        "entryPermission": word(ENTRY, &order.entry_allowed),
        "entryNotes": order.entry_notes,
        "workOrder": vendor.map(|id| {
            without_nulls(json!({
                "assignedToVendor": oid::<Vendor>(id), "instructionsToVendor": order.vendor_notes,
            }))
        }),
        "createdAt": stamp(world, created_at(one)),
        "updatedAt": stamp(world, one.updated_at()),
    });
    world.distort("task", order.id, without_nulls(record))
}

fn created_at(one: &Maintenance<'_>) -> DateTime<Utc> {
    one.order.created_at
}

fn status_of(one: &Maintenance<'_>) -> &'static str {
    names::status(one.task.status, one.order.status_word.as_deref())
}

fn subject<'a>(one: &Maintenance<'a>) -> &'a str {
    one.order.title.as_deref().unwrap_or(&one.task.title)
}

fn description<'a>(one: &Maintenance<'a>) -> Option<&'a str> {
    one.order.details.as_deref().or(one.task.description.as_deref())
}

/// The search looks into subject, description and reference.
fn says(one: &Maintenance<'_>, part: &str) -> bool {
    let texts = [Some(subject(one)), description(one), one.order.reference.as_deref()];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(part))
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
