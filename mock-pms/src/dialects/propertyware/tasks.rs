//! Tasks of a work order, with comments that can be added and are not shown. They do not move the work order's last change.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{Row, page};
use super::names;
use super::problem::Problem;
use crate::dialects::fields::{Fields, plain_date};
use crate::world::{Id, Step, WorkOrder, World};

const FIELDS: &[&str] = &["completed", "delegates", "description", "dueDate", "isPrivate", "starred", "tags"];
/// No length is published; a text this long is a mistake all the same.
const LONGEST: usize = 10_000;

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let known = ["offset", "limit", "orderby", "lastModifiedDateTimeStart", "lastModifiedDateTimeEnd"];
    call.check(&[&known[..], &["dueDate", "completed"]].concat(), &[])?;
    let due =
        call.parameter("dueDate").map(|text| plain_date(text).ok_or_else(Problem::silent)).transpose()?;
    let completed: Option<bool> = call.parsed("completed")?;
    let rows = order(world, call)?
        .steps
        .iter()
        .filter(|step| due.is_none_or(|day| step.due == Some(day)))
        .filter(|step| completed.is_none_or(|completed| step.completed_at.is_some() == completed))
        .map(|step| Row { id: step.id, modified: step.updated_at, record: step });
    page(call, rows, |step| render(world, step))
}

/// One task, which comes as a list of one.
pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.check(&[], &[])?;
    Ok(Reply::One(json!([render(world, step(world, call)?)])))
}

pub(super) fn create(world: &mut World, call: &Call) -> Answer {
    call.check(&[], &[])?;
    let (order, body, now) = (order(world, call)?.id, Body::read(world, call)?, world.now());
    let known = world.platform.work_orders.iter().flat_map(|order| &order.steps).map(|step| step.id);
    let id = known.max().unwrap_or(0) + 1;
    let step = body.step(id, now);
    let answer = render(world, &step);
    change(world, order, |order| order.steps.push(step))?;
    Ok(Reply::Created(answer))
}

/// Puts another task in the place of one: what the body leaves out is lost.
pub(super) fn replace(world: &mut World, call: &Call) -> Answer {
    call.check(&[], &[])?;
    let (order, before, now) = (order(world, call)?.id, step(world, call)?.clone(), world.now());
    let after = Body::read(world, call)?.step(before.id, now);
    let completed_at = before.completed_at.filter(|_| after.completed_at.is_some()).or(after.completed_at);
    let kept = (before.created_at, before.comments);
    let after = Step { completed_at, created_at: kept.0, comments: kept.1, ..after };
    let answer = render(world, &after);
    change_step(world, order, before.id, |step| *step = after)?;
    Ok(Reply::One(answer))
}

pub(super) fn comment(world: &mut World, call: &Call) -> Answer {
    call.check(&[], &[])?;
    let (order, id, now) = (order(world, call)?.id, step(world, call)?.id, world.now());
    let object = call.object()?;
    let mut fields = Fields::new(&object, "", &["text"]);
    fields.require("text");
    let text = fields.text("text", LONGEST);
    let faults = fields.finish();
    if !faults.is_empty() {
        return Err(Problem::body(faults));
    }
    change_step(world, order, id, |step| {
        step.comments.extend(text);
        step.updated_at = now;
    })?;
    Ok(Reply::Created(render(world, step(world, call)?)))
}

/// A task as a client says it.
struct Body {
    description: String,
    completed: bool,
    due: Option<NaiveDate>,
    assigned_to: Vec<Id>,
    tags: Option<String>,
    private: bool,
    starred: bool,
}

impl Body {
    fn read(world: &World, call: &Call) -> Result<Self, Problem> {
        let object = call.object()?;
        let mut fields = Fields::new(&object, "", FIELDS);
        fields.require("description");
        let delegates = fields.text("delegates", LONGEST).unwrap_or_default();
        let names = delegates.split(',').map(str::trim).filter(|id| !id.is_empty());
        let ids: Vec<Option<Id>> = names.map(|id| id.parse().ok()).collect();
        let is_user = |id: &Option<Id>| id.is_some_and(|id| names::managers(world).any(|user| user.id == id));
        if !ids.iter().all(is_user) {
            fields.fault("delegates", "must be ids of users with commas between them");
        }
        let body = Self {
            description: fields.text("description", LONGEST).unwrap_or_default(),
            completed: fields.boolean("completed").unwrap_or(false),
            due: fields.date("dueDate"),
            assigned_to: ids.into_iter().flatten().collect(),
            tags: fields.text("tags", LONGEST),
            private: fields.boolean("isPrivate").unwrap_or(false),
            starred: fields.boolean("starred").unwrap_or(false),
        };
        let faults = fields.finish();
        if faults.is_empty() { Ok(body) } else { Err(Problem::body(faults)) }
    }

    fn step(self, id: Id, now: DateTime<Utc>) -> Step {
        Step {
            id,
            description: self.description,
            completed_at: self.completed.then_some(now),
            due: self.due,
            assigned_to: self.assigned_to,
            tags: self.tags,
            private: self.private,
            starred: self.starred,
            comments: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }
}

fn order<'w>(world: &'w World, call: &Call) -> Result<&'w WorkOrder, Problem> {
    world.get(call.path_id()?).ok_or_else(|| Problem::no("Work order"))
}

fn step<'w>(world: &'w World, call: &Call) -> Result<&'w Step, Problem> {
    let id: Id = call.path.get(1).and_then(|id| id.parse().ok()).ok_or_else(Problem::silent)?;
    order(world, call)?.steps.iter().find(|step| step.id == id).ok_or_else(|| Problem::no("Task"))
}

fn change(world: &mut World, order: Id, change: impl FnOnce(&mut WorkOrder)) -> Result<(), Problem> {
    world.update_silently(order, change).map_err(|_| Problem::no("Work order"))
}

fn change_step(
    world: &mut World,
    order: Id,
    id: Id,
    change_it: impl FnOnce(&mut Step),
) -> Result<(), Problem> {
    change(world, order, |order| {
        if let Some(step) = order.steps.iter_mut().find(|step| step.id == id) {
            change_it(step);
        }
    })
}

fn render(world: &World, step: &Step) -> Value {
    let delegates: Vec<_> = step.assigned_to.iter().map(Id::to_string).collect();
    let record = json!({
        "id": step.id,
        "description": step.description,
        "completed": step.completed_at.is_some(),
        "completedTime": step.completed_at.map(names::instant),
        "dueDate": step.due,
        "delegates": (!delegates.is_empty()).then(|| delegates.join(",")),
        "tags": step.tags,
        "privateTask": step.private,
        "starred": step.starred,
        "createdDateTime": names::created(world, step.created_at),
        "lastModifiedDateTime": names::instant(step.updated_at),
    });
    world.distort("task", step.id, names::without_nulls(record))
}
