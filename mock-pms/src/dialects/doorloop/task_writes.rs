//! Making tasks, replacing and deleting them, and adding updates to them. Nothing of it is idempotent but the replacement.

use super::names::{PRIORITY, STATUS};
use super::oid;
use super::problem::Problem;
use super::reply::{Answer, Reply};
use super::task_body::{MAX_TEXT, TaskBody, assignees};
use super::tasks::{render, type_of};
use crate::dialects::endpoint::Request;
use crate::dialects::fields::Fields;
use crate::world::{HistoryEntry, Id, NewMaintenance, WorkOrder, World};

pub(super) fn post(world: &mut World, request: &Request) -> Answer {
    let body = TaskBody::read(world, request)?;
    let due = body.due;
    let new = NewMaintenance {
        title: body.subject,
        description: body.description,
        property_id: body.property_id,
        unit_id: body.unit_id,
        lease_id: None,
        requested_by: body.requested_by,
        assigned_to: body.assigned_to,
        vendor_id: body.vendor_id,
        status: body.status,
        status_word: body.status_word,
        priority: body.priority,
        entry_allowed: body.entry_allowed,
        entry_notes: body.entry_notes,
        vendor_notes: body.vendor_notes,
        reference: body.reference,
        scheduled_start: None,
    };
    let id = world.open_maintenance(new).map_err(|error| Problem::invalid("id", error.to_string()))?;
    change(world, id, |order, task| (order.due, task.due) = (due, due))
}

/// Replaces a task. Fields that the body leaves out are lost.
pub(super) fn put(world: &mut World, request: &Request) -> Answer {
    let id = oid::read::<WorkOrder>("id", request.id().unwrap_or_default())?;
    let before = world.maintenance_of(id).ok_or_else(|| Problem::no("Task"))?;
    let kind = type_of(&before);
    let body = TaskBody::read(world, request)?;
    if body.kind != kind {
        return Err(Problem::invalid("type", "cannot be changed"));
    }
    let mut assigned_to = body.assigned_to.into_iter();
    change(world, id, |order, task| {
        task.title.clone_from(&body.subject);
        order.title = Some(body.subject);
        task.description.clone_from(&body.description);
        order.details = body.description;
        (task.status, order.status_word) = (body.status, body.status_word);
        (task.priority, order.priority) = (body.priority, Some(body.priority));
        (task.due, order.due) = (body.due, body.due);
        (task.property_id, task.unit_id) = (body.property_id, body.unit_id);
        task.requested_by = body.requested_by;
        task.assigned_to = assigned_to.next();
        task.also_assigned_to = assigned_to.collect();
        (order.vendor_id, order.vendor_notes) = (body.vendor_id, body.vendor_notes);
        (order.entry_allowed, order.entry_notes) = (body.entry_allowed, body.entry_notes);
        order.reference = body.reference;
    })
}

/// Deletes a task, and answers what it was.
pub(super) fn delete(world: &mut World, request: &Request) -> Answer {
    let id = oid::read::<WorkOrder>("id", request.id().unwrap_or_default())?;
    let task = world.maintenance_of(id).ok_or_else(|| Problem::no("Task"))?;
    let (answer, below) = (render(world, &task), task.task.id);
    world.platform.work_orders.remove(id);
    if !world.platform.work_orders.iter().any(|order| order.task_id == below) {
        world.platform.tasks.remove(below);
    }
    Ok(Reply::One(answer))
}

/// Adds an update to a task each time, even if it changes nothing.
pub(super) fn update(world: &mut World, request: &Request) -> Answer {
    let object = request.object().map_err(|fault| Problem::invalid("body", fault.to_string()))?;
    let known = [
        "taskId",
        "message",
        "status",
        "priority",
        "dueDate",
        "assignedToUsers",
        "notifyTenant",
        "notifyAssignees",
    ];
    let mut fields = Fields::new(&object, "", &known);
    fields.require("taskId");
    let id = fields.text("taskId", MAX_TEXT);
    let message = fields.text("message", MAX_TEXT);
    let status = fields.word("status", STATUS);
    let priority = fields.word("priority", PRIORITY);
    let due = fields.date("dueDate");
    let assigned = object.contains_key("assignedToUsers").then(|| assignees(world, &mut fields));
    fields.boolean("notifyTenant");
    fields.boolean("notifyAssignees");
    Problem::of_fields(fields.finish())?;
    let id = oid::read::<WorkOrder>("taskId", &id.unwrap_or_default())?;
    let now = world.now();
    change(world, id, |order, task| {
        if let Some((status, word)) = status {
            (task.status, order.status_word) = (status, word.map(str::to_owned));
        }
        if let Some(priority) = priority {
            (task.priority, order.priority) = (priority, Some(priority));
        }
        if due.is_some() {
            (task.due, order.due) = (due, due);
        }
        if let Some(ids) = assigned {
            let mut ids = ids.into_iter();
            task.assigned_to = ids.next();
            task.also_assigned_to = ids.collect();
        }
        task.history.push(HistoryEntry {
            at: now,
            message,
            status: task.status,
            priority: task.priority,
            assigned_to: task.assigned_to,
            due: task.due,
        });
    })
}

fn change(world: &mut World, id: Id, change: impl FnOnce(&mut WorkOrder, &mut crate::world::Task)) -> Answer {
    world.change_maintenance(id, change).map_err(|_| Problem::no("Task"))?;
    let task = world.maintenance_of(id).ok_or_else(|| Problem::no("Task"))?;
    Ok(Reply::One(render(world, &task)))
}
