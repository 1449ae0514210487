//! Making tasks, and replacing them: what a replacement leaves out is lost.

use super::call::{Answer, Call, Reply};
use super::names;
use super::problem::Problem;
use super::task_body::{Purpose, TaskBody};
use super::tasks::render_of_kind;
use crate::world::{HistoryEntry, Id, Task, TaskKind, World};

pub(super) fn post(kind: TaskKind, world: &mut World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let mut body = TaskBody::read(kind, Purpose::Create, world, call)?;
    if kind == TaskKind::ResidentRequest {
        (body.property_id, body.unit_id) = place_of_lease(world, &body)?;
    }
    let task = new_task(world, kind, body);
    let path = format!("{}/{}", names::task_path(kind), task.id);
    let answer = render_of_kind(world, &task);
    insert(world, task)?;
    Ok(Reply::Created(path, answer))
}

pub(super) fn put(kind: TaskKind, world: &mut World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let id = call.id("task")?;
    let before: Task =
        world.get(id).filter(|t: &&Task| t.kind == kind).cloned().ok_or_else(|| Problem::no("task"))?;
    let body = TaskBody::read(kind, Purpose::Replace, world, call)?;
    let task = replaced(world, before, body);
    let answer = render_of_kind(world, &task);
    // Its work orders keep their own status and their own last update.
    let place = world.platform.tasks.get_mut(id).ok_or_else(|| Problem::no("task"))?;
    *place = task;
    Ok(Reply::One(answer))
}

/// Adds a task; the id is fresh, so the only way to fail is a bug here.
pub(super) fn insert(world: &mut World, task: Task) -> Result<Id, Problem> {
    world.insert(task).map_err(|e| Problem::unprocessable("Id", e.to_string()))
}

/// A task made now.
pub(super) fn new_task(world: &World, kind: TaskKind, body: TaskBody) -> Task {
    let now = world.now();
    let first = HistoryEntry {
        at: now,
        message: body.text.clone(),
        status: body.status,
        priority: body.priority,
        assigned_to: body.assigned_to,
        due: body.due,
    };
    Task {
        id: world.next_id::<Task>(),
        kind,
        title: body.title,
        description: body.text,
        property_id: body.property_id,
        unit_id: body.unit_id,
        lease_id: body.lease_id,
        requested_by: body.requested_by,
        contact: body.contact,
        assigned_to: body.assigned_to,
        also_assigned_to: Vec::new(),
        status: body.status,
        priority: body.priority,
        due: body.due,
        category_id: body.category_id,
        entry_permitted: body.entry_permitted,
        pets: body.pets,
        entry_notes: body.entry_notes,
        history: vec![first],
        created_at: now,
        updated_at: now,
    }
}

fn replaced(world: &World, before: Task, body: TaskBody) -> Task {
    let now = world.now();
    let mut task = before;
    task.title = body.title;
    task.category_id = body.category_id;
    task.assigned_to = body.assigned_to;
    task.status = body.status;
    task.priority = body.priority;
    task.due = body.due;
    task.contact = body.contact.or(task.contact);
    // A resident's request keeps its place: it hangs on the lease.
    if task.kind != TaskKind::ResidentRequest {
        task.property_id = body.property_id;
        task.unit_id = body.unit_id;
    }
    task.history.push(HistoryEntry {
        at: now,
        message: body.text,
        status: task.status,
        priority: task.priority,
        assigned_to: task.assigned_to,
        due: task.due,
    });
    task.updated_at = now;
    task
}

fn place_of_lease(world: &World, body: &TaskBody) -> Result<(Option<Id>, Option<Id>), Problem> {
    let lease = body
        .lease_id
        .and_then(|id| world.platform.leases.get(id))
        .ok_or_else(|| Problem::unprocessable("UnitAgreementId", "names no lease"))?;
    if !lease.tenants.iter().any(|part| Some(part.tenant_id) == body.requested_by) {
        return Err(Problem::unprocessable("RequestedByEntityId", "must be a tenant of the lease"));
    }
    Ok((Some(lease.property_id), lease.unit_id))
}
