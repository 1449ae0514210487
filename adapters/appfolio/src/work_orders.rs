//! Work orders, with who asked for them looked up by the occupancies' units.

use std::collections::HashMap;

use async_stream::try_stream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Freshness, Marker, NewWorkOrder, PropertyId, PropertyRef, ResidentId, Row, Severity, UnitId, UserId,
    Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::{created, looked_up, read_row, rows};
use serde_json::{Value, json};

use crate::api::{
    AT_ONCE, Api, ID, PAGE, PROPERTY_ID, TENANTS, UNIT_ID, WORK_ORDERS, distinct, row_id, since,
};
use crate::config::StatusWords;
use crate::description;
use crate::wire::{self, Tenant};

pub(crate) fn changed<'a>(api: &'a Api, words: &'a StatusWords, window: Window) -> Pages<'a, WorkOrder> {
    try_stream! {
        let pages = api.list(WORK_ORDERS, since(WORK_ORDERS, window)).pages();
        let read = |page| read(api.clone(), words.clone(), page);
        let mut work_orders = looked_up((PAGE, AT_ONCE), pages, read);
        while let Some(page) = work_orders.try_next().await? {
            yield page;
        }
    }
    .boxed()
}

pub(crate) async fn by_id(
    api: &Api,
    words: &StatusWords,
    ids: &[WorkOrderId],
) -> Result<Vec<Row<WorkOrder>>> {
    let ids = distinct(ids.iter().map(|id| id.as_str().to_owned()));
    let page = api.by_ids(WORK_ORDERS, ID, &ids).await?;
    read(api.clone(), words.clone(), page).await
}

async fn read(api: Api, words: StatusWords, page: Vec<Value>) -> Result<Vec<Row<WorkOrder>>> {
    let requesters = requesters(&api, &page).await?;
    let row = |row: &Value| match read_row::<wire::WorkOrder>(row) {
        Ok(wire) => Row::Record(work_order(&words, wire, &requesters)),
        Err(bad) => Row::Invalid(bad.of_row("work order", row_id(row), row)),
    };
    Ok(page.iter().map(row).collect())
}

/// Resident who asked, by occupancy: a work order names the occupancy only, and no filter of tenants does. The primary
/// tenant speaks for the occupancy.
async fn requesters(api: &Api, page: &[Value]) -> Result<HashMap<String, String>> {
    let occupied = || page.iter().filter(|row| id_in(row, "OccupancyId").is_some());
    let units = distinct(occupied().filter_map(|row| id_in(row, "UnitId")));
    let whole = occupied().filter(|row| id_in(row, "UnitId").is_none());
    let properties = distinct(whole.filter_map(|row| id_in(row, "PropertyId")));
    let mut tenants = Vec::new();
    for (filter, ids) in [(UNIT_ID, units), (PROPERTY_ID, properties)] {
        match api.by_ids(TENANTS, filter, &ids).await {
            Ok(found) => tenants.extend(found),
            // Nobody verified these filters; a work order without its requester is better than none.
            Err(error) if error.is_about_the_request() => {
                tracing::warn!(%error, "who asked for work orders stays unknown");
            }
            Err(error) => return Err(error),
        }
    }
    let mut tenants: Vec<_> = rows::<Tenant>(&tenants, "tenant", row_id).into_iter().flatten().collect();
    tenants.sort_by_key(|tenant| (tenant.primary_tenant != Some(true), tenant.id.clone()));
    let mut requesters = HashMap::new();
    for tenant in tenants {
        if let Some(occupancy) = tenant.occupancy_id {
            requesters.entry(occupancy).or_insert(tenant.id);
        }
    }
    Ok(requesters)
}

fn work_order(words: &StatusWords, wire: wire::WorkOrder, requesters: &HashMap<String, String>) -> WorkOrder {
    let description::Read { title, text, marker } =
        description::read(wire.job_description.as_deref().unwrap_or_default());
    WorkOrder {
        number: wire.number(),
        assigned_users: wire.assigned_users.iter().map(UserId::new).collect(),
        entry_allowed: wire.entry_allowed,
        id: WorkOrderId::new(wire.id),
        title,
        description: text,
        property: PropertyRef::new(PropertyId::new(wire.property_id), wire.unit_id.map(UnitId::new)),
        requested_by: wire.occupancy_id.and_then(|id| requesters.get(&id)).map(ResidentId::new),
        status: words.read(&wire.status),
        severity: match wire.priority {
            Some(word) if word.eq_ignore_ascii_case("urgent") => Severity::Urgent,
            _ => Severity::Normal,
        },
        scheduled_start: wire.scheduled_start,
        access_instructions: None,
        marker,
        freshness: Freshness::Filtered,
    }
}

/// Creates a work order, with the marker in its description and in the idempotency key.
pub(crate) async fn create(
    api: &Api,
    words: &StatusWords,
    new: &NewWorkOrder,
    marker: &Marker,
) -> Result<WorkOrderId> {
    let occupancy = match &new.requested_by {
        Some(resident) => occupancy(api, resident).await?,
        None => None,
    };
    let mut body = json!({
        "PropertyId": new.property.property,
        "JobDescription": description::write(new, marker),
        "Priority": if new.severity == Severity::Normal { "Normal" } else { "Urgent" },
        "AssignedUsers": Vec::from_iter(&new.assigned_to),
    });
    let optional = [
        ("UnitId", new.property.unit.as_ref().map(|unit| json!(unit))),
        ("OccupancyId", occupancy.map(Value::String)),
        ("PermissionToEnter", new.entry_allowed.map(Value::Bool)),
        ("Status", words.created.clone().map(Value::String)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            body[name] = value;
        }
    }
    let key = format!("latchel-sync-{}", marker.job());
    let answer = api.post(WORK_ORDERS, key, &body).send().await?.value()?;
    let record = answer.get("data").unwrap_or(&answer);
    Ok(WorkOrderId::new(created("AppFolio", record, "Id")?))
}

/// The occupancy of a resident; none if the resident is gone.
async fn occupancy(api: &Api, resident: &ResidentId) -> Result<Option<String>> {
    match api.by_ids(TENANTS, ID, &[resident.as_str().to_owned()]).await {
        Ok(found) => Ok(found.first().and_then(|tenant| id_in(tenant, "OccupancyId"))),
        Err(error) if error.is_about_the_request() => Ok(None),
        Err(error) => Err(error),
    }
}
