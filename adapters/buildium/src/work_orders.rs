//! Work orders joined with their tasks.

use std::collections::HashMap;
use std::future::ready;

use async_stream::try_stream;
use chrono::TimeDelta;
use futures::{StreamExt, TryStreamExt, stream};
use latchel_sync_core::model::{
    Fingerprint, Freshness, InvalidRecord, Marker, NewWorkOrder, PropertyId, PropertyRef, ResidentId, Row,
    Severity, UnitId, UserId, Window, WorkOrder, WorkOrderId, text,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::{StatusWords, number_in};
use latchel_sync_http::{Unreadable, looked_up, read_row};
use serde_json::{Value, json};

use crate::api::{AT_ONCE, Api, Query, distinct, most_ids, row_id};
use crate::wire::{self, Task};

pub(crate) const TASKS: &str = "v1/tasks";
pub(crate) const WORK_ORDERS: &str = "v1/workorders";
/// The filter by tasks.
pub(crate) const TASK_IDS: &str = "taskids";
/// The longest title that Buildium takes, in UTF-16 units: it is made with .NET.
const TITLE: usize = 127;
/// The longest of its longer texts, counted alike.
const TEXT: usize = 65_535;

/// The work orders of changed tasks, whole; then changed work orders as hints, because their tasks would cost a call
/// each. The filters know dates only and no time zone, so that they ask from the day before.
pub(crate) fn changed<'a>(api: &'a Api, words: &'a StatusWords, window: Window) -> Pages<'a, WorkOrder> {
    let day_before = (window.from - TimeDelta::days(1)).date_naive();
    let since: Query = vec![("lastupdatedfrom", day_before.format("%Y-%m-%d").to_string())];
    try_stream! {
        let tasks = api.list(TASKS, since.clone()).pages();
        let of_tasks = |part| of_tasks(api.clone(), words.clone(), part);
        let mut tasks = looked_up((most_ids(TASK_IDS), AT_ONCE), tasks, of_tasks);
        while let Some(page) = tasks.try_next().await? {
            yield page;
        }
        let mut work_orders = api.list(WORK_ORDERS, since).pages();
        while let Some(page) = work_orders.try_next().await? {
            yield page.iter().map(hint).collect::<Vec<_>>();
        }
    }
    .boxed()
}

fn hint(row: &Value) -> Row<WorkOrder> {
    match row_id(row) {
        Some(id) => Row::Hint { id, fingerprint: Fingerprint::of(row) },
        None => Row::Invalid(Unreadable::missing("Id", row).of_row("work order", None, row)),
    }
}

fn invalid(id: impl Into<String>, field: &str, problem: &str) -> Row<WorkOrder> {
    Row::Invalid(InvalidRecord { id: id.into(), field: field.to_owned(), problem: problem.to_owned() })
}

fn of_bad_task(id: String, bad: &Unreadable) -> Row<WorkOrder> {
    invalid(id, &format!("Task.{}", bad.field), &bad.problem)
}

async fn of_tasks(api: Api, words: StatusWords, page: Vec<Value>) -> Result<Vec<Row<WorkOrder>>> {
    let mut out = Vec::new();
    let mut tasks = HashMap::new();
    for row in &page {
        match number_in(row, "Id") {
            Some(id) => {
                tasks.insert(id, read_row::<Task>(row));
            }
            None => out.push(Row::Invalid(Unreadable::missing("Id", row).of_row("task", None, row))),
        }
    }
    let ids = distinct(tasks.keys().copied());
    for row in api.by_ids::<Value>(WORK_ORDERS, TASK_IDS, &ids).await? {
        out.push(joined(&words, &row, |id| tasks.get(&id)));
    }
    Ok(out)
}

/// Each work order and its task, read afresh: two calls, for some work orders at once.
pub(crate) async fn by_id(
    api: &Api,
    words: &StatusWords,
    ids: &[WorkOrderId],
) -> Result<Vec<Row<WorkOrder>>> {
    let one = |id: WorkOrderId| async move { one(api, words, &id).await };
    let found = stream::iter(ids.to_vec()).map(one).buffered(AT_ONCE);
    found.try_filter_map(|row| ready(Ok(row))).try_collect().await
}

async fn one(api: &Api, words: &StatusWords, id: &WorkOrderId) -> Result<Option<Row<WorkOrder>>> {
    let path = format!("{WORK_ORDERS}/{}", api.number(id.as_str())?);
    let Some(row) = api.find::<Value>(&path).await? else { return Ok(None) };
    let task = match row.get("Task").and_then(|task| number_in(task, "Id")) {
        Some(task) => api.find::<Value>(&format!("{TASKS}/{task}")).await?,
        None => None,
    };
    let task = task.as_ref().map(read_row::<Task>);
    Ok(Some(joined(words, &row, |_| task.as_ref())))
}

/// A work order with its task.
fn joined<'t>(
    words: &StatusWords,
    row: &Value,
    task: impl FnOnce(i64) -> Option<&'t Result<Task, Unreadable>>,
) -> Row<WorkOrder> {
    let wire = match read_row::<wire::WorkOrder>(row) {
        Ok(wire) => wire,
        Err(bad) => return Row::Invalid(bad.of_row("work order", row_id(row), row)),
    };
    let id = wire.id.to_string();
    let task = match task(wire.task.id) {
        Some(Ok(task)) => task,
        Some(Err(bad)) => return of_bad_task(id, bad),
        None => return invalid(id, "Task", "the task cannot be read"),
    };
    let Some(property) = &task.property else {
        return invalid(id, "Task.Property", "the task has no property");
    };
    let fingerprint = Fingerprint::of(row);
    if property.kind.as_deref() == Some("Association") {
        let what = "a work order of an association, which has no rentals".to_owned();
        return Row::NotSupported { id, what, fingerprint: Some(fingerprint) };
    }
    let at_least = task.last_updated_date_time.max(task.created_date_time);
    let freshness = Freshness::Fingerprint { fingerprint, at_least };
    Row::Record(work_order(words, &wire, task, property.id, freshness))
}

fn work_order(
    words: &StatusWords,
    wire: &wire::WorkOrder,
    task: &Task,
    property: i64,
    freshness: Freshness,
) -> WorkOrder {
    let titles = [wire.title.clone(), task.title.clone()];
    let marker = titles.iter().flatten().find_map(|title| Some(Marker::at_end(title)?.1));
    let title = titles.into_iter().flatten().next().unwrap_or_default();
    let title = Marker::at_end(&title).map_or(title.as_str(), |(before, _)| before).to_owned();
    let requester = task.requested_by_user_entity.as_ref();
    WorkOrder {
        id: WorkOrderId::new(wire.id.to_string()),
        number: wire.id.to_string(),
        title,
        description: wire.work_details.clone().or_else(|| task.description.clone()).unwrap_or_default(),
        property: PropertyRef::new(
            PropertyId::new(property.to_string()),
            task.unit_id.filter(|id| *id > 0).map(|id| UnitId::new(id.to_string())),
        ),
        requested_by: requester
            .filter(|one| one.kind.as_deref() == Some("RentalTenant"))
            .and_then(|one| one.id)
            .map(|id| ResidentId::new(id.to_string())),
        assigned_users: assignee(task).map(|id| UserId::new(id.to_string())).into_iter().collect(),
        status: words.read(&task.task_status),
        severity: if task.priority.as_deref() == Some("High") { Severity::Urgent } else { Severity::Normal },
        scheduled_start: None,
        entry_allowed: match wire.entry_allowed.as_deref() {
            Some("Yes") => Some(true),
            Some("No") => Some(false),
            _ => None,
        },
        access_instructions: wire.entry_notes.clone(),
        marker,
        freshness,
    }
}

/// Nobody is written as 0.
pub(crate) fn assignee(task: &Task) -> Option<i64> {
    task.assigned_to_user_id.filter(|id| *id > 0)
}

/// The body that creates a work order with a task of its own, both with the marker in the title.
pub(crate) fn new_body(
    api: &Api,
    new: &NewWorkOrder,
    marker: &Marker,
    vendor: i64,
    words: &StatusWords,
) -> Result<Value> {
    let title = marker.behind(&new.title, TITLE);
    let unit = new.property.unit.as_ref().map(|unit| api.number(unit.as_str())).transpose()?;
    Ok(json!({
        "Title": title,
        "WorkDetails": text::cut(&new.description, TEXT),
        "EntryAllowed": match new.entry_allowed { Some(true) => "Yes", Some(false) => "No", None => "Unknown" },
        "EntryNotes": new.access_instructions.as_deref().map(|notes| text::cut(notes, TEXT)),
        "VendorId": vendor,
        "VendorNotes": new.vendor_instructions.as_deref().map(|notes| text::cut(notes, TEXT)),
        "Task": {
            "Title": title,
            "Priority": if new.severity == Severity::Normal { "Normal" } else { "High" },
            "Status": words.new,
            "PropertyId": api.number(new.property.property.as_str())?,
            "UnitId": unit,
            "AssignedToUserId": new.assigned_to.as_ref().map(|user| api.number(user.as_str())).transpose()?,
        },
    }))
}

/// The work orders whose title carries exactly this marker; the filter only says which titles contain the text.
pub(crate) async fn by_marker(api: &Api, marker: &Marker) -> Result<Vec<WorkOrderId>> {
    let found = api.list(WORK_ORDERS, vec![("title", marker.to_string())]).all().await?;
    let carries = |row: &&Value| {
        let title = row.get("Title").and_then(Value::as_str).unwrap_or_default();
        Marker::at_end(title).is_some_and(|(_, carried)| carried == *marker)
    };
    Ok(found.iter().filter(carries).filter_map(row_id).map(WorkOrderId::new).collect())
}
