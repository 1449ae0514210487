//! Creating and changing work orders. Nothing is idempotent, and some writes are answered as if they had been done: a body
//! in an envelope, another primary status.

use axum::Json;
use serde_json::json;

use super::listing::{only, path_id};
use super::problem::Problem;
use super::reply::Answer;
use super::statuses;
use super::work_order_body::{Body, Purpose};
use super::work_orders::detail;
use crate::dialects::endpoint::Request;
use crate::world::{EntryAllowed, NewMaintenance, Priority, World};

pub(super) fn create(world: &mut World, request: &Request) -> Answer {
    only(request, &[])?;
    let Some(body) = Body::read(world, request, Purpose::Create)? else {
        return Ok(Json(json!({ "workOrder": null, "schedulingStatusID": null })));
    };
    let status = body.status.unwrap_or(statuses::usual());
    let new = NewMaintenance {
        title: String::new(),
        description: body.description,
        property_id: body.property_id,
        unit_id: body.unit_id,
        lease_id: None,
        requested_by: body.requested_by,
        assigned_to: body.assigned_to.into_iter().collect(),
        vendor_id: body.vendor_id,
        status: status.meaning,
        status_word: Some(status.name.to_owned()),
        priority: body.priority.unwrap_or(Priority::Normal),
        entry_allowed: EntryAllowed::Unknown,
        entry_notes: None,
        vendor_notes: body.vendor_notes,
        reference: None,
        scheduled_start: None,
    };
    let id = world.open_maintenance(new).map_err(|error| Problem::field("propertyID", error.to_string()))?;
    world.maintenance_of(id).map(|one| detail(world, &one)).ok_or_else(Problem::gone)
}

/// Changes what the body names. A place cannot be changed, and saying another does nothing.
pub(super) fn update(world: &mut World, request: &Request) -> Answer {
    only(request, &[])?;
    let id = path_id(request)?;
    world.maintenance_of(id).ok_or_else(Problem::gone)?;
    if let Some(body) = Body::read(world, request, Purpose::Update)? {
        let changed = world.change_maintenance(id, |order, task| {
            if let Some(status) = body.status {
                (task.status, order.status_word) = (status.meaning, Some(status.name.to_owned()));
            }
            if let Some(priority) = body.priority {
                (task.priority, order.priority) = (priority, Some(priority));
            }
            if let Some(text) = body.description {
                (task.description, order.details) = (Some(text.clone()), Some(text));
            }
            task.assigned_to = body.assigned_to.or(task.assigned_to);
            task.requested_by = body.requested_by.or(task.requested_by);
            order.vendor_id = body.vendor_id.or(order.vendor_id);
            order.vendor_notes = body.vendor_notes.or(order.vendor_notes.take());
        });
        changed.map_err(|_| Problem::gone())?;
    }
    world.maintenance_of(id).map(|one| detail(world, &one)).ok_or_else(Problem::gone)
}
