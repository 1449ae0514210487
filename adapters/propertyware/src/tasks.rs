//! Tasks on work orders, which tell staff what they must do by hand because the API cannot. Nobody is named in them, and their
//! texts are always the same, so that one that is there already is known.

use latchel_sync_core::Result;
use latchel_sync_core::model::WorkOrderId;
use serde_json::{Value, json};

use crate::api::{Api, Query};
use crate::work_orders::WORK_ORDERS;

pub(crate) const ASSIGN: &str = "Latchel made this work order. Set who manages it: the API cannot.";
pub(crate) const CANCEL: &str = "Latchel cancelled this work order. Cancel it here too: the API cannot.";

/// Adds the task, unless the work order has it and nobody has done it yet.
pub(crate) async fn leave(api: &Api, id: &WorkOrderId, text: &str) -> Result<()> {
    let path = format!("{WORK_ORDERS}/{}/tasks", api.number(id.as_str())?);
    let is_open = |task: &Value| task.get("completed").and_then(Value::as_bool) != Some(true);
    let is_same = |task: &Value| task.get("description").and_then(Value::as_str).map(str::trim) == Some(text);
    if api.list(&path, Query::new()).all().await?.iter().any(|task| is_same(task) && is_open(task)) {
        return Ok(());
    }
    api.post(&path, &json!({ "description": text })).send().await.map(|_| ())
}
