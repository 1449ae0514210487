//! Closing a work order: its status is its task's, and a PUT there nulls whatever it leaves out.

use latchel_sync_core::model::{ClosedStatus, WorkOrderId};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::loose::{StatusWords, as_day};
use latchel_sync_http::read_row;
use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::wire::{self, Task};
use crate::work_orders::{TASKS, WORK_ORDERS, assignee};

pub(crate) async fn close(
    api: &Api,
    words: &StatusWords,
    id: &WorkOrderId,
    status: ClosedStatus,
) -> Result<()> {
    let missing = |what: &'static str| Error::new(ErrorKind::NotFound, what).with("work order", id);
    let path = format!("{WORK_ORDERS}/{}", api.number(id.as_str())?);
    let work_order: wire::WorkOrder =
        api.find(&path).await?.ok_or_else(|| missing("the work order is gone"))?;
    let path = format!("{TASKS}/{}", work_order.task.id);
    let fresh: Value = api.find(&path).await?.ok_or_else(|| missing("the work order's task is gone"))?;
    let task: Task = read_row(&fresh).map_err(|bad| {
        Error::new(ErrorKind::Malformed, "the task could not be understood")
            .with("field", bad.field)
            .with("problem", bad.problem)
    })?;
    let collection = collection(&task)?;
    let path = format!("{TASKS}/{collection}/{}", task.id);
    let own: Value = api.get(&path).await?.json()?;
    api.put(&path, &merged(&task, &fresh, &own, words.word(status))).send().await.map(|_| ())
}

fn collection(task: &Task) -> Result<&'static str> {
    match task.task_type.as_str() {
        "Todo" => Ok("todorequests"),
        "ResidentRequest" => Ok("residentrequests"),
        "ContactRequest" => Ok("contactrequests"),
        "RentalOwnerRequest" => Ok("rentalownerrequests"),
        other => {
            Err(Error::new(ErrorKind::Unsupported, format!("a task of the type {other} cannot be changed"))
                .with("task", task.id))
        }
    }
}

/// Everything that the PUT takes, as it is now, with the new status; never a message. What decides nothing for a sync goes
/// back as it came, whatever it is.
fn merged(task: &Task, fresh: &Value, own: &Value, status: &str) -> Value {
    let told = |pointer: &str| fresh.pointer(pointer).cloned().unwrap_or(Value::Null);
    let due = told("/DueDate");
    let priority = told("/Priority");
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("Title", told("/Title"));
    put("TaskStatus", json!(status));
    put("Priority", if priority.is_null() { json!("Normal") } else { priority });
    put("AssignedToUserId", json!(assignee(task)));
    put("CategoryId", told("/Category/Id"));
    put("SubCategoryId", told("/Category/SubCategory/Id"));
    // A day with a time is none to Buildium.
    put("DueDate", as_day(&due).map_or(due, |day| json!(day)));
    if task.task_type != "ResidentRequest" {
        put("PropertyId", json!(task.property.as_ref().map(|property| property.id)));
        put("UnitId", json!(task.unit_id.filter(|id| *id > 0)));
    }
    if task.task_type == "ContactRequest" {
        put("ContactDetail", own.get("ContactDetail").cloned().unwrap_or(Value::Null));
    }
    Value::Object(body)
}
