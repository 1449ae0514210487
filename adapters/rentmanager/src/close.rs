//! Closing an issue: a partial update with the key to what was read, so that it overwrites no change of somebody else's.

use latchel_sync_core::model::{ClosedStatus, WorkOrderId};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::read_row;
use serde_json::{Map, Value, json};

use crate::wire::Issue;
use crate::work_orders::{ID, ISSUES, Reading, assignee};

/// The key to what was read: the vendor's documents call the one, its reference the other, and some models have both.
const KEYS: [&str; 2] = ["ConcurrencyID", "UpdateDate"];

/// An issue that was changed between reading and writing is read again; if it still has its status and its user, nobody
/// has decided otherwise, and it is closed after all.
pub(crate) async fn close(reading: Reading<'_>, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
    let path = format!("{}/{}", ISSUES.path, reading.api.number(id.as_str())?);
    let read = async || {
        let row = reading.api.find(&path).await?;
        row.ok_or_else(|| Error::new(ErrorKind::NotFound, "the work order is gone").with("work order", id))
    };
    let before = read().await?;
    let tables = reading.known.for_issues(reading.api, std::slice::from_ref(&before)).await?;
    let name = match status {
        ClosedStatus::Completed => &reading.names.completed,
        ClosedStatus::Cancelled => &reading.names.cancelled,
    };
    let status = tables.statuses.id(name)?;
    let conflict = match reading.api.post(&path, &body(&before, status)).send().await {
        Err(error) if error.context("status") == Some("409") => error,
        answer => return answer.map(|_| ()),
    };
    let after = read().await?;
    if what_decides(&after)? != what_decides(&before)? {
        return Err(conflict);
    }
    reading.api.post(&path, &body(&after, status)).send().await.map(|_| ())
}

/// The id, the key, and the status: closed is what the status makes of it, and said beside it.
fn body(row: &Value, status: i64) -> Value {
    let mut body = Map::new();
    for name in [ID].into_iter().chain(KEYS) {
        if let Some(value) = row.get(name) {
            body.insert(name.to_owned(), value.clone());
        }
    }
    body.insert("StatusID".to_owned(), json!(status));
    body.insert("IsClosed".to_owned(), json!(true));
    Value::Object(body)
}

/// Status and user.
fn what_decides(row: &Value) -> Result<(Option<i64>, Option<bool>, Option<i64>)> {
    let issue = read_row::<Issue>(row).map_err(|bad| {
        Error::new(ErrorKind::Malformed, "the work order could not be understood")
            .with("field", bad.field)
            .with("problem", bad.problem)
    })?;
    Ok((issue.status_id, issue.is_closed, assignee(&issue)))
}
