//! Making issues and changing them. The collection takes an array of models, each of which is made, or changed if it has
//! an id; an issue takes one model. Nothing of it is idempotent, but a change needs the key to what was seen.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::call::path_id;
use super::call::{Answer, Reply};
use super::issue_body::IssueBody;
use super::issues::{KEY, concurrency, render};
use super::names::{self, without_nulls};
use super::problem::Problem;
use crate::dialects::endpoint::{BodyFault, Request};
use crate::world::{EntryAllowed, Id, Maintenance, NewMaintenance, Priority, TaskStatus, World};

pub(super) fn collection(world: &mut World, request: &Request) -> Answer {
    let Value::Array(models) = json(request)? else {
        return Err(Problem::invalid("model", "An array of models is required."));
    };
    let mut written = Vec::new();
    for model in &models {
        let Value::Object(model) = model else {
            return Err(Problem::invalid("model", "An array of models is required."));
        };
        written.push(save(world, model)?);
    }
    Ok(Reply::One(Value::Array(written)))
}

pub(super) fn item(world: &mut World, request: &Request) -> Answer {
    let id = path_id(request)?;
    let Value::Object(model) = json(request)? else {
        return Err(Problem::invalid("model", "One model is required."));
    };
    if model.get(KEY).and_then(Value::as_i64) != Some(id) {
        return Err(Problem::invalid(KEY, "The model must have the id of the address."));
    }
    save(world, &model).map(Reply::One)
}

fn json(request: &Request) -> Result<Value, Problem> {
    if let Some((name, _)) = request.query.first() {
        return Err(Problem::invalid(name, "The mock does not imitate this parameter here."));
    }
    request.json().map_err(|fault| match fault {
        BodyFault::ContentType => Problem::message(StatusCode::UNSUPPORTED_MEDIA_TYPE, fault.to_string()),
        BodyFault::NotJson(_) | BodyFault::NotObject => Problem::invalid("model", fault.to_string()),
    })
}

fn save(world: &mut World, model: &Map<String, Value>) -> Result<Value, Problem> {
    let body = IssueBody::read(world, model)?;
    let id = match body.id {
        Some(id) => change(world, id, body)?,
        None => make(world, body)?,
    };
    let one = world.maintenance_of(id).ok_or(Problem::Gone)?;
    Ok(without_nulls(render(world, &one)))
}

fn make(world: &mut World, body: IssueBody) -> Result<Id, Problem> {
    let (status, word) = body.status_from(TaskStatus::New).unwrap_or((TaskStatus::New, None));
    let new = NewMaintenance {
        title: body.title.unwrap_or_default(),
        description: body.description,
        property_id: body.property_id,
        unit_id: body.unit_id,
        lease_id: None,
        requested_by: body.requested_by,
        assigned_to: body.assigned_to.into_iter().collect(),
        vendor_id: body.vendor_id,
        status,
        status_word: word.map(str::to_owned),
        priority: body.priority.unwrap_or(Priority::Normal),
        entry_allowed: EntryAllowed::Unknown,
        entry_notes: None,
        vendor_notes: None,
        reference: None,
        scheduled_start: None,
    };
    let failed =
        |error: crate::world::EditError| Problem::model(StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    let id = world.open_maintenance(new).map_err(failed)?;
    if body.due.is_some() {
        world
            .change_maintenance(id, |order, task| (order.due, task.due) = (body.due, body.due))
            .map_err(failed)?;
    }
    Ok(id)
}

fn change(world: &mut World, id: Id, body: IssueBody) -> Result<Id, Problem> {
    let before = world.maintenance_of(id).ok_or(Problem::Gone)?;
    if !was_seen(world, &before, &body) {
        let message = "The record was changed by another user since it was read.";
        return Err(Problem::model(StatusCode::CONFLICT, message));
    }
    let status = body.status_from(before.task.status);
    let changed = world.change_maintenance(id, |order, task| {
        if let Some(title) = body.title {
            task.title.clone_from(&title);
            order.title = Some(title);
        }
        if let Some(description) = body.description {
            task.description = Some(description.clone());
            order.details = Some(description);
        }
        if let Some((status, word)) = status {
            (task.status, order.status_word) = (status, word.map(str::to_owned));
        }
        if let Some(priority) = body.priority {
            (task.priority, order.priority) = (priority, Some(priority));
        }
        if body.due.is_some() {
            (task.due, order.due) = (body.due, body.due);
        }
        if body.property_id.is_some() {
            (task.property_id, task.unit_id) = (body.property_id, body.unit_id);
        }
        task.assigned_to = body.assigned_to.or(task.assigned_to);
        task.requested_by = body.requested_by.or(task.requested_by);
        order.vendor_id = body.vendor_id.or(order.vendor_id);
    });
    changed.map_err(|_| Problem::Gone)?;
    Ok(id)
}

/// True if the client has seen the issue as it is now. The documents call the key the time of the last change, and the
/// reference a number: whichever is sent must be right, and one must be sent.
fn was_seen(world: &World, one: &Maintenance<'_>, body: &IssueBody) -> bool {
    let number = body.concurrency.map(|sent| sent == concurrency(one));
    let time = names::local(&world.platform.account, one.updated_at());
    let stamp = body.update_date.as_ref().map(|sent| *sent == time);
    let keys: Vec<bool> = number.into_iter().chain(stamp).collect();
    !keys.is_empty() && keys.into_iter().all(|fits| fits)
}
