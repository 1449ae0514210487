//! Making work orders and closing them, with nobody notified: Latchel speaks with residents, vendors and staff itself. A
//! body is bare, and an answer of 200 does not say that anything was done, so that what was written is read again.

use latchel_sync_core::model::{ClosedStatus, Marker, NewWorkOrder, Severity, WorkOrderId};
use latchel_sync_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::config::StatusWords;
use crate::html;
use crate::statuses::Statuses;
use crate::wire::id_of;
use crate::work_orders::{ENVELOPE, HIGH, WORK_ORDERS, row_id, without_marker};

const MEDIUM: &str = "2";
/// Source of work orders that came by phone, as most of Latchel's do.
const BY_PHONE: &str = "5";

/// Creates a work order with the marker at the end of its description. What of the marker and the assignment was not done
/// is written once more; the id counts in any case, and the read-back tells the rest.
pub(crate) async fn create(
    api: &Api,
    words: &StatusWords,
    statuses: &Statuses,
    new: &NewWorkOrder,
    marker: &Marker,
) -> Result<WorkOrderId> {
    let known = statuses.known(api).await?;
    let body = new_body(new, marker, &known.new_one(words)?.id);
    let made = api.post(WORK_ORDERS, &body).await?;
    let id = row_id(&made).ok_or_else(|| {
        Error::new(ErrorKind::Malformed, "Rentvine answered a create without an id")
            .with("field", "workOrder.workOrderID")
    })?;
    let path = format!("{WORK_ORDERS}/{id}");
    if let Ok(Some(stored)) = api.find(&path).await {
        let missing = missing(&body, &stored, marker);
        if !missing.is_empty() {
            let _ = api.post(&path, &quietly(missing)).await;
        }
    }
    Ok(WorkOrderId::new(id))
}

/// Sets the status, and reads whether it is set.
pub(crate) async fn close(
    api: &Api,
    words: &StatusWords,
    statuses: &Statuses,
    id: &WorkOrderId,
    status: ClosedStatus,
) -> Result<()> {
    let known = statuses.known(api).await?;
    let status = &known.closing(words, status)?.id;
    let path = format!("{WORK_ORDERS}/{id}");
    let mut body = quietly(Map::from_iter([("workOrderStatusID".to_owned(), json!(status))]));
    body.insert("sendReview".to_owned(), json!(false));
    api.post(&path, &body).await?;
    let gone = || Error::new(ErrorKind::NotFound, "the work order is gone").with("work order", id);
    let stored = api.find(&path).await?.ok_or_else(gone)?;
    if id_of(&stored, ENVELOPE, "workOrderStatusID").as_deref() == Some(status) {
        return Ok(());
    }
    let message = "Rentvine answered that the status was set, and it was not";
    Err(Error::new(ErrorKind::Unconfirmed, message).with("work order", id).with("status", status))
}

/// A body that tells nobody.
fn quietly(mut body: Map<String, Value>) -> Map<String, Value> {
    body.insert("sendVendorNotification".to_owned(), json!(false));
    body
}

fn new_body(new: &NewWorkOrder, marker: &Marker, status: &str) -> Map<String, Value> {
    let flag = |flag: bool| if flag { "1" } else { "0" };
    let priority = if new.severity == Severity::Normal { MEDIUM } else { HIGH };
    let fields = [
        ("propertyID", json!(new.property.property.as_str())),
        ("unitID", json!(new.property.unit.as_ref().map(|unit| unit.as_str()))),
        ("workOrderStatusID", json!(status)),
        ("priorityID", json!(priority)),
        ("description", json!(html::from_text(&description(new, marker)))),
        ("vendorInstructions", json!(new.vendor_instructions)),
        ("assignedToUserID", json!(new.assigned_to.as_ref().map(|user| user.as_str()))),
        ("requestedByContactID", json!(new.requested_by.as_ref().map(|resident| resident.as_str()))),
        ("sourceTypeID", json!(BY_PHONE)),
        ("isVacant", json!(flag(new.is_vacant))),
        ("isOwnerApproved", json!(flag(false))),
        ("isSharedWithTenant", json!(flag(false))),
        ("isSharedWithOwner", json!(flag(false))),
        ("sendEmail", json!(false)),
    ];
    let sent = fields.into_iter().filter(|(_, value)| !value.is_null());
    quietly(sent.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// All that has no field of its own: the title, unless the description begins with it, how to get in, and the marker.
fn description(new: &NewWorkOrder, marker: &Marker) -> String {
    let said = new.description.trim();
    let entry = match new.entry_allowed {
        Some(true) => Some("The resident allows entry."),
        Some(false) => Some("The resident does not allow entry."),
        None => None,
    };
    let parts = [
        Some(new.title.trim()).filter(|title| !said.starts_with(title)).map(str::to_owned),
        Some(said.to_owned()),
        entry.map(str::to_owned),
        new.access_instructions.as_ref().map(|text| format!("Access: {}", text.trim())),
        Some(marker.to_string()),
    ];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Part of `body` that is not stored: the description with its marker, the assignment, or both.
fn missing(body: &Map<String, Value>, stored: &Value, marker: &Marker) -> Map<String, Value> {
    let described = stored.pointer("/workOrder/description").and_then(Value::as_str).unwrap_or_default();
    let assigned = id_of(stored, ENVELOPE, "assignedToUserID");
    let wanted = body.get("assignedToUserID").and_then(Value::as_str);
    let is_missing = |name: &str| match name {
        "description" => without_marker(described).1 != Some(*marker),
        "assignedToUserID" => assigned.as_deref() != wanted,
        _ => false,
    };
    let fields = body.iter().filter(|(name, _)| is_missing(name));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}
