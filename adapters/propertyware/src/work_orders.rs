//! Work orders: read with the manager's name as the assigned user, created with the marker as search tag, closed by a
//! time card.

use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Freshness, Marker, NewWorkOrder, Row, Severity, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::read_row;
use serde_json::{Map, Value, json};

use crate::api::{Api, row_id, since};
use crate::config::StatusWords;
use crate::people::{ByName, Managers};
use crate::properties::reference;
use crate::wire;

pub(crate) const WORK_ORDERS: &str = "workorders";

pub(crate) fn changed<'a>(
    api: &'a Api,
    words: &'a StatusWords,
    managers: &'a Managers,
    window: Window,
) -> Pages<'a, WorkOrder> {
    api.list(WORK_ORDERS, vec![since(window)])
        .pages()
        .and_then(move |page| async move {
            let managers = managers.by_name(api).await?;
            Ok(page.iter().map(|row| read(words, &managers, row)).collect())
        })
        .boxed()
}

/// Each work order, read afresh.
pub(crate) async fn by_id(
    api: &Api,
    words: &StatusWords,
    managers: &Managers,
    ids: &[WorkOrderId],
) -> Result<Vec<Row<WorkOrder>>> {
    let managers = managers.by_name(api).await?;
    let mut out = Vec::new();
    for id in ids {
        let path = format!("{WORK_ORDERS}/{}", api.number(id.as_str())?);
        out.extend(api.find::<Value>(&path).await?.map(|row| read(words, &managers, &row)));
    }
    Ok(out)
}

fn read(words: &StatusWords, managers: &ByName, row: &Value) -> Row<WorkOrder> {
    match read_row::<wire::WorkOrder>(row) {
        Ok(wire) => Row::Record(work_order(words, managers, wire)),
        Err(bad) => Row::Invalid(bad.of_row("work order", row_id(row), row)),
    }
}

/// The requester stays unknown: only the name is told, and names are not unique.
fn work_order(words: &StatusWords, managers: &ByName, wire: wire::WorkOrder) -> WorkOrder {
    let unit = wire.unit_id.filter(|unit| *unit > 0).or_else(|| wire.unit_ids.first().copied());
    WorkOrder {
        id: WorkOrderId::new(wire.id.to_string()),
        number: wire.number.map_or_else(|| wire.id.to_string(), |number| number.trim().to_owned()),
        // Work orders have none.
        title: String::new(),
        description: wire.description.unwrap_or_default(),
        property: reference(wire.building_id, unit),
        requested_by: None,
        assigned_users: wire.managed_by.map(|name| managers.named(&name)).unwrap_or_default(),
        status: words.work_order(wire.status.as_deref().unwrap_or_default()),
        severity: if wire.priority.as_deref() == Some("HIGH") { Severity::Urgent } else { Severity::Normal },
        scheduled_start: None,
        entry_allowed: match wire.authorize_enter.as_deref() {
            Some("ANYTIME" | "SPECIFIEDTIME") => Some(true),
            Some("NO") => Some(false),
            _ => None,
        },
        access_instructions: None,
        marker: wire.search_tag.as_deref().and_then(Marker::whole),
        freshness: Freshness::Filtered,
    }
}

/// The body that creates a work order.
pub(crate) fn new_body(api: &Api, new: &NewWorkOrder, marker: &Marker) -> Result<Value> {
    let mut body = Map::new();
    body.insert("buildingID".to_owned(), json!(api.number(new.property.property.as_str())?));
    if let Some(unit) = &new.property.unit {
        body.insert("unitIDs".to_owned(), json!([api.number(unit.as_str())?]));
    }
    if let Some(resident) = &new.requested_by {
        body.insert("requestedBy".to_owned(), json!(api.number(resident.as_str())?));
    }
    if let Some(allowed) = new.entry_allowed {
        body.insert("authorizeEnter".to_owned(), json!(if allowed { "ANYTIME" } else { "NO" }));
    }
    let priority = if new.severity == Severity::Normal { "MEDIUM" } else { "HIGH" };
    body.insert("priority".to_owned(), json!(priority));
    body.insert("description".to_owned(), json!(description(new)));
    body.insert("searchTag".to_owned(), json!(marker.to_string()));
    Ok(Value::Object(body))
}

/// All that Propertyware has no field for: the title, unless the description begins with it, and how to go about it.
fn description(new: &NewWorkOrder) -> String {
    let title = Some(new.title.trim()).filter(|title| !new.description.trim().starts_with(title));
    let parts = [
        title.map(str::to_owned),
        Some(new.description.trim().to_owned()),
        new.vendor_instructions.as_ref().map(|text| format!("For the vendor: {}", text.trim())),
        new.access_instructions.as_ref().map(|text| format!("Access: {}", text.trim())),
        new.is_vacant.then(|| "The unit is vacant.".to_owned()),
    ];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Closes by the only call that can: with a time card of no hours in the vendor's name.
pub(crate) async fn close(api: &Api, id: &WorkOrderId, vendor: i64) -> Result<()> {
    let path = format!("{WORK_ORDERS}/closeworkorder/{}", api.number(id.as_str())?);
    let time_card = json!({ "timeCardEntry": [{ "vendorID": vendor, "hours": 0 }] });
    api.put(&path, &time_card).send().await.map(|_| ())
}
