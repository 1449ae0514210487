//! Work orders: with a description in HTML and no title.

use axum::Json;
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::listing::{Listing, WORK_ORDERS_PER_PAGE, only, path_id};
use super::names::{self, VENDORS, flag, id, stamp};
use super::problem::Problem;
use super::reply::Answer;
use super::{html, people, statuses};
use crate::dialects::endpoint::Request;
use crate::world::{Maintenance, TaskStatus, Vendor, World};

/// Days of creation are the account's; there is no filter by last change, and none by text.
pub(super) fn list(world: &World, request: &Request) -> Answer {
    let filters = ["propertyID", "unitID", "workOrderStatusID", "leaseID", "startDate", "endDate", "isNew"];
    let listing = Listing::of(request, WORK_ORDERS_PER_PAGE, &filters)?;
    let (property, unit, lease) = (listing.id("propertyID")?, listing.id("unitID")?, listing.id("leaseID")?);
    let status = listing.id("workOrderStatusID")?;
    if let Some(status) = status {
        statuses::known(status)?;
    }
    let (start, end) = (listing.day("startDate")?, listing.day("endDate")?);
    let new = listing.flag("isNew")?;
    let rows = world
        .maintenance()
        .filter(|one| property.is_none_or(|id| one.task.property_id == Some(id)))
        .filter(|one| unit.is_none_or(|id| one.task.unit_id == Some(id)))
        .filter(|one| lease.is_none_or(|id| one.task.lease_id == Some(id)))
        .filter(|one| status.is_none_or(|id| statuses::of(one).id == id))
        .filter(|one| start.is_none_or(|start| start <= created_on(world, one)))
        .filter(|one| end.is_none_or(|end| created_on(world, one) <= end))
        .filter(|one| new.is_none_or(|new| is_new(one) == new))
        .collect();
    listing.page(
        rows,
        |one: &Maintenance<'_>| one.order.id,
        |one| {
            let vendor = one.order.vendor_id.and_then(|id| world.get::<Vendor>(id));
            json!({ "workOrder": render(world, one), "contact": vendor.map(|one| people::vendor(world, one)) })
        },
    )
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    only(request, &[])?;
    let one = world.maintenance_of(path_id(request)?).ok_or_else(Problem::gone)?;
    Ok(detail(world, &one))
}

/// One work order by itself.
pub(super) fn detail(world: &World, one: &Maintenance<'_>) -> Json<Value> {
    Json(json!({ "workOrder": render(world, one), "schedulingStatusID": null }))
}

fn created_on(world: &World, one: &Maintenance<'_>) -> NaiveDate {
    one.order.created_at.with_timezone(&world.platform.account.filter_timezone()).date_naive()
}

fn is_new(one: &Maintenance<'_>) -> bool {
    one.task.status == TaskStatus::New
}

pub(super) fn render(world: &World, one: &Maintenance<'_>) -> Value {
    let Maintenance { order, task } = one;
    let status = statuses::of(one);
    let zone = world.platform.account.timezone;
    let texts = [order.details.as_deref(), task.description.as_deref(), Some(task.title.as_str())];
    let description = texts.into_iter().flatten().find(|text| !text.is_empty()).unwrap_or_default();
    let closed = matches!(task.status, TaskStatus::Completed | TaskStatus::Closed);
    let record = json!({
        "workOrderID": id(order.id),
        "workOrderNumber": id(order.id),
        "propertyID": task.property_id.map(id),
        "unitID": task.unit_id.map(id),
        "leaseID": task.lease_id.map(id),
        "workOrderStatusID": id(status.id),
        "primaryWorkOrderStatusID": id(status.primary(world)),
        "priorityID": names::priority(task.priority),
        "description": html::from_text(description),
        "isOwnerApproved": flag(false),
        "isVacant": flag(false),
        "isSharedWithTenant": flag(false),
        "isSharedWithOwner": flag(false),
        "isNew": flag(is_new(one)),
        "vendorTradeID": null,
        "vendorContactID": order.vendor_id.map(|vendor| id(vendor + VENDORS)),
        "assignedToUserID": one.assignees().first().copied().map(id),
        "requestedByContactID": task.requested_by.map(id),
        "estimatedAmount": null,
        "scheduledStartDate": order.scheduled_start.map(|at| at.with_timezone(&zone).date_naive()),
        "scheduledEndDate": null,
        "actualStartDate": null,
        "actualEndDate": null,
        "dateClosed": closed.then(|| one.updated_at().with_timezone(&zone).date_naive()),
        "vendorInstructions": order.vendor_notes,
        "sourceTypeID": null,
        "dateTimeCreated": stamp(order.created_at),
        "dateTimeModified": stamp(one.updated_at()),
    });
    world.distort("work_order", order.id, record)
}
