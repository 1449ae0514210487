//! Making tasks and closing them, with nobody notified: Latchel speaks with residents, vendors and staff itself.

use latchel_sync_core::model::text::{cut, length};
use latchel_sync_core::model::{ClosedStatus, Marker, NewWorkOrder, Severity, UserId, WorkOrderId};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::loose::StatusWords;
use serde_json::{Map, Value, json};

use crate::api::{Api, string};
use crate::work_orders::{TASKS, marker_in};

const UPDATES: &str = "api/tasks/update";
/// The longest subject and description that DoorLoop takes; that it counts UTF-16 units is assumed, since any text has as many of
/// them as characters, or more.
const SUBJECT: usize = 255;
const DESCRIPTION: usize = 10_000;

/// Creates a task that carries the marker as its reference. Whether a reference is kept is not verified: where it was
/// not, the marker is put at the end of the description, so that the next run finds the task and makes no second one.
pub(crate) async fn create(
    api: &Api,
    words: &StatusWords,
    new: &NewWorkOrder,
    marker: &Marker,
) -> Result<WorkOrderId> {
    let body = new_body(new, marker, words);
    let answer = api.post(TASKS, &body).send().await?;
    let (made, id) = (answer.value()?, answer.created("id")?);
    if marker_in(&string(&made, "reference").unwrap_or_default(), "").as_ref() != Some(marker) {
        // The task is there, and its id counts, whatever becomes of its marker, which is compared when it is read back.
        let _ = api.put(&format!("{TASKS}/{id}"), &with_marker_in_description(body, marker)).send().await;
    }
    Ok(WorkOrderId::new(id))
}

/// Adds an update that sets the status, unless the task has it already: each one shows, also one that changes nothing.
pub(crate) async fn close(
    api: &Api,
    words: &StatusWords,
    id: &WorkOrderId,
    status: ClosedStatus,
) -> Result<()> {
    let task = api
        .find(&format!("{TASKS}/{id}"))
        .await?
        .ok_or_else(|| Error::new(ErrorKind::NotFound, "the task is gone").with("work order", id))?;
    let word = words.word(status);
    // `status` in a body is the task's, a word.
    if string(&task, "status").as_deref() == Some(word) {
        return Ok(());
    }
    let body = json!({
        "taskId": id.as_str(),
        "status": word,
        "notifyAssignees": false,
        "notifyTenant": false,
    });
    api.post(UPDATES, &body).send().await.map(|_| ())
}

/// A request of the resident who asked, or else a task of the Latchel user's own: a task of the type WORK_ORDER would
/// need a vendor.
fn new_body(new: &NewWorkOrder, marker: &Marker, words: &StatusWords) -> Map<String, Value> {
    let assigned_to = new.assigned_to.as_ref().map(UserId::as_str);
    let (kind, by, who) = match &new.requested_by {
        Some(resident) => ("TENANT_REQUEST", "requestedByTenant", Some(resident.as_str())),
        None => ("INTERNAL_TASK", "requestedByUser", assigned_to),
    };
    let fields = [
        ("type", json!(kind)),
        (by, json!(who)),
        ("subject", json!(subject(new))),
        ("description", json!(cut(&description(new), DESCRIPTION))),
        ("reference", json!(marker.to_string())),
        ("status", json!(words.new)),
        ("priority", json!(if new.severity == Severity::Normal { "MEDIUM" } else { "HIGH" })),
        ("property", json!(new.property.property.as_str())),
        ("unit", json!(new.property.unit.as_ref().map(|unit| unit.as_str()))),
        ("assignedToUsers", json!(Vec::from_iter(assigned_to))),
        (
            "entryPermission",
            json!(match new.entry_allowed {
                Some(true) => "YES",
                Some(false) => "NO",
                None => "NOT_APPLICABLE",
            }),
        ),
        ("entryNotes", json!(new.access_instructions)),
        ("notifyAssignees", json!(false)),
        ("notifyTenant", json!(false)),
    ];
    let sent = fields.into_iter().filter(|(_, value)| !value.is_null());
    sent.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A task needs a subject.
fn subject(new: &NewWorkOrder) -> String {
    let said = [new.title.trim(), new.description.trim()].into_iter().find(|text| !text.is_empty());
    cut(said.unwrap_or("Maintenance"), SUBJECT).to_owned()
}

/// Only a task with a vendor has a field for what the vendor should know.
fn description(new: &NewWorkOrder) -> String {
    match new.vendor_instructions.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(instructions) => format!("{}\n\nFor the vendor: {instructions}", new.description.trim_end()),
        None => new.description.clone(),
    }
}

fn with_marker_in_description(mut body: Map<String, Value>, marker: &Marker) -> Map<String, Value> {
    let marker = marker.to_string();
    let said = body.get("description").and_then(Value::as_str).unwrap_or_default();
    let said = cut(said, DESCRIPTION.saturating_sub(length(&marker) + 2));
    body.insert("description".to_owned(), json!(format!("{}\n\n{marker}", said.trim_end())));
    body
}
